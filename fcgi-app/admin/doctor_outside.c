/* The routes of the web server, by what a browser would be answered. No token is sent: one would stand in
 * logs. */
#include "fcgi-app/admin/doctor.h"
#include "fcgi-app/admin/outside.h"

/* pushd takes any session's socket, and then says that there was no token. */
#define SOCKET "/api/v1/sessions/00000000-0000-0000-0000-000000000000/ws"

static const struct route {
	const char *name;
	const char *path;
	bool upgrade;
	int status;
	const char *word; /* that the answer has when it comes from us */
	const char *todo;
} ROUTES[] = {
    {"REST", "/api/v1/health", false, 200,
     "\"database\":", "route /api to the FastCGI socket (app_socket): deploy/README.md, \"In production\""},
    {"the site", "/", false, 200, "<title>Invigil", "let the document root be htdocs/"},
    {"WebSockets", SOCKET, true, 101, "AUTH_FAILED",
     "pass /ws and /api/v1/sessions/{id}/ws on to pushd_listen, with Upgrade and Connection"},
    {"Socket.IO", "/socket.io/?EIO=4&transport=polling", false, 200,
     "\"sid\":", "pass /socket.io/ on to pushd_listen, with its query"},
};

static bool check_route(struct sheet *sheet, const struct place *place, const struct route *route)
{
	char problem[OUTSIDE_PROBLEM];
	struct answer answer;

	if (!outside_get(place, route->path, route->upgrade, &answer, problem)) {
		sheet_bad(sheet,
			  "is the name right, the server running, the port open, the certificate valid?",
			  "%s: %s", route->name, problem);
		return false;
	}
	if (answer.status == 429) {
		sheet_bad(sheet, "wait a minute, and don't ask so often", "%s: too many tries", route->name);
		return false;
	}
	if (answer.status == 503 && answer_find(&answer, route->word)) {
		sheet_bad(sheet, "see the services below", "%s comes through, but a part is missing: %.200s",
			  route->name, answer.body);
		return true;
	}
	if (answer.status != route->status || !answer_find(&answer, route->word)) {
		sheet_bad(sheet, route->todo, "%s: %s is not answered by Invigil (HTTP %d)", route->name,
			  route->path, answer.status);
		return false;
	}
	sheet_good(sheet, "%s: %s", route->name, route->path);
	return true;
}

bool doctor_outside(struct sheet *sheet, const char *url)
{
	struct place place;
	bool rest = false;

	if (!place_parse(url, &place)) {
		sheet_bad(sheet, "give scheme and host alone, as https://exams.example",
			  "this is no address of a site");
		return false;
	}
	for (size_t i = 0; i < ARRAY_LEN(ROUTES); i++) {
		const bool good = check_route(sheet, &place, &ROUTES[i]);

		rest = i == 0 ? good : rest;
	}
	return rest;
}
