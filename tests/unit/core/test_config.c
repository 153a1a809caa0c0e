/* Settings: files in tests/data/{valid,invalid}/config, each with what is printed of it, or what is said
 * against it, beside it; the environment over them; help. */
#include "core/config.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define VALID	"tests/data/valid/config"
#define INVALID "tests/data/invalid/config"
#define SECRET	"0123456789abcdef0123456789abcdef"

static char root[4096];

static int begin(void **state)
{
	(void)state;
	return getcwd(root, sizeof(root)) ? clearenv() : -1;
}

/* Loads with the problems as text, which the caller frees. */
static enum err load(const char *path, enum config_service service, char **ret_problems, struct config **ret)
{
	size_t size;
	FILE *out = open_memstream(ret_problems, &size);
	enum err err = config_load(path, service, out, ret);

	fclose(out);
	return err;
}

static char *printed(const struct config *config)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputc('\n', out);
	config_print(config, out);
	fclose(out);
	return text;
}

static char *slurp(const char *path)
{
	static char text[8192];
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

/* Every line of name.txt is among those printed, and no secret is. */
static void check_valid(const char *name, const char *expectation)
{
	struct config *config = NULL;
	char *problems, *text;

	if (load(name, CONFIG_BOTH, &problems, &config))
		fail_msg("%s: %s", name, problems);
	assert_string_equal(problems, "");
	text = printed(config);
	for (char *line = strtok(slurp(expectation), "\n"); line; line = strtok(NULL, "\n")) {
		char whole[512];

		snprintf(whole, sizeof(whole), "\n%s\n", line);
		if (!strstr(text, whole))
			fail_msg("%s: \"%s\" is not in:\n%s", name, line, text);
	}
	assert_null(strstr(text, SECRET));
	assert_null(strstr(text, "hush"));
	config_free(config);
	free(text);
	free(problems);
}

static void check_invalid(const char *name, const char *expectation)
{
	struct config *config = NULL;
	char *problems;

	assert_int_equal(load(name, CONFIG_BOTH, &problems, &config), ERR_CONFIG);
	assert_null(config);
	assert_string_equal(problems, slurp(expectation));
	free(problems);
}

static int each_file(const char *folder_path, void (*check)(const char *, const char *))
{
	DIR *folder;
	int count = 0;

	/* The path is shown as given: from within the folder it is the name. */
	assert_int_equal(chdir(folder_path), 0);
	folder = opendir(".");
	assert_non_null(folder);
	for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
		const char *dot = strrchr(entry->d_name, '.');
		char expectation[300];

		if (!dot || strcmp(dot, ".conf") != 0)
			continue;
		snprintf(expectation, sizeof(expectation), "%.*s.txt", (int)(dot - entry->d_name),
			 entry->d_name);
		check(entry->d_name, expectation);
		count++;
	}
	closedir(folder);
	assert_int_equal(chdir(root), 0);
	return count;
}

static void test_valid_files(void **state)
{
	(void)state;
	assert_true(each_file(VALID, check_valid) >= 9);
}

static void test_invalid_files(void **state)
{
	(void)state;
	assert_true(each_file(INVALID, check_invalid) >= 20);
}

