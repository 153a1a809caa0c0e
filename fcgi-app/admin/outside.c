/* Plain sockets, and for TLS a child: a library would be one more dependency of every worker, for a command
 * that is run by hand. Every wait ends after TIMEOUT_MS in all. */
#include "fcgi-app/admin/outside.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "core/address.h"

#define TIMEOUT_MS	5000
#define PROGRAM_MISSING 127 /* what a shell says, too */

struct line {
	int fd;
	pid_t child; /* 0: none */
	FILE *said;  /* what the child complained of */
	int64_t until;
};

static bool failed(char problem[OUTSIDE_PROBLEM], const char *what, const char *why)
{
	snprintf(problem, OUTSIDE_PROBLEM, "%s: %s", what, why);
	return false;
}

bool place_parse(const char *url, struct place *ret)
{
	const bool tls = strncmp(url, "https://", 8) == 0;
	const char *host, *end, *colon;
	struct place place = {.tls = tls};
	size_t len;

	if (!tls && strncmp(url, "http://", 7) != 0)
		return false;
	host = url + (tls ? 8 : 7);
	end = host + strcspn(host, "/?#@");
	if (*end && strcmp(end, "/") != 0)
		return false;
	colon = *host == '[' ? strchr(host, ']') : host;
	colon = colon ? memchr(colon, ':', (size_t)(end - colon)) : NULL;
	len = (size_t)((colon ? colon : end) - host);
	if (len > 2 && *host == '[' && host[len - 1] == ']')
		host++, len -= 2;
	if (len == 0 || len >= sizeof(place.host) || *host == '-' || *host == '[')
		return false;
	memcpy(place.host, host, len);
	len = colon ? (size_t)(end - colon - 1) : 0;
	if (colon && (len == 0 || len > 5 || strspn(colon + 1, "0123456789") != len))
		return false;
	snprintf(place.port, sizeof(place.port), "%.*s", colon ? (int)len : 3,
		 colon ? colon + 1 : (tls ? "443" : "80"));
	*ret = place;
	return true;
}

/* --- connections --- */

static bool wait_for(const struct line *line, short events)
{
	struct pollfd poll_fd = {.fd = line->fd, .events = events};

	for (;;) {
		const int64_t left = line->until - clock_monotonic();
		const int ready = left > 0 ? poll(&poll_fd, 1, (int)left) : 0;

		if (ready > 0)
			return true;
		if (ready == 0 || errno != EINTR)
			return false;
	}
}

static bool dial(struct line *line, int family, const struct sockaddr *to, socklen_t to_len)
{
	int err = 0;
	socklen_t len = sizeof(err);

	line->fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (line->fd < 0)
		return false;
	if (connect(line->fd, to, to_len) == 0)
		return true;
	if (errno == EINPROGRESS) {
		errno = ETIMEDOUT;
		if (wait_for(line, POLLOUT) && getsockopt(line->fd, SOL_SOCKET, SO_ERROR, &err, &len) == 0) {
			errno = err;
			if (err == 0)
				return true;
		}
	}
	err = errno;
	close(line->fd);
	line->fd = -1;
	errno = err;
	return false;
}

static bool dial_host(struct line *line, const char *host, const char *port, char problem[OUTSIDE_PROBLEM])
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *all;
	const int status = getaddrinfo(host, port, &hints, &all);

	if (status != 0)
		return failed(problem, host, gai_strerror(status));
	for (const struct addrinfo *to = all; to && line->fd < 0; to = to->ai_next)
		(void)dial(line, to->ai_family, to->ai_addr, to->ai_addrlen);
	if (line->fd < 0)
		(void)failed(problem, "no connection", strerror(errno));
	freeaddrinfo(all);
	return line->fd >= 0;
}

static bool dial_path(struct line *line, const char *path, char problem[OUTSIDE_PROBLEM])
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(at.sun_path))
		return failed(problem, path, strerror(ENAMETOOLONG));
	memcpy(at.sun_path, path, strlen(path) + 1);
	return dial(line, AF_UNIX, (const struct sockaddr *)&at, sizeof(at)) ||
	       failed(problem, path, strerror(errno));
}

