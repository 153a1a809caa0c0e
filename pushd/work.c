/* What lanes do: a row per kind of job, a domain call per row. Runs in the lanes' threads: it touches only
 * its jobs. */
#include "pushd/work.h"

#include "domain/notification.h"

/* An array for the batch's items; NULL: no memory. */
#define ITEMS(domain, type, count) ((type *)arena_calloc((domain)->arena, (count), sizeof(type)))
/* The i-th job as what it is. */
#define JOB(type, i) ((struct type *)(void *)jobs[i])

/* Read after the connection was made, so that all changes later than it come as events. A reading that fails
 * takes nothing back: it is the one who asked who isn't let in. */
static struct classroom *find_classroom(struct domain *d, struct job **jobs, size_t at)
{
	struct classroom *classroom;

	for (size_t i = 0; i < at; i++)
		if (JOB(connect_job, i)->classroom && id_equal(&jobs[i]->session_id, &jobs[at]->session_id))
			return JOB(connect_job, i)->classroom;
	classroom = arena_alloc(d->arena, sizeof(*classroom));
	if (!classroom || classroom_read(d, &jobs[at]->session_id, classroom))
		return NULL;
	return classroom;
}

static void add_classrooms(struct domain *d, struct job **jobs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (JOB(connect_job, i)->ask_classroom && !jobs[i]->err)
			JOB(connect_job, i)->classroom = find_classroom(d, jobs, i);
}

static enum err run_connect(struct domain *d, struct job **jobs, size_t count)
{
	struct connect_item *items = ITEMS(d, struct connect_item, count);
	enum err err;

	if (!items)
		return ERR_MEMORY;
	for (size_t i = 0; i < count; i++)
		items[i] = JOB(connect_job, i)->item;
	err = session_connect(d, &JOB(connect_job, 0)->node, items, count);
	for (size_t i = 0; !err && i < count; i++) {
		JOB(connect_job, i)->item = items[i];
		jobs[i]->err = items[i].err;
	}
	if (!err)
		add_classrooms(d, jobs, count);
	return err;
}

static enum err run_recheck(struct domain *d, struct job **jobs, size_t count)
{
	struct connect_item *items = ITEMS(d, struct connect_item, count);
	enum err err;

	if (!items)
		return ERR_MEMORY;
	for (size_t i = 0; i < count; i++)
		items[i] = JOB(connect_job, i)->item;
	err = session_recheck(d, items, count);
	for (size_t i = 0; !err && i < count; i++)
		jobs[i]->err = items[i].err;
	return err;
}

static enum err run_leave(struct domain *d, struct job **jobs, size_t count)
{
	struct leave_item *items = ITEMS(d, struct leave_item, count);

	if (!items)
		return ERR_MEMORY;
	for (size_t i = 0; i < count; i++)
		items[i] = JOB(leave_job, i)->item;
	return session_leave(d, &JOB(leave_job, 0)->node, items, count);
}

/* The next of a batch's problems to the job that it belongs to: the calls note one for each item that is
 * wrong, in the items' order, and keep only so many. */
static void deal_problem(struct domain *d, struct job *job, const struct problem **next)
{
	struct problems *problems;

	if (job->err != ERR_VALIDATION || !*next)
		return;
	problems = arena_alloc(d->arena, sizeof(*problems));
	if (!problems)
		return;
	problems_init(problems, d->arena);
	problem_add(problems, (*next)->field, "%s", (*next)->message);
	job->problems = problems;
	*next = (*next)->next;
}

/* The four hot commands differ in their item's type, its input and the call; the way there and back is the
 * same. */
#define RUN_COMMAND(function, call, type, assign)                                                            \
	static enum err function(struct domain *d, struct job **jobs, size_t count)                          \
	{                                                                                                    \
		struct type *items = ITEMS(d, struct type, count);                                           \
		const struct problem *problem;                                                               \
		enum err err;                                                                                \
                                                                                                             \
		if (!items)                                                                                  \
			return ERR_MEMORY;                                                                   \
		for (size_t i = 0; i < count; i++) {                                                         \
			struct command_job *job = JOB(command_job, i);                                       \
                                                                                                             \
			items[i].base.actor = job->actor;                                                    \
			items[i].base.attempt_id = job->attempt_id;                                          \
			assign;                                                                              \
		}                                                                                            \
		err = call(d, items, count);                                                                 \
		problem = d->problems.first;                                                                 \
		for (size_t i = 0; !err && i < count; i++) {                                                 \
			jobs[i]->err = items[i].base.err;                                                    \
			JOB(command_job, i)->doc = items[i].base.doc;                                        \
			deal_problem(d, jobs[i], &problem);                                                  \
		}                                                                                            \
		return err;                                                                                  \
	}