static void test_files_that_are_none(void **state)
{
	static const struct {
		const char *path;
		const char *problem;
	} rows[] = {
	    {"nowhere.conf", "nowhere.conf: can't be opened: No such file or directory\n"},
	    {"tests", "tests: can't be read: Is a directory\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct config *config = NULL;
		char *problems;

		assert_int_equal(load(rows[i].path, CONFIG_BOTH, &problems, &config), ERR_CONFIG);
		assert_string_equal(problems, rows[i].problem);
		free(problems);
	}
}

static void test_environment(void **state)
{
	static const struct {
		const char *file; /* NULL: none */
		const char *variables[3][2];
		const char *problem; /* NULL: it loads */
		const char *line;    /* then printed */
	} rows[] = {
	    {NULL, {{"INVIGIL_JWT_SECRET", SECRET}}, NULL, "\njwt_secret = (set)\n"},
	    {NULL,
	     {{0}},
	     "jwt_secret: missing; set it, or INVIGIL_JWT_SECRET, to at least 32 random bytes\n",
	     NULL},
	    {NULL,
	     {{"INVIGIL_JWT_SECRET", "short"}},
	     "INVIGIL_JWT_SECRET: too short; it needs at least 32 random bytes\n",
	     NULL},
	    {VALID "/minimal.conf", {{"INVIGIL_APP_WORKERS", "3"}}, NULL, "\napp_workers = 3\n"},
	    {VALID "/everything.conf", {{"INVIGIL_APP_WORKERS", "3"}}, NULL, "\napp_workers = 3\n"},
	    {VALID "/everything.conf", {{"INVIGIL_APP_WORKERS", ""}}, NULL, "\napp_workers = 1024\n"},
	    {VALID "/everything.conf",
	     {{"INVIGIL_ALLOWED_ORIGINS", "https://c.example"}},
	     NULL,
	     "\nallowed_origins = https://c.example\n"},
	    {VALID "/minimal.conf",
	     {{"INVIGIL_APP_WORKERS", "many"}},
	     "INVIGIL_APP_WORKERS: must be a number from 1 to 1024\n",
	     NULL},
	    {VALID "/minimal.conf",
	     {{"INVIGIL_REGISTRATION_OPEN", "2"}},
	     "INVIGIL_REGISTRATION_OPEN: must be yes or no\n",
	     NULL},
	    {VALID "/minimal.conf",
	     {{"INVIGIL_JWT_ALGORITHM", "none"}},
	     "INVIGIL_JWT_ALGORITHM: must be HS256, RS256 or ES256\n",
	     NULL},
	    {VALID "/minimal.conf",
	     {{"INVIGIL_TRUSTED_PROXIES", "x"}},
	     "INVIGIL_TRUSTED_PROXIES: x: is neither an address nor a network\n",
	     NULL},
	    {VALID "/minimal.conf",
	     {{"INVIGIL_NODE_NAME", "a\nb"}},
	     "INVIGIL_NODE_NAME: must be UTF-8 without control characters\n",
	     NULL},
	    /* other programs' variables, and names that only look like ours */
	    {VALID "/minimal.conf",
	     {{"INVIGIL_DEMO", "1"}, {"INVIGIL_app_workers", "x"}},
	     NULL,
	     "\napp_workers = 8\n"},
	    /* the environment's secret is before the file's, whichever way it is said */
	    {VALID "/minimal.conf",
	     {{"INVIGIL_JWT_SECRET_FILE", VALID "/secret.key"}},
	     NULL,
	     "\njwt_secret_file = " VALID "/secret.key\n"},
	    {INVALID "/secret-file-missing.conf",
	     {{"INVIGIL_JWT_SECRET", SECRET}},
	     NULL,
	     "\njwt_secret = (set)\n"},
	    {NULL,
	     {{"INVIGIL_JWT_SECRET_FILE", "nowhere"}, {"INVIGIL_JWT_SECRET", SECRET}},
	     "INVIGIL_JWT_SECRET: set both this and jwt_secret_file; one must go\n",
	     NULL},
	    {VALID "/bus-key-file.conf",
	     {{"INVIGIL_BUS_SECRET_KEY", "hush"}},
	     "INVIGIL_BUS_SECRET_KEY: must be a key: 40 characters of Z85\n",
	     NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct config *config = NULL;
		char *problems, *text;

		clearenv();
		for (int j = 0; j < 3 && rows[i].variables[j][0]; j++)
			setenv(rows[i].variables[j][0], rows[i].variables[j][1], 1);
		assert_int_equal(load(rows[i].file, CONFIG_BOTH, &problems, &config),
				 rows[i].problem ? ERR_CONFIG : OK);
		assert_string_equal(problems, rows[i].problem ? rows[i].problem : "");
		if (config) {
			text = printed(config);
			if (!strstr(text, rows[i].line))
				fail_msg("row %zu:%s", i, text);
			free(text);
		}
		config_free(config);
		free(problems);
	}
	clearenv();
}

static void test_fields(void **state)
{
	struct config *config = NULL;
	char *problems;

	(void)state;
	assert_int_equal(load(VALID "/everything.conf", CONFIG_BOTH, &problems, &config), OK);
	assert_string_equal(config->jwt_secret, SECRET " #");
	assert_int_equal(config->app_workers, 1024);
	assert_false(config->registration_open);
	assert_int_equal(config->allowed_origins.count, 3);
	assert_string_equal(config->allowed_origins.items[2], "http://localhost:8080");
	assert_null(config->allowed_origins.items[3]);
	assert_int_equal(config->trusted_proxies.count, 0);
	assert_null(config->trusted_proxies.items[0]);
	config_free(config);
	free(problems);
	config_free(NULL);
}

/* The private key is the app's business. */
static void test_services(void **state)
{
	static const struct {
		enum config_service service;
		enum err err;
	} rows[] = {{CONFIG_BOTH, ERR_CONFIG}, {CONFIG_APP, ERR_CONFIG}, {CONFIG_PUSHD, OK}};

	(void)state;
	setenv("INVIGIL_JWT_PRIVATE_KEY_FILE", "nowhere.key", 1);
	assert_int_equal(chdir(VALID), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct config *config = NULL;
		char *problems;

		assert_int_equal(load("public-key.conf", rows[i].service, &problems, &config), rows[i].err);
		config_free(config);
		free(problems);
	}
	assert_int_equal(chdir(root), 0);
	clearenv();
}

static void test_default_path(void **state)
{
	const char *path;

	(void)state;
	setenv("INVIGIL_CONFIG", "/somewhere/else.conf", 1);
	assert_string_equal(config_default_path(), "/somewhere/else.conf");
	setenv("INVIGIL_CONFIG", "", 1);
	path = config_default_path();
	assert_true(!path || strcmp(path, "/etc/invigil/invigil.conf") == 0);
	clearenv();
}

static void test_help(void **state)
{
	static const struct {
		enum config_service service;
		bool shared, app, pushd;
	} rows[] = {
	    {CONFIG_BOTH, true, true, true},
	    {CONFIG_APP, true, true, false},
	    {CONFIG_PUSHD, true, false, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *text;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		config_help(rows[i].service, out);
		fclose(out);
		assert_int_equal(
		    strstr(text, "  log_level (text, default info, reloadable)\n      debug, info") != NULL,
		    rows[i].shared);
		assert_int_equal(strstr(text, "  app_workers (number 1..1024, default 8)\n") != NULL,
				 rows[i].app);
		assert_int_equal(strstr(text, "  pushd_lanes (number 1..64, default 4)\n") != NULL,
				 rows[i].pushd);
		free(text);
	}
}

/* Noise made of a valid file: whatever is said of it, nothing breaks. */
static void test_noise(void **state)
{
	static const char pieces[] = "=\"\\# \n\t\rjwt_secret_aplog0159-.,/:\x01\xc3\xa9\xff[]";
	char path[] = "/tmp/invigil-test-XXXXXX";
	int fd = mkstemp(path);
	char *valid = slurp(VALID "/everything.conf");
	size_t len = strlen(valid);
	unsigned seed = 3;

	(void)state;
	assert_true(fd >= 0);
	for (int round = 0; round < 1000; round++) {
		struct config *config = NULL;
		char text[8192], *problems;
		enum err err;

		memcpy(text, valid, len);
		for (int i = rand_r(&seed) % 20; i >= 0; i--)
			text[(size_t)rand_r(&seed) % len] = pieces[(size_t)rand_r(&seed) % sizeof(pieces)];
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, text, len, 0), len);
		err = load(path, CONFIG_BOTH, &problems, &config);
		assert_int_equal(err == OK, strlen(problems) == 0);
		assert_int_equal(err == OK, config != NULL);
		config_free(config);
		free(problems);
	}
	close(fd);
	unlink(path);
}

/* What isn't reloadable stays as it runs; what has changed of it is named, but not what is the other
 * service's. */
static void test_keep(void **state UNUSED)
{
	static const struct {
		enum config_service service;
		const char *names;
	} rows[] = {
	    {CONFIG_APP, "database_url bus_endpoints app_workers"},
	    {CONFIG_PUSHD, "database_url bus_endpoints pushd_lanes"},
	};
	char *problems;

	setenv("INVIGIL_JWT_SECRET", SECRET, 1);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct config *running, *config;
		struct buf names;

		assert_int_equal(load(NULL, CONFIG_BOTH, &problems, &running), OK);
		free(problems);
		setenv("INVIGIL_DATABASE_URL", "postgresql:///elsewhere", 1);
		setenv("INVIGIL_BUS_ENDPOINTS", "ipc:///run/a.sock ipc:///run/b.sock", 1);
		setenv("INVIGIL_APP_WORKERS", "3", 1);
		setenv("INVIGIL_PUSHD_LANES", "7", 1);
		setenv("INVIGIL_LOG_LEVEL", "error", 1);
		setenv("INVIGIL_REGISTRATION_OPEN", "no", 1);
		assert_int_equal(load(NULL, CONFIG_BOTH, &problems, &config), OK);
		free(problems);
		buf_init(&names, NULL);
		assert_int_equal(config_keep(config, running, rows[i].service, &names), OK);
		assert_string_equal(names.data, rows[i].names);
		assert_string_equal(config->database_url, running->database_url);
		assert_int_equal(config->app_workers, running->app_workers);
		assert_int_equal(config->pushd_lanes, running->pushd_lanes);
		assert_string_equal(config->log_level, "error");
		assert_false(config->registration_open);
		config_free(running);
		/* and what was kept is its own */
		assert_int_equal(config->bus_endpoints.count, 1);
		assert_string_equal(config->bus_endpoints.items[0], "ipc:///run/invigil/bus.sock");
		assert_null(config->bus_endpoints.items[1]);
		config_free(config);
		buf_done(&names);
		clearenv();
		setenv("INVIGIL_JWT_SECRET", SECRET, 1);
	}
	clearenv();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_valid_files),
	    cmocka_unit_test(test_invalid_files),
	    cmocka_unit_test(test_files_that_are_none),
	    cmocka_unit_test(test_environment),
	    cmocka_unit_test(test_fields),
	    cmocka_unit_test(test_services),
	    cmocka_unit_test(test_default_path),
	    cmocka_unit_test(test_help),
	    cmocka_unit_test(test_noise),
	    cmocka_unit_test(test_keep),
	};

	return cmocka_run_group_tests(tests, begin, NULL);
}
