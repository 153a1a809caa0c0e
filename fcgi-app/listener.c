#include "fcgi-app/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Who waits to be accepted: each request of a school that asks at once, since the web server meets a full
 * queue with a 500. The kernel cuts it at net.core.somaxconn. */
#define BACKLOG 16384

/* Whether somebody accepts there. */
static bool is_alive(const struct sockaddr_un *at)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const bool alive = fd >= 0 && connect(fd, (const struct sockaddr *)at, sizeof(*at)) == 0;
	if (fd >= 0)
		close(fd);
	return alive;
}

/* False, and errno says why, when the place is taken by something that isn't a dead server's socket. */
static bool make_room(const struct sockaddr_un *at)
{
	struct stat st;
	if (lstat(at->sun_path, &st) < 0)
		return errno == ENOENT;
	if (!S_ISSOCK(st.st_mode) || is_alive(at)) {
		errno = EADDRINUSE;
		return false;
	}
	return unlink(at->sun_path) == 0;
}

static int open_path(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	if (!*path || strlen(path) >= sizeof(at.sun_path)) { /* "" would be a name that the kernel makes up */
		errno = *path ? ENAMETOOLONG : EINVAL;
		return -1;
	}
	memcpy(at.sun_path, path, strlen(path) + 1);
	if (!make_room(&at))
		return -1;
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	const mode_t before = umask(0117); /* the mode is right from the first moment */
	const int bound = bind(fd, (const struct sockaddr *)&at, sizeof(at));
	umask(before);
	if (bound == 0)
		return fd;
	close(fd);
	return -1;
}

static int open_port(const char *text)
{
	char *end;
	const unsigned long port = strtoul(text, &end, 10);
	if (end == text || *end || port == 0 || port > 65535) {
		errno = EINVAL;
		return -1;
	}
	const struct sockaddr_in at = {
	    .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
	};
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const int on = 1;
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, (const struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

int listener_open(const char *address, char *problem, size_t size)
{
	const int fd = *address == ':' ? open_port(address + 1) : open_path(address);
	if (fd >= 0 && listen(fd, BACKLOG) == 0)
		return fd;
	snprintf(problem, size, "%s: %s", address, strerror(errno));
	if (fd >= 0)
		listener_close(fd, address);
	return -1;
}

void listener_close(int fd, const char *address)
{
	close(fd);
	if (*address != ':')
		unlink(address);
}
