/* What lies on this host: files with their modes, sockets, and who answers there. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fcgi-app/admin/doctor.h"
#include "fcgi-app/admin/outside.h"

#define HEALTH "/api/v1/health"

/* --- files --- */

/* A file with a secret in it. */
static bool is_private(struct sheet *sheet, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0 || access(path, R_OK) != 0) {
		sheet_bad(sheet, "let the services' user read it: chown root:invigil, chmod 0640",
			  "%s can't be read", path);
		return false;
	}
	if (st.st_mode & (S_IRWXO | S_IWGRP)) {
		sheet_bad(sheet, "chown root:invigil, chmod 0640: it holds secrets",
			  "%s has mode %04o: others may read it, or its group may change it", path,
			  (unsigned)st.st_mode & 07777);
		return false;
	}
	return true;
}

void doctor_files(struct sheet *sheet, const struct config *config, const char *config_path)
{
	const struct config_list *accepted = &config->jwt_accepted_key_files;
	const char *paths[] = {config_path, config->jwt_secret_file, config->jwt_private_key_file,
			       config->bus_secret_key_file};
	const bool secret = strcmp(config->jwt_algorithm, "HS256") == 0;
	bool good = true;
	int count = 0;

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		if (!paths[i] || !*paths[i])
			continue;
		good = is_private(sheet, paths[i]) && good;
		count++;
	}
	/* those of the other algorithms are public keys */
	for (int i = 0; secret && i < accepted->count; i++) {
		good = is_private(sheet, accepted->items[i]) && good;
		count++;
	}
	if (good && count > 0)
		sheet_good(sheet, "no stranger can read the settings and keys: %d files", count);
}

/* A socket that anybody on the host may talk to, or put another one in its place. False: it isn't there. */
static bool check_socket(struct sheet *sheet, const char *path, const char *who)
{
	char folder[4096];
	struct stat st, above;

	snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(path, '/') ? strrchr(path, '/') - path : 0),
		 path);
	if (stat(path, &st) != 0 || stat(*folder ? folder : "/", &above) != 0) {
		sheet_bad(sheet, who, "there is no %s", path);
		return false;
	}
	if (!S_ISSOCK(st.st_mode))
		sheet_bad(sheet, "remove it; the service makes its own", "%s is no socket", path);
	else if (st.st_mode & S_IRWXO)
		sheet_bad(sheet, "chmod 0660, with the web server's group", "%s is open to everybody: %04o",
			  path, (unsigned)st.st_mode & 07777);
	else if ((above.st_mode & S_IWOTH) && !(above.st_mode & S_ISVTX))
		sheet_bad(sheet, "use a folder of the services' own, as /run/invigil",
			  "everybody may write to the folder of %s", path);
	else
		sheet_good(sheet, "%s is the services' and the web server's only", path);
	return true;
}

/* --- services --- */

static void check_workers(struct sheet *sheet, const struct config *config, bool elsewhere)
{
	static const char start[] = "start invigil-app (systemctl start invigil-app), or let the web server "
				    "spawn it and give --url";
	const char *address = config->app_socket;
	char problem[OUTSIDE_PROBLEM];
	struct answer answer;

	if (*address != ':' && access(address, F_OK) != 0 && elsewhere) {
		sheet_left(sheet, "app_socket is not there; REST is answered, so the web server has its own");
		return;
	}
	if (*address != ':' && !check_socket(sheet, address, start))
		return;
	if (!outside_fastcgi(address, HEALTH, &answer, problem))
		sheet_bad(sheet, start, "no worker answers: %s", problem);
	else if (answer.status == 200)
		sheet_good(sheet, "a worker answers at %s", address);
	else
		sheet_bad(sheet, "see the lines with database and pushd, and the workers' log",
			  "a worker answers at %s, but not well: %d", address, answer.status);
}

/* Where a server that listens everywhere is asked. */
static void asked_at(const char *listen, struct place *place)
{
	char url[300];
	const char *port = strrchr(listen, ':');

	if (*listen == ':' || strncmp(listen, "0.0.0.0:", 8) == 0)
		snprintf(url, sizeof(url), "http://127.0.0.1%s", port);
	else if (strncmp(listen, "[::]:", 5) == 0)
		snprintf(url, sizeof(url), "http://[::1]%s", port);
	else
		snprintf(url, sizeof(url), "http://%s", listen);
	/* the settings were checked: it is an address and a port */
	if (!place_parse(url, place))
		memset(place, 0, sizeof(*place));
}

static void check_pushd(struct sheet *sheet, const struct config *config)
{
	char problem[OUTSIDE_PROBLEM];
	struct place place;
	struct answer answer;

	asked_at(config->pushd_listen, &place);
	if (!outside_get(&place, "/health", false, &answer, problem))
		sheet_bad(sheet, "start invigil-pushd (systemctl start invigil-pushd), and see pushd_listen",
			  "pushd doesn't answer at %s: %s", config->pushd_listen, problem);
	else if (answer.status != 200 || !strstr(answer.body, "invigil-pushd"))
		sheet_bad(sheet, "see pushd's log; it tells which part is missing",
			  "pushd is not well at %s: %d %.200s", config->pushd_listen, answer.status,
			  answer.body);
	else
		sheet_good(sheet, "pushd answers at %s, and is well", config->pushd_listen);
}

void doctor_services(struct sheet *sheet, const struct config *config, bool elsewhere)
{
	check_workers(sheet, config, elsewhere);
	check_pushd(sheet, config);
	for (int i = 0; i < config->bus_endpoints.count; i++)
		if (strncmp(config->bus_endpoints.items[i], "ipc:///", 7) == 0)
			(void)check_socket(sheet, config->bus_endpoints.items[i] + 6,
					   "start invigil-pushd, and see bus_endpoints");
}
