/* libwebsockets on a foreign libuv loop. What it taught us (and why things are as they are):
 *
 * - its own ping and idle timers are sorted lists, walked per connection: the retry policy is all zeroes, and
 * pings are the tick's work (conn.c);
 * - lws_write straight from the loop's thread costs little more than send(), and messages go past it
 * (outlet.h);
 * - it buffers without a limit when the socket is full, so after a partial write nothing more is written
 * until the socket is writable (conn.c's `choked`);
 * - a close code only reaches the client when the callback that returns -1 is one of a few: everything that
 * closes does so in LWS_CALLBACK_TIMER, one microsecond later;
 * - LWS_CALLBACK_CLOSED also comes for handshakes that were refused, with an empty session;
 * - it lets frames pass that no server may accept, so it isn't the first to see them (inlet.c). */
#include "pushd/server.h"

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/ballast.h"
#include "base/clock.h"
#include "core/address.h"
#include "core/log.h"
#include "pushd/command.h"
#include "pushd/gate.h"
#include "pushd/goodbye.h"
#include "pushd/handshake.h"
#include "pushd/inlet.h"
#include "pushd/outlet.h"
#include "pushd/status.h"
#include "pushd/websocket.h"

#define ARGUMENT_TEXT 8448 /* token_verify refuses more than 8 KiB */
#define PATH_TEXT     512
#define HEADER_TEXT   16384		/* all headers of a handshake */
#define READ_BYTES    (2 * HEADER_TEXT) /* a rewritten head is a little longer than it came */
#define RX_BYTES      256 /* each connection's own, for ever: an answer fits; longer messages are put together */

struct server {
	struct pushd *pushd;
	struct lws_context *context;
	struct lws_vhost *vhost;
	struct polling *polling; /* NULL: none */
};

/* What libwebsockets keeps per connection, zeroed by it. */
struct session {
	struct outlet outlet;
	struct conn *conn;	   /* NULL: plain HTTP, or a refused handshake */
	struct websocket *carried; /* NULL: it carries no session of Engine.IO */
	struct buf rx;		   /* a message so far */
	bool peer_closing;	   /* the client sent a close frame; the library answers it */
	bool peer_clean;	   /* and it was a goodbye */
	bool finishing;		   /* LWS_CALLBACK_TIMER will close it */
};

static struct server *server_of(struct lws *wsi)
{
	return lws_context_user(lws_get_context(wsi));
}

/* --- what a connection asks of its socket --- */

static enum conn_write socket_write(void *socket, struct message *message)
{
	static const enum conn_write results[] = {
	    [OUTLET_WRITTEN] = CONN_WRITTEN, [OUTLET_CHOKED] = CONN_CHOKED, [OUTLET_BROKEN] = CONN_BROKEN};
	struct session *session = socket;

	return results[outlet_write(&session->outlet, message, true)];
}

static void socket_want_writable(void *socket)
{
	lws_callback_on_writable(((struct session *)socket)->outlet.wsi);
}

static void socket_ping(void *socket)
{
	/* one byte: the library keeps the pong of an empty ping to itself */
	unsigned char ping[LWS_PRE + 1] = {0};

	/* a dead socket is noticed by its unanswered pings, or by the library */
	(void)lws_write(((struct session *)socket)->outlet.wsi, ping + LWS_PRE, 1, LWS_WRITE_PING);
}

static void socket_finish(void *socket)
{
	struct session *session = socket;

	if (session->peer_closing || session->finishing)
		return;
	session->finishing = true;
	lws_set_timer_usecs(session->outlet.wsi, 1);
	/* timers are looked at after input or output only: make some */
	lws_callback_on_writable(session->outlet.wsi);
}

static void socket_kill(void *socket)
{
	struct session *session = socket;

	lws_set_timeout(session->outlet.wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_ASYNC);
	lws_cancel_service(lws_get_context(session->outlet.wsi));
}

static const struct conn_ops socket_ops = {
    .write = socket_write,
    .want_writable = socket_want_writable,
    .ping = socket_ping,
    .finish = socket_finish,
    .kill = socket_kill,
};

/* --- opening --- */

/* The path of a request, whatever its method; false when it has none or is too long. */
static bool read_path(struct lws *wsi, char *path, int size)
{
	return lws_hdr_copy(wsi, path, size, WSI_TOKEN_GET_URI) > 0;
}

static int deny(struct lws *wsi, unsigned int status)
{
	lws_return_http_status(wsi, status, NULL);
	return 1;
}