RUN_COMMAND(run_answer, attempt_answer, answer_command,
	    (items[i].answers = job->in.answers.items, items[i].count = job->in.answers.count))
RUN_COMMAND(run_progress, attempt_progress, progress_command, items[i].in = job->in.progress)
RUN_COMMAND(run_highlight, attempt_highlight, highlight_command, items[i].in = job->in.highlight)
RUN_COMMAND(run_violation, attempt_violation, violation_command, items[i].in = job->in.violation)

/* A problem that the database found; it is told in detail when the job was alone in its call. */
static void keep_problems(struct domain *d, struct job *job)
{
	struct problems *problems;

	if (job->err != ERR_VALIDATION || !d->problems.first)
		return;
	problems = arena_alloc(d->arena, sizeof(*problems));
	if (!problems)
		return;
	*problems = d->problems;
	job->problems = problems;
}

/* Whether the error is about the database and not about this one job. */
static bool is_ours(enum err err)
{
	return err == ERR_INTERNAL || err == ERR_MEMORY || err == ERR_UNAVAILABLE || err == ERR_RETRY;
}

/* Jobs that have no batch call run one after the other; the first that meets a failing database gives the
 * rest to the lane's policy, which may run some of them again: all of these are idempotent. */
static enum err one_by_one(struct domain *d, struct job **jobs, size_t count,
			   enum err (*run)(struct domain *d, struct job *job))
{
	for (size_t i = 0; i < count; i++) {
		problems_init(&d->problems, d->arena);
		jobs[i]->err = run(d, jobs[i]);
		keep_problems(d, jobs[i]);
		if (is_ours(jobs[i]->err))
			return jobs[i]->err;
	}
	return OK;
}

static enum err submit(struct domain *d, struct job *job)
{
	struct command_job *command = (struct command_job *)(void *)job;

	return attempt_submit(d, &command->actor, &command->attempt_id, &command->doc);
}

static enum err run_submit(struct domain *d, struct job **jobs, size_t count)
{
	return one_by_one(d, jobs, count, submit);
}

/* What is said twice is said twice: when the batch is run again, whoever has his message's document has been
 * heard. */
static enum err say(struct domain *d, struct job *job)
{
	struct command_job *command = (struct command_job *)(void *)job;

	if (command->doc.text)
		return OK;
	return message_send(d, &command->actor, &job->session_id, &command->in.message, &command->doc);
}

static enum err run_message(struct domain *d, struct job **jobs, size_t count)
{
	return one_by_one(d, jobs, count, say);
}

/* One snapshot serves all who ask for the same session's. */
static enum err run_snapshot(struct domain *d, struct job **jobs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct read_job *job = JOB(read_job, i);
		size_t same = 0;

		while (same < i && !id_equal(&jobs[same]->session_id, &job->job.session_id))
			same++;
		if (same < i) {
			job->doc = JOB(read_job, same)->doc;
			job->job.err = jobs[same]->err;
			continue;
		}
		job->job.err = session_snapshot(d, &job->job.session_id, &job->doc);
		if (is_ours(job->job.err))
			return job->job.err;
	}
	return OK;
}

static enum err state(struct domain *d, struct job *job)
{
	struct read_job *read = (struct read_job *)(void *)job;

	return session_state(d, &read->actor, &job->session_id, &read->doc);
}

static enum err run_state(struct domain *d, struct job **jobs, size_t count)
{
	return one_by_one(d, jobs, count, state);
}

static enum err members(struct domain *d, struct job *job)
{
	struct members_job *m = (struct members_job *)(void *)job;

	return session_members(d, &m->read.actor, &job->session_id, &m->present, &m->read.doc);
}

static enum err run_members(struct domain *d, struct job **jobs, size_t count)
{
	return one_by_one(d, jobs, count, members);
}

static enum err find(struct domain *d, struct job *job)
{
	struct find_job *f = (struct find_job *)(void *)job;

	return session_find(d, &f->actor, &job->session_id, f->join_code, &f->session_id);
}

static enum err run_find(struct domain *d, struct job **jobs, size_t count)
{
	return one_by_one(d, jobs, count, find);
}

