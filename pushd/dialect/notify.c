/* The notify dialect: the notifications of one user, as objects without a `type`; refusals are objects with
 * the close code that follows. It has no session: no greeting, no snapshot, no state, no figures. */
#include "pushd/dialect/form.h"

#include <string.h>

#include "base/buf.h"

/* Whose connection closes, by the code; 0: it stays. */
static const struct refusal {
	int close_code;
	const char *error;
	const char *rest; /* what he is told to do, as members */
} refusals[] = {
    {0, "Invalid message", "\"retry_recommended\":false"},
    {1008, "Authentication failed", "\"retry_recommended\":false"},
    {4000, "Rate limit exceeded", "\"retry_after_seconds\":60"},
    {1011, "Internal server error", "\"retry_recommended\":true"},
};

static const struct refusal *refusal_of(int close_code)
{
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		if (refusals[i].close_code == close_code)
			return &refusals[i];
	return &refusals[ARRAY_LEN(refusals) - 1];
}

static struct message *notify_error(const struct complaint *complaint)
{
	const struct refusal *refusal = refusal_of(complaint->close_code);
	struct buf out;

	buf_init(&out, NULL);
	buf_adds(&out, "{\"error\":");
	json_add_string(&out, refusal->error);
	buf_adds(&out, ",\"code\":");
	/* there is no close code when nothing closes */
	if (complaint->close_code)
		buf_addi(&out, complaint->close_code);
	else
		json_add_string(&out, err_code(complaint->err));
	buf_adds(&out, ",\"message\":");
	json_add_string(&out, complaint->message ? complaint->message : err_sentence(complaint->err));
	if (complaint->ref) {
		buf_adds(&out, ",\"ref\":");
		json_add_string(&out, complaint->ref);
	}
	buf_addc(&out, ',');
	buf_adds(&out, refusal->rest);
	buf_addc(&out, '}');
	return message_take(&out);
}

/* {"type":…,"ref"?,"last_event_id":…,"timestamp":…} */
static struct message *typed(const char *type, const char *ref, uint64_t last_event_id, int64_t now)
{
	struct buf out;

	buf_init(&out, NULL);
	buf_adds(&out, "{\"type\":");
	json_add_string(&out, type);
	if (ref) {
		buf_adds(&out, ",\"ref\":");
		json_add_string(&out, ref);
	}
	buf_adds(&out, ",\"last_event_id\":");
	buf_addu(&out, last_event_id);
	buf_adds(&out, ",\"timestamp\":");
	json_add_time(&out, now);
	buf_addc(&out, '}');
	return message_take(&out);
}

static struct message *notify_pong(const char *ref, uint64_t last_event_id, int64_t now)
{
	return typed("pong", ref, last_event_id, now);
}

static struct message *notify_resync(const struct id *user_id UNUSED, uint64_t head, int64_t now)
{
	return typed("resync_required", NULL, head, now);
}

static enum err notify_event(const struct event *event, const struct scene *scene UNUSED,
			     struct message **ret)
{
	struct message *message;
	const char *members;
	size_t members_len;
	struct buf out;

	if (event->type != EVENT_NOTIFICATION) {
		*ret = NULL;
		return OK;
	}
	if (!json_members(event->payload, event->payload_len, &members, &members_len) || !members_len)
		return ERR_INVALID_MESSAGE;
	buf_init(&out, NULL);
	buf_addc(&out, '{');
	buf_add(&out, members, members_len);
	buf_adds(&out, ",\"event_id\":");
	buf_addu(&out, event->event_id);
	buf_adds(&out, ",\"timestamp\":");
	json_add_time(&out, event->created_at);
	buf_addc(&out, '}');
	message = message_take(&out);
	if (!message)
		return ERR_MEMORY;
	*ret = message;
	return OK;
}

const struct dialect dialect_notify = {
    .id = DIALECT_NOTIFY,
    .name = "notify",
    .inbox = true,
    .error = notify_error,
    .pong = notify_pong,
    .resync = notify_resync,
    .event = notify_event,
    .decode = form_decode,
};
