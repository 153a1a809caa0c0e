/* recv(), and a table by descriptor. */
#include "pushd/inlet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "pushd/frames.h"

#define SLOTS_FIRST 256

struct slot {
	struct frames frames;
	void *socket; /* NULL: it isn't followed */
};

struct inlet {
	void (*broken)(void *socket);
	struct slot *slots; /* by descriptor */
	size_t count;
};

static _Thread_local struct inlet *inlet; /* NULL in every thread but one */

/* NULL: nobody has ever followed it. */
static struct slot *find(int fd)
{
	return inlet && fd >= 0 && (size_t)fd < inlet->count ? &inlet->slots[fd] : NULL;
}

/* --- reading --- */

/* What of the bytes the library gets. */
static ssize_t sift(struct slot *slot, const void *bytes, ssize_t got)
{
	bool fine = slot->frames.phase != FRAMES_BROKEN;
	ssize_t kept = (ssize_t)frames_follow(&slot->frames, bytes, (size_t)got);

	if (fine && slot->frames.phase == FRAMES_BROKEN)
		inlet->broken(slot->socket);
	if (kept)
		return kept;
	errno = EAGAIN;
	return -1;
}

/* Under a name of its own here, so that no header's idea of recv is in the way. */
ssize_t inlet_recv(int fd, void *into, size_t len, int flags) __asm__("recv");

ssize_t inlet_recv(int fd, void *into, size_t len, int flags)
{
	ssize_t got = recvfrom(fd, into, len, flags, NULL, NULL);
	struct slot *slot = got > 0 ? find(fd) : NULL;

	return slot && slot->socket ? sift(slot, into, got) : got;
}

/* --- who is followed --- */

enum err inlet_new(void (*broken)(void *socket))
{
	inlet = calloc(1, sizeof(*inlet));
	if (!inlet)
		return ERR_MEMORY;
	inlet->broken = broken;
	return OK;
}

void inlet_free(void)
{
	if (inlet)
		free(inlet->slots);
	free(inlet);
	inlet = NULL;
}

/* Room for a descriptor. */
static bool reserve(int fd)
{
	size_t count = inlet->count ? inlet->count : SLOTS_FIRST;
	struct slot *slots;

	if ((size_t)fd < inlet->count)
		return true;
	while (count <= (size_t)fd)
		count *= 2;
	slots = realloc(inlet->slots, count * sizeof(*slots));
	if (!slots)
		return false;
	memset(slots + inlet->count, 0, (count - inlet->count) * sizeof(*slots));
	inlet->slots = slots;
	inlet->count = count;
	return true;
}

enum err inlet_begin(int fd, const char *bytes, size_t len, size_t *ret_len)
{
	struct slot *slot;

	if (!reserve(fd))
		return ERR_MEMORY;
	slot = &inlet->slots[fd];
	*slot = (struct slot){0};
	*ret_len = frames_follow(&slot->frames, (const unsigned char *)bytes, len);
	return OK;
}

void inlet_open(int fd, void *socket)
{
	struct slot *slot = find(fd);

	if (!slot)
		return;
	slot->socket = socket;
	if (slot->frames.phase == FRAMES_BROKEN)
		inlet->broken(socket);
}

void inlet_close(int fd)
{
	struct slot *slot = find(fd);

	if (slot)
		*slot = (struct slot){0};
}

bool inlet_broken(int fd)
{
	const struct slot *slot = find(fd);

	return slot && slot->socket && slot->frames.phase == FRAMES_BROKEN;
}
