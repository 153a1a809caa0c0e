#include "base/supervisor.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define FIRST_FD 3

/* A number of the environment's; 0: there is none. */
static int64_t number(const char *name)
{
	const char *text = getenv(name);
	char *end;
	int64_t value = text ? strtoll(text, &end, 10) : 0;

	return text && end != text && !*end && value > 0 ? value : 0;
}

static bool is_listening(int fd)
{
	int listening = 0;
	socklen_t len = sizeof(listening);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &len) == 0 && listening;
}

int supervisor_socket(void)
{
	bool ours = number("LISTEN_PID") == getpid();
	int64_t count = ours ? number("LISTEN_FDS") : 0;

	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (count == 0)
		return SUPERVISOR_NO_SOCKET;
	if (count > 1 || !is_listening(FIRST_FD) || fcntl(FIRST_FD, F_SETFD, FD_CLOEXEC) < 0)
		return SUPERVISOR_BAD_SOCKET;
	return FIRST_FD;
}

void supervisor_tell(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	size_t len = path ? strlen(path) : 0;
	int fd;

	if (len < 2 || len > sizeof(at.sun_path))
		return;
	memcpy(at.sun_path, path, len);
	if (at.sun_path[0] == '@') /* a name that is no file's */
		at.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT, (const struct sockaddr *)&at,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	close(fd);
}

int64_t supervisor_patience_ms(void)
{
	const char *whose = getenv("WATCHDOG_PID");

	if (whose && number("WATCHDOG_PID") != getpid())
		return 0;
	return number("WATCHDOG_USEC") / 1000;
}