/* Before the upgrade: what no browser script needs to hear about. */
static int filter(struct lws *wsi)
{
	const struct config *config = server_of(wsi)->pushd->config;
	char path[PATH_TEXT], origin[512];
	int len = lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN);

	if (!read_path(wsi, path, sizeof(path)) || !gate_serves(path))
		return deny(wsi, HTTP_STATUS_NOT_FOUND);
	origin[0] = '\0';
	if (len > 0 && lws_hdr_copy(wsi, origin, sizeof(origin), WSI_TOKEN_ORIGIN) < 0)
		return deny(wsi, HTTP_STATUS_FORBIDDEN);
	if (!limits_origin(config, origin))
		return deny(wsi, HTTP_STATUS_FORBIDDEN);
	return 0;
}

static void read_address(struct lws *wsi, char address[ADDRESS_TEXT])
{
	const struct config *config = server_of(wsi)->pushd->config;
	char peer[64] = "", forwarded[TRANSPORT_FORWARDED];

	lws_get_peer_simple(wsi, peer, sizeof(peer));
	if (lws_hdr_copy(wsi, forwarded, sizeof(forwarded), WSI_TOKEN_X_FORWARDED_FOR) <= 0)
		forwarded[0] = '\0';
	address_client(peer, *forwarded ? forwarded : NULL, &config->trusted_proxies, address);
}

/* Query arguments. The library gives up at the first that doesn't fit, so each has room for any. */
struct arguments {
	char token[ARGUMENT_TEXT];
	char last_event_id[ARGUMENT_TEXT];
};

/* From `?token=`, or from Authorization, where handshake_rewrite has put what came as a subprotocol. NULL:
 * none. */
static const char *read_token(struct lws *wsi, struct arguments *arguments)
{
	static const char scheme[] = "Bearer ";
	const char *found = lws_get_urlarg_by_name(wsi, "token=", arguments->token, ARGUMENT_TEXT);

	if (found && *found)
		return found;
	if (lws_hdr_copy(wsi, arguments->token, ARGUMENT_TEXT, WSI_TOKEN_HTTP_AUTHORIZATION) <= 0)
		return NULL;
	if (strncasecmp(arguments->token, scheme, sizeof(scheme) - 1) != 0)
		return NULL;
	return arguments->token + sizeof(scheme) - 1;
}

static int opened(struct lws *wsi, struct session *session)
{
	char path[PATH_TEXT] = "", address[ADDRESS_TEXT];
	struct handshake handshake = {.path = path, .address = address};
	struct pushd *pushd = server_of(wsi)->pushd;
	struct arguments *arguments = malloc(sizeof(*arguments));

	outlet_open(&session->outlet, wsi, &pushd->metrics);
	buf_init(&session->rx, NULL);
	if (!arguments || !read_path(wsi, path, sizeof(path))) {
		free(arguments);
		return -1;
	}
	read_address(wsi, address);
	handshake.token = read_token(wsi, arguments);
	handshake.last_event_id =
	    lws_get_urlarg_by_name(wsi, "last_event_id=", arguments->last_event_id, ARGUMENT_TEXT);
	session->conn = gate_open(pushd, &handshake, &socket_ops, session);
	if (session->conn)
		conn_route(session->conn, &session->outlet);
	explicit_bzero(arguments, sizeof(*arguments));
	free(arguments);
	return session->conn ? 0 : -1;
}

/* --- receiving --- */

static void message(struct pushd *pushd, struct session *session)
{
	const char *text = session->rx.data ? session->rx.data : "";

	if (session->rx.failed)
		conn_close(session->conn, CLOSE_SERVER_ERROR, "out of memory", END_LOST);
	else if (!utf8_valid(text, session->rx.len))
		conn_close(session->conn, CLOSE_NOT_UTF8, "not UTF-8", END_CLEAN);
	else
		command_message(pushd, session->conn, text, session->rx.len);
	/* most connections are silent: they keep no buffer */
	buf_done(&session->rx);
	buf_init(&session->rx, NULL);
}

static void received(struct lws *wsi, struct session *session, const void *in, size_t len)
{
	struct pushd *pushd = server_of(wsi)->pushd;
	struct conn *conn = session->conn;

	conn_heard(conn, clock_monotonic());
	if (conn->state >= CONN_CLOSING)
		return;
	if (lws_frame_is_binary(wsi)) {
		conn_close(conn, CLOSE_UNSUPPORTED, "text only", END_CLEAN);
		return;
	}
	if (session->rx.len + len > (size_t)pushd->config->ws_message_bytes) {
		conn_close(conn, CLOSE_TOO_LARGE, "message too large", END_CLEAN);
		return;
	}
	buf_add(&session->rx, in, len);
	if (lws_is_final_fragment(wsi) && !lws_remaining_packet_payload(wsi))
		message(pushd, session);
}

/* --- closing --- */

