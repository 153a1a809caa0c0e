/* The doctor asks what the services themselves ask, in the same words, and judges nothing that they don't
 * need. */
#include "fcgi-app/admin/doctor.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/token.h"
#include "bus/bus.h"
#include "core/version.h"

static int usage(void)
{
	fprintf(stderr, "usage: invigil-app doctor [--url https://exams.example]\n");
	return 2;
}

/* The first line of what is wrong stands for all: check-config tells the rest. */
static struct config *read_config(struct sheet *sheet, const char *path)
{
	struct config *config = NULL;
	char *text = NULL;
	size_t len = 0;
	FILE *problems = open_memstream(&text, &len);

	if (!problems) {
		sheet_bad(sheet, "free some memory", "the settings can't be read");
		return NULL;
	}
	if (config_load(path, CONFIG_BOTH, problems, &config) != OK) {
		(void)fclose(problems);
		text[strcspn(text, "\n")] = '\0';
		sheet_bad(sheet, "invigil-app check-config tells all that is wrong", "%s", text);
	} else {
		(void)fclose(problems);
		sheet_good(sheet, "the settings can be used: %s", path ? path : "environment and defaults");
	}
	free(text);
	return config;
}

static void check_keys(struct sheet *sheet, const struct config *config)
{
	char problem[BUS_PROBLEM] = "out of memory";
	struct token_keys *keys = NULL;

	if (token_keys_new(config, problem, &keys) != OK)
		sheet_bad(sheet, "see jwt_… in invigil.conf(5)", "%s", problem);
	else if (bus_check(config, problem) != OK)
		sheet_bad(sheet, "see bus_… in invigil.conf(5)", "%s", problem);
	else
		sheet_good(sheet, "the keys can be used: %s, %d bus endpoints", config->jwt_algorithm,
			   config->bus_endpoints.count);
	token_keys_free(keys);
}

static void look(struct sheet *sheet, const char *config_path, const char *url)
{
	struct config *config;
	bool rest = false;

	sheet_head(sheet, "Settings");
	config = read_config(sheet, config_path);
	if (config) {
		check_keys(sheet, config);
		doctor_files(sheet, config, config_path);
		sheet_head(sheet, "Database");
		doctor_database(sheet, config);
	}
	if (url) {
		sheet_head(sheet, url);
		rest = doctor_outside(sheet, url);
	}
	if (config) {
		sheet_head(sheet, "Services");
		doctor_services(sheet, config, rest);
	}
	config_free(config);
}

int doctor_command(const struct config *config UNUSED, const char *config_path, int argc, char *argv[])
{
	static const struct option options[] = {{"url", required_argument, NULL, 'u'}, {0}};
	const char *url = NULL;
	struct sheet sheet;
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'u')
			return usage();
		url = optarg;
	}
	if (optind != argc)
		return usage();
	sheet_init(&sheet);
	printf("invigil-app " INVIGIL_VERSION "\n");
	look(&sheet, config_path, url);
	if (!url)
		sheet_left(&sheet, "the web server was not looked at: give --url");
	if (sheet.bad)
		printf("%d not well\n", sheet.bad);
	else
		printf("all well\n");
	return sheet.bad ? 1 : 0;
}