static enum err events(struct domain *d, struct job *job)
{
	struct events_job *page = (struct events_job *)(void *)job;

	return session_events_after(d, &job->session_id, page->since, page->limit, &page->items,
				    &page->count);
}

static enum err run_events(struct domain *d, struct job **jobs, size_t count)
{
	return one_by_one(d, jobs, count, events);
}

static enum err classroom(struct domain *d, struct job *job)
{
	return classroom_read(d, &job->session_id, &((struct classroom_job *)(void *)job)->classroom);
}

static enum err run_classroom(struct domain *d, struct job **jobs, size_t count)
{
	return one_by_one(d, jobs, count, classroom);
}

static enum err inbox(struct domain *d, struct job *job)
{
	struct inbox_job *i = (struct inbox_job *)(void *)job;

	return notification_connect(d, &i->actor, &i->head);
}

static enum err run_inbox(struct domain *d, struct job **jobs, size_t count)
{
	return one_by_one(d, jobs, count, inbox);
}

static enum err unread(struct domain *d, struct job *job)
{
	struct events_job *page = (struct events_job *)(void *)job;

	return notification_unread_after(d, &job->session_id, page->since, page->limit, &page->items,
					 &page->count);
}

static enum err run_unread(struct domain *d, struct job **jobs, size_t count)
{
	return one_by_one(d, jobs, count, unread);
}

static enum err heads(struct domain *d, struct job *job)
{
	struct heads_job *h = (struct heads_job *)(void *)job;

	return session_heads(d, h->items, h->count);
}

static enum err run_heads(struct domain *d, struct job **jobs, size_t count)
{
	return one_by_one(d, jobs, count, heads);
}

static enum err figures(struct domain *d, struct job *job)
{
	struct figures_job *f = (struct figures_job *)(void *)job;

	return session_figures(d, f->items, f->count);
}

static enum err run_figures(struct domain *d, struct job **jobs, size_t count)
{
	return one_by_one(d, jobs, count, figures);
}

static enum err adopt(struct domain *d, struct job *job)
{
	struct adopt_job *a = (struct adopt_job *)(void *)job;

	return session_adopt(d, a->node_name, a->grace_seconds, &a->node);
}

static enum err run_adopt(struct domain *d, struct job **jobs, size_t count)
{
	return one_by_one(d, jobs, count, adopt);
}

static enum err sweep(struct domain *d, struct job *job)
{
	return session_presence_sweep(d, &((struct sweep_job *)(void *)job)->node);
}

static enum err run_sweep(struct domain *d, struct job **jobs, size_t count)
{
	return one_by_one(d, jobs, count, sweep);
}

/* One session a job, so that what it published is on its way before the next is scored. */
static enum err expire(struct domain *d, struct job *job)
{
	struct expire_job *e = (struct expire_job *)(void *)job;

	return session_expire(d, &e->later, &e->session_id, &e->done);
}

static enum err run_expire(struct domain *d, struct job **jobs, size_t count)
{
	return one_by_one(d, jobs, count, expire);
}

const struct job_kind work_kinds[WORK_KINDS] = {
    [WORK_CONNECT] = {"connect", run_connect},
    [WORK_RECHECK] = {"recheck", run_recheck},
    [WORK_LEAVE] = {"leave", run_leave},
    [WORK_ANSWER] = {"answer", run_answer},
    [WORK_PROGRESS] = {"progress", run_progress},
    [WORK_HIGHLIGHT] = {"highlight", run_highlight},
    [WORK_VIOLATION] = {"violation", run_violation},
    [WORK_SUBMIT] = {"submit", run_submit},
    [WORK_MESSAGE] = {"message", run_message},
    [WORK_SNAPSHOT] = {"snapshot", run_snapshot},
    [WORK_STATE] = {"state", run_state},
    [WORK_MEMBERS] = {"members", run_members},
    [WORK_FIND] = {"find", run_find},
    [WORK_EVENTS] = {"events", run_events},
    [WORK_CLASSROOM] = {"classroom", run_classroom},
    [WORK_INBOX] = {"inbox", run_inbox},
    [WORK_UNREAD] = {"unread", run_unread},
    [WORK_HEADS] = {"heads", run_heads},
    [WORK_FIGURES] = {"figures", run_figures},
    [WORK_ADOPT] = {"adopt", run_adopt},
    [WORK_SWEEP] = {"sweep", run_sweep},
    [WORK_EXPIRE] = {"expire", run_expire},
};