/* The library would echo a faulty close, unless it is left at once. */
static int peer_closes(struct lws *wsi, struct session *session, const unsigned char *in, size_t len)
{
	const struct goodbye goodbye = goodbye_read(in, len);

	session->peer_closing = true;
	session->peer_clean = goodbye.clean;
	conn_close(session->conn, goodbye.code, "by the client", goodbye.clean ? END_CLEAN : END_LOST);
	if (!goodbye.fault)
		return 0;
	lws_close_reason(wsi, (enum lws_close_status)goodbye.fault, NULL, 0);
	return -1;
}

/* The library asks whether to go on: not with a connection that is through. */
static int finish(struct lws *wsi, struct session *session)
{
	const struct conn *conn = session->conn;

	if (conn->state != CONN_CLOSING)
		return 0;
	if (conn->close_code)
		lws_close_reason(wsi, (enum lws_close_status)conn->close_code,
				 (unsigned char *)conn->close_reason, strlen(conn->close_reason));
	return -1;
}

static void closed(struct lws *wsi, struct session *session)
{
	struct conn *conn = session->conn;

	session->conn = NULL;
	buf_done(&session->rx);
	gate_closed(server_of(wsi)->pushd, conn, session->peer_clean ? END_CLEAN : END_LOST);
}

static int ws_callback(struct lws *wsi, enum lws_callback_reasons reason, struct session *session, void *in,
		       size_t len)
{
	switch ((int)reason) {
	case LWS_CALLBACK_RECEIVE:
		received(wsi, session, in, len);
		return 0;
	case LWS_CALLBACK_RECEIVE_PONG:
		conn_heard(session->conn, clock_monotonic());
		return 0;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		conn_writable(session->conn);
		return 0;
	case LWS_CALLBACK_TIMER:
		return finish(wsi, session);
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		return peer_closes(wsi, session, in, len);
	case LWS_CALLBACK_CLOSED:
		closed(wsi, session);
		return 0;
	default:
		return 0;
	}
}

/* --- HTTP --- */

static bool send_headers(struct lws *wsi, const struct status_answer *answer)
{
	unsigned char headers[LWS_PRE + 1024], *start = headers + LWS_PRE, *at = start;
	unsigned char *end = headers + sizeof(headers) - 1;

	return !lws_add_http_common_headers(wsi, (unsigned int)answer->status, answer->type, answer->body.len,
					    &at, end) &&
	       !lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_CACHE_CONTROL,
					     (const unsigned char *)"no-store", 8, &at, end) &&
	       !lws_add_http_header_by_token(wsi, WSI_TOKEN_CONNECTION, (const unsigned char *)"close", 5,
					     &at, end) &&
	       !lws_finalize_write_http_header(wsi, start, &at, end);
}

/* One answer a connection: whoever wants a WebSocket has a fresh one, whose frames begin behind the first
 * head. */
static int http_request(struct lws *wsi, const char *path)
{
	bool head = lws_hdr_total_length(wsi, WSI_TOKEN_HEAD_URI) > 0;
	bool known = head || lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) > 0;
	struct status_answer answer;
	struct message *body;

	buf_init(&answer.body, NULL);
	status_answer(server_of(wsi)->pushd, known ? path : "", &answer);
	if (!answer.body.failed && send_headers(wsi, &answer)) {
		body = message_take(&answer.body);
		if (body && !head)
			(void)lws_write(wsi, (unsigned char *)body->text, body->len, LWS_WRITE_HTTP_FINAL);
		message_unref(body);
	} else {
		buf_done(&answer.body);
	}
	return -1;
}

/* The rules of the transport that this wants to be; NULL: it is the gate's. */
static const struct transport_rules *transport_of(struct lws *wsi)
{
	const struct polling *polling = server_of(wsi)->polling;
	char path[PATH_TEXT];

	if (!polling || !read_path(wsi, path, sizeof(path)) ||
	    !websocket_serves(polling_rules(polling), path))
		return NULL;
	return polling_rules(polling);
}

/* In a read of the library's, which knows nothing of it. */
static void break_off(void *socket)
{
	lws_set_timer_usecs(socket, 1);
	/* timers are looked at after input or output only: make some */
	lws_callback_on_writable(socket);
}