static void run_openssl(const struct place *place, int fd, int said)
{
	struct id address;
	const bool literal = address_parse(place->host, &address);
	char at[sizeof(place->host) + sizeof(place->port) + 4];

	snprintf(at, sizeof(at), strchr(place->host, ':') ? "[%s]:%s" : "%s:%s", place->host, place->port);
	if (dup2(fd, STDIN_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(said, STDERR_FILENO) < 0)
		_exit(1);
	if (literal)
		execlp("openssl", "openssl", "s_client", "-quiet", "-connect", at, "-verify_return_error",
		       "-verify_ip", place->host, (char *)NULL);
	else
		execlp("openssl", "openssl", "s_client", "-quiet", "-connect", at, "-verify_return_error",
		       "-verify_hostname", place->host, "-servername", place->host, (char *)NULL);
	_exit(PROGRAM_MISSING);
}

static bool dial_tls(struct line *line, const struct place *place, char problem[OUTSIDE_PROBLEM])
{
	int ends[2];

	line->said = tmpfile();
	if (!line->said || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return failed(problem, "openssl", strerror(errno));
	line->fd = ends[0];
	/* what waits to be printed is ours alone to print */
	fflush(stdout);
	line->child = fork();
	if (line->child == 0)
		run_openssl(place, ends[1], fileno(line->said));
	close(ends[1]);
	if (line->child > 0)
		return true;
	line->child = 0;
	return failed(problem, "openssl", strerror(errno));
}

/* Why the child has failed, in its own words where it is the certificate. */
static void read_complaint(struct line *line, int status, char problem[OUTSIDE_PROBLEM])
{
	static const char mark[] = "verify error:num=";
	char text[2048], *found = NULL;

	if (WIFEXITED(status) && WEXITSTATUS(status) == PROGRAM_MISSING) {
		(void)failed(problem, "TLS can't be checked", "there is no openssl program on this host");
		return;
	}
	rewind(line->said);
	text[fread(text, 1, sizeof(text) - 1, line->said)] = '\0';
	found = strstr(text, mark);
	if (!found)
		return;
	found += sizeof(mark) - 1;
	found[strcspn(found, "\n")] = '\0';
	found = strchr(found, ':') ? strchr(found, ':') + 1 : found;
	(void)failed(problem, "the certificate is not accepted", found);
}

static void hang_up(struct line *line, bool answered, char problem[OUTSIDE_PROBLEM])
{
	int status = 0;

	if (line->fd >= 0)
		close(line->fd);
	if (line->child > 0) {
		/* one that has failed is gone by itself, and has a status to tell */
		if (answered || line->until <= clock_monotonic())
			kill(line->child, SIGTERM);
		while (waitpid(line->child, &status, 0) < 0 && errno == EINTR)
			;
		if (!answered)
			read_complaint(line, status, problem);
	}
	if (line->said)
		(void)fclose(line->said);
}

/* --- asking --- */

const char *answer_find(const struct answer *answer, const char *word)
{
	const size_t len = strlen(word);

	for (size_t at = 0; at + len <= answer->len; at++)
		if (memcmp(answer->data + at, word, len) == 0)
			return answer->data + at;
	return NULL;
}

typedef bool is_enough(struct answer *answer);

/* Says it all, and hears until it is enough, or the other end has closed. */
static bool talk(const struct line *line, const char *words, size_t len, is_enough *enough,
		 struct answer *ret, char problem[OUTSIDE_PROBLEM])
{
	/* every request fits into any socket's buffer */
	if (!wait_for(line, POLLOUT) || send(line->fd, words, len, MSG_NOSIGNAL) != (ssize_t)len)
		return failed(problem, "no answer", "the connection was closed");
	while (ret->len < sizeof(ret->data) - 1 && !enough(ret)) {
		ssize_t part;

		if (!wait_for(line, POLLIN))
			return failed(problem, "no answer", "it takes more than 5 s");
		part = recv(line->fd, ret->data + ret->len, sizeof(ret->data) - 1 - ret->len, 0);
		if (part == 0 || (part < 0 && errno != EAGAIN && errno != EINTR))
			break;
		ret->len += part > 0 ? (size_t)part : 0;
		ret->data[ret->len] = '\0';
	}
	return ret->len > 0 || failed(problem, "no answer", "the connection was closed");
}

static void read_head(struct answer *answer)
{
	const char *end = strstr(answer->data, "\r\n\r\n");

	if (end && strncmp(answer->data, "HTTP/1.", 7) == 0 && answer->data[8] == ' ') {
		answer->status = (int)strtol(answer->data + 9, NULL, 10);
		answer->body = end + 4;
		answer->body_len = answer->len - (size_t)(answer->body - answer->data);
	}
}

/* An HTTP answer ends with its connection. */
static bool http_enough(struct answer *answer)
{
	read_head(answer);
	return false;
}

/* A WebSocket's first frames are looked at until one tells what went wrong; a refusal by its head alone. */
static bool upgrade_enough(struct answer *answer)
{
	read_head(answer);
	return answer->status != 0 &&
	       (answer->status != 101 || memchr(answer->body, '}', answer->body_len) != NULL);
}

static bool fastcgi_enough(struct answer *answer)
{
	const char *status = answer_find(answer, "Status: ");

	if (!status || answer->len - (size_t)(status - answer->data) < 11)
		return false;
	answer->status = (int)strtol(status + 8, NULL, 10);
	return true;
}

static void answer_init(struct answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	answer->body = "";
}

bool outside_get(const struct place *place, const char *path, bool upgrade, struct answer *ret,
		 char problem[OUTSIDE_PROBLEM])
{
	static const char ask_upgrade[] = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
					  "Sec-WebSocket-Version: 13\r\n"
					  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
	struct line line = {.fd = -1, .until = clock_monotonic() + TIMEOUT_MS};
	const bool bare = strcmp(place->port, place->tls ? "443" : "80") == 0;
	char words[1024];
	int len;
	bool good;

	answer_init(ret);
	len = snprintf(words, sizeof(words), "GET %s HTTP/1.1\r\nHost: %s%s%s%s%s\r\n%s\r\n", path,
		       strchr(place->host, ':') ? "[" : "", place->host, strchr(place->host, ':') ? "]" : "",
		       bare ? "" : ":", bare ? "" : place->port,
		       upgrade ? ask_upgrade : "Connection: close\r\n");
	if (len < 0 || (size_t)len >= sizeof(words))
		return failed(problem, path, "is too long");
	good = place->tls ? dial_tls(&line, place, problem)
			  : dial_host(&line, place->host, place->port, problem);
	good = good && talk(&line, words, (size_t)len, upgrade ? upgrade_enough : http_enough, ret, problem);
	hang_up(&line, good, problem);
	return good;
}

/* A name and a value, as FastCGI has them, both shorter than 128. */
static void add_pair(struct buf *pairs, const char *name, const char *value)
{
	buf_addc(pairs, (char)strlen(name));
	buf_addc(pairs, (char)strlen(value));
	buf_adds(pairs, name);
	buf_adds(pairs, value);
}

/* Begin, parameters, no more parameters, no body (FastCGI 1.0, section 3). */
static void add_request(struct buf *to, struct buf *pairs, const char *path)
{
	static const char begin[] = {1, 1, 0, 1, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0};
	static const char end[] = {1, 4, 0, 1, 0, 0, 0, 0, 1, 5, 0, 1, 0, 0, 0, 0};

	add_pair(pairs, "REQUEST_METHOD", "GET");
	add_pair(pairs, "REQUEST_URI", path);
	add_pair(pairs, "SERVER_PROTOCOL", "HTTP/1.1");
	add_pair(pairs, "REMOTE_ADDR", "127.0.0.1");
	buf_add(to, begin, sizeof(begin));
	buf_add(to, (const char[]){1, 4, 0, 1, (char)(pairs->len >> 8), (char)pairs->len, 0, 0}, 8);
	buf_add(to, pairs->data, pairs->len);
	buf_add(to, end, sizeof(end));
}

bool outside_fastcgi(const char *address, const char *path, struct answer *ret, char problem[OUTSIDE_PROBLEM])
{
	struct line line = {.fd = -1, .until = clock_monotonic() + TIMEOUT_MS};
	struct buf words, pairs;
	bool good;

	answer_init(ret);
	if (strlen(path) > 100)
		return failed(problem, path, "is too long");
	buf_init(&words, NULL);
	buf_init(&pairs, NULL);
	add_request(&words, &pairs, path);
	if (words.failed || pairs.failed)
		good = failed(problem, path, "out of memory");
	else
		good = *address == ':' ? dial_host(&line, "127.0.0.1", address + 1, problem)
				       : dial_path(&line, address, problem);
	good = good && talk(&line, words.data, words.len, fastcgi_enough, ret, problem);
	hang_up(&line, good, problem);
	buf_done(&pairs);
	buf_done(&words);
	return good;
}
