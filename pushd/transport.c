#include "pushd/transport.h"

#include <string.h>

#include "base/clock.h"
#include "pushd/polling.h"
#include "pushd/websocket.h"

#define WORD_TEXT 64 /* of the arguments that Engine.IO has */

const struct engineio_ops transport_ops = {
    .write = websocket_write,
    .want_writable = websocket_want_writable,
    .finish = websocket_finish,
    .kill = websocket_kill,
    .outlet = websocket_outlet,
    .ready = polling_ready,
};

enum engineio_refusal transport_judge(const struct transport_rules *rules,
				      const struct transport_request *request, bool get, bool upgrade,
				      struct engineio_session **ret_session)
{
	char version[WORD_TEXT], transport[WORD_TEXT], sid[WORD_TEXT];
	struct engineio_request asked = {.get = get, .upgrade = upgrade};

	if (request->argument(request->source, "EIO", version, sizeof(version)))
		asked.version = version;
	if (request->argument(request->source, "transport", transport, sizeof(transport)))
		asked.transport = transport;
	if (request->argument(request->source, "sid", sid, sizeof(sid)))
		asked.sid = sid;
	return engineio_judge(rules->engine, &asked, clock_monotonic(), ret_session);
}

enum err transport_open(const struct transport_rules *rules, const struct transport_request *request,
			void *socket, const char *peer, const char *forwarded, struct engineio_session **ret)
{
	char address[ADDRESS_TEXT] = "", token[TRANSPORT_ARGUMENT];
	struct engineio_peer opener = {.address = address};
	enum err err;

	rules->address(rules->owner, peer, *forwarded ? forwarded : NULL, address);
	if (request->argument(request->source, "token", token, sizeof(token)))
		opener.token = token;
	err = engineio_open(rules->engine, &opener, socket, clock_monotonic(), ret);
	explicit_bzero(token, sizeof(token));
	return err;
}