static int established(struct lws *wsi, struct session *session)
{
	const struct transport_rules *rules = transport_of(wsi);
	int refused = rules ? websocket_opened(rules, wsi, &session->carried) : opened(wsi, session);

	if (!refused)
		inlet_open(lws_get_socket_fd(wsi), wsi);
	return refused;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct session *session = user;
	const struct transport_rules *rules;

	if (reason == LWS_CALLBACK_CLOSED)
		inlet_close(lws_get_socket_fd(wsi));
	if (reason == LWS_CALLBACK_TIMER && inlet_broken(lws_get_socket_fd(wsi))) {
		lws_close_reason(wsi, LWS_CLOSE_STATUS_PROTOCOL_ERR, NULL, 0);
		return -1;
	}
	/* everything about a connection comes here; before there is one, and for HTTP, below */
	if (session && session->conn)
		return ws_callback(wsi, reason, session, in, len);
	if (session && session->carried)
		return websocket_callback(&session->carried, reason, in, len);
	switch ((int)reason) {
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
		rules = transport_of(wsi);
		return rules ? websocket_filter(rules, wsi) : filter(wsi);
	case LWS_CALLBACK_ESTABLISHED:
		return session ? established(wsi, session) : -1;
	case LWS_CALLBACK_HTTP:
		return http_request(wsi, in);
	case LWS_CALLBACK_CLOSED:
	case LWS_CALLBACK_RECEIVE:
	case LWS_CALLBACK_TIMER:
		return 0;
	default:
		return lws_callback_http_dummy(wsi, reason, user, in, len);
	}
}

/* --- the library --- */

/* A client that offers no subprotocol gets the first; one that brings its token as `bearer, <jwt>` the
 * second. */
static const struct lws_protocols protocols[] = {
    {"invigil", callback, sizeof(struct session), RX_BYTES, 0, NULL, 64 * 1024 * 1024},
    {"bearer", callback, sizeof(struct session), RX_BYTES, 0, NULL, 64 * 1024 * 1024},
    {NULL, NULL, 0, 0, 0, NULL, 0},
};

static const lws_retry_bo_t no_timers;

static void lws_says(int level UNUSED, const char *line)
{
	char text[256];

	/* said of every socket that is handed to it; no mistake of anybody's */
	if (strstr(line, "adopt_socket_readbuf: calling service"))
		return;
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(line, "\n"), line);
	log_warn("libwebsockets", LOG_TEXT("line", text));
}

/* A socket that it couldn't take for want of memory it counts for ever, and then never ends. */
static void *allocate(void *block, size_t size, const char *reason UNUSED)
{
	if (size)
		return ballast_realloc(block, size);
	free(block);
	return NULL;
}

enum err server_new(struct pushd *pushd, void *loop, struct server **ret)
{
	struct lws_context_creation_info info = {0};
	struct server *server = calloc(1, sizeof(*server));
	void *loops[1] = {loop};

	if (!server || inlet_new(break_off)) {
		free(server);
		return ERR_MEMORY;
	}
	lws_set_log_level(LLL_ERR, lws_says);
	lws_set_allocator(allocate);
	server->pushd = pushd;
	info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
	info.protocols = protocols;
	info.options = LWS_SERVER_OPTION_LIBUV;
	info.foreign_loops = loops;
	info.user = server;
	info.pcontext = &server->context; /* NULL again once it is gone */
	info.retry_and_idle_policy = &no_timers;
	info.max_http_header_data = HEADER_TEXT;
	/* what of a head is read at once; the library comes back for more only when a socket stirs */
	info.pt_serv_buf_size = READ_BYTES;
	info.server_string = "invigil";
	info.gid = (gid_t)-1;
	info.uid = (uid_t)-1;
	server->context = lws_create_context(&info);
	server->vhost = server->context ? lws_get_vhost_by_name(server->context, "default") : NULL;
	if (!server->vhost) {
		inlet_free();
		free(server);
		return ERR_MEMORY;
	}
	*ret = server;
	return OK;
}

void server_serve(struct server *server, struct polling *polling)
{
	server->polling = polling;
}

void server_adopt(struct server *server, int fd, const char *bytes, size_t len)
{
	size_t end = handshake_end(bytes, len), rest = 0;
	struct buf head;
	enum err err;

	if (server->polling && polling_takes(server->polling, fd, bytes, len))
		return;
	buf_init(&head, NULL);
	err = inlet_begin(fd, bytes + end, len - end, &rest);
	handshake_rewrite(bytes, end + rest, &head);
	if (err || head.failed)
		close(fd);
	else
		/* the library closes the socket when it can't take it */
		(void)lws_adopt_socket_vhost_readbuf(server->vhost, fd, head.data, head.len);
	if (head.data)
		explicit_bzero(head.data, head.len);
	buf_done(&head);
}

void server_end(struct server *server)
{
	lws_context_destroy(server->context);
}

void server_free(struct server *server)
{
	/* on a foreign loop the library ends in two steps: its handles were closed, now its memory goes */
	if (server && server->context)
		lws_context_destroy(server->context);
	if (server)
		inlet_free();
	free(server);
}
