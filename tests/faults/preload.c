/* Loaded in front of the libraries of both programs (LD_PRELOAD): makes calls fail that no limit makes fail,
 * and queues short that are long. In any other program of the stack it does nothing.
 *
 *   FAULTS_QUEUE=10            a ZeroMQ socket's queue holds so many messages
 *   FAULTS="send=104/300 …"    a call, the errno it fails with, and how often: once in so many, by chance
 *                              (`pushd_send`: in that program alone)
 *   FAULTS_IN=folder           calls fail while a file of their name is in it; `log` there gets a line for
 * each that did */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <zmq.h>

#define RULES_MOST 32

/* The next one's function of that name. */
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

struct rule {
	char call[24];
	bool only; /* … with a program's name in front */
	int error;
	unsigned once_in;
};

static struct rule rules[RULES_MOST];
static int rule_count;
static const char *folder;
static bool ours;

__attribute__((constructor)) static void read_environment(void)
{
	const char *text = getenv("FAULTS");
	int used;

	ours = strncmp(program_invocation_short_name, "invigil-", 8) == 0;
	folder = getenv("FAULTS_IN");
	while (text && rule_count < RULES_MOST) {
		struct rule *rule = &rules[rule_count];

		if (sscanf(text, " %23[a-z0-9_]=%d/%u%n", rule->call, &rule->error, &rule->once_in, &used) !=
		    3)
			break;
		text += used;
		rule->only = strncmp(rule->call, "app_", 4) == 0 || strncmp(rule->call, "pushd_", 6) == 0;
		rule_count++;
	}
}

static unsigned chance(void)
{
	static atomic_uint_fast64_t state = 0x9E3779B97F4A7C15u;
	uint64_t x = atomic_fetch_add(&state, 0x9E3779B97F4A7C15u) ^ (uint64_t)getpid() << 32;

	x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
	x = (x ^ x >> 27) * 0x94D049BB133111EBu;
	return (unsigned)(x >> 33);
}

static void note(const char *call)
{
	char path[512], line[32];
	int fd, len = snprintf(line, sizeof(line), "%s\n", call);

	snprintf(path, sizeof(path), "%s/log", folder);
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0)
		return;
	syscall(SYS_write, fd, line, (size_t)len);
	syscall(SYS_close, fd);
}

/* How often it fails now: as the file says, if it says anything, else as the rule; 0: not at all. */
static unsigned once_in(const struct rule *rule)
{
	char path[512], text[16] = "";
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, rule->call);
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (syscall(SYS_read, fd, text, sizeof(text) - 1) <= 0)
		text[0] = '\0';
	syscall(SYS_close, fd);
	return text[0] ? (unsigned)atoi(text) : rule->once_in;
}

/* ZeroMQ and libuv end the whole program over what they don't expect of the kernel (and it doesn't do, on
 * their eventfds): they are left in peace. */
static bool is_fragile(const void *caller)
{
	Dl_info info;

	return dladdr(caller, &info) && info.dli_fname &&
	       (strstr(info.dli_fname, "libzmq") || strstr(info.dli_fname, "libuv"));
}

static bool is_about(const struct rule *rule, const char *call)
{
	char name[48];

	snprintf(name, sizeof(name), "%s_%s", program_invocation_short_name + strlen("invigil-"), call);
	return strcmp(rule->call, rule->only ? name : call) == 0;
}

/* True, with errno set, when this call is to fail. */
static bool fails_for(const char *call, const void *caller)
{
	for (int i = 0; ours && folder && i < rule_count; i++) {
		const struct rule *rule = &rules[i];
		const unsigned often = is_about(rule, call) ? once_in(rule) : 0;

		if (often == 0 || chance() % often || is_fragile(caller))
			continue;
		note(call);
		errno = rule->error;
		return true;
	}
	return false;
}

#define fails(call) fails_for(call, __builtin_return_address(0))

int accept4(int fd, struct sockaddr *restrict address, socklen_t *restrict len, int flags)
{
	return fails("accept4") ? -1 : REAL(accept4)(fd, address, len, flags);
}

int accept(int fd, struct sockaddr *restrict address, socklen_t *restrict len)
{
	return fails("accept") ? -1 : REAL(accept)(fd, address, len);
}

int socket(int domain, int type, int protocol)
{
	return fails("socket") ? -1 : REAL(socket)(domain, type, protocol);
}

int connect(int fd, const struct sockaddr *address, socklen_t len)
{
	return fails("connect") ? -1 : REAL(connect)(fd, address, len);
}

ssize_t send(int fd, const void *bytes, size_t len, int flags)
{
	return fails("send") ? -1 : REAL(send)(fd, bytes, len, flags);
}

ssize_t recv(int fd, void *into, size_t len, int flags)
{
	return fails("recv") ? -1 : REAL(recv)(fd, into, len, flags);
}

/* what pushd's own recv is made of */
ssize_t recvfrom(int fd, void *into, size_t len, int flags, __SOCKADDR_ARG from, socklen_t *from_len)
{
	return fails("recv") ? -1 : REAL(recvfrom)(fd, into, len, flags, from, from_len);
}

ssize_t write(int fd, const void *bytes, size_t len)
{
	return fails("write") ? -1 : REAL(write)(fd, bytes, len);
}

ssize_t read(int fd, void *into, size_t len)
{
	return fails("read") ? -1 : REAL(read)(fd, into, len);
}

int poll(struct pollfd *fds, nfds_t count, int ms)
{
	return fails("poll") ? -1 : REAL(poll)(fds, count, ms);
}

int epoll_wait(int fd, struct epoll_event *events, int most, int ms)
{
	return fails("epoll_wait") ? -1 : REAL(epoll_wait)(fd, events, most, ms);
}

int epoll_ctl(int fd, int operation, int other, struct epoll_event *event)
{
	return fails("epoll_ctl") ? -1 : REAL(epoll_ctl)(fd, operation, other, event);
}

pid_t fork(void)
{
	return fails("fork") ? -1 : REAL(fork)();
}

int zmq_send(void *handle, const void *bytes, size_t len, int flags)
{
	return fails("zmq_send") ? -1 : REAL(zmq_send)(handle, bytes, len, flags);
}

int zmq_setsockopt(void *handle, int option, const void *value, size_t len)
{
	const char *most = getenv("FAULTS_QUEUE");
	const int queue = most ? atoi(most) : 0;

	if (queue > 0 && (option == ZMQ_SNDHWM || option == ZMQ_RCVHWM))
		return REAL(zmq_setsockopt)(handle, option, &queue, sizeof(queue));
	return REAL(zmq_setsockopt)(handle, option, value, len);
}
