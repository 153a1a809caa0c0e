/* The body is written, held against the rules, and written again without what they refuse, until they let it
 * through: a question that leaves moves the indexes of those behind it. */
#include "fcgi-app/papers/settle.h"

#include <stdlib.h>
#include <string.h>

#include "wire/json.h"

enum {
	TIME_LIMIT = 3600, /* seconds, of a file without */
	DAY = 24 * 3600,
	BODY_MOST = 8 << 20, /* bytes: what the call that makes a test takes */
};

#define POINTS_BOUND 1e9 /* a number that JSON can say, and that the rules refuse */

/* A, B … Z, AA, AB … */
static void add_letter(struct buf *out, size_t index)
{
	if (index >= 26)
		add_letter(out, index / 26 - 1);
	buf_addc(out, (char)('A' + index % 26));
}

static void add_id(struct buf *out, const struct choice *choice, size_t index)
{
	if (choice->id) {
		json_add_string(out, choice->id);
		return;
	}
	buf_addc(out, '"');
	add_letter(out, index);
	buf_addc(out, '"');
}

static void add_options(struct buf *out, const struct asked *asked)
{
	size_t index = 0;
	buf_adds(out, ",\"options\":[");
	for (const struct choice *choice = asked->first; choice; choice = choice->next, index++) {
		buf_adds(out, index ? ",{\"id\":" : "{\"id\":");
		add_id(out, choice, index);
		buf_adds(out, ",\"text\":");
		json_add_string(out, choice->text);
		buf_addc(out, '}');
	}
	buf_addc(out, ']');
}

static void add_key(struct buf *out, const struct asked *asked)
{
	size_t index = 0;
	bool any = false;
	buf_printf(out, ",\"key\":{\"%s\":[", asked->type == QUESTION_MULTIPLE_SELECT ? "all_of" : "any_of");
	for (const struct choice *choice = asked->first; choice; choice = choice->next, index++) {
		if (!choice->right)
			continue;
		buf_adds(out, any ? "," : "");
		any = true;
		if (question_has_options(asked->type))
			add_id(out, choice, index);
		else
			json_add_string(out, choice->text);
	}
	buf_adds(out, "]}");
}

static void add_asked(struct buf *out, const struct asked *asked)
{
	buf_printf(out, "{\"type\":\"%s\",\"prompt\":", question_type_name(asked->type));
	json_add_string(out, asked->prompt);
	if (question_has_options(asked->type))
		add_options(out, asked);
	add_key(out, asked);
	if (asked->points > 0)
		buf_printf(out, ",\"points\":%.15g",
			   asked->points < POINTS_BOUND ? asked->points : POINTS_BOUND);
	if (asked->max_words > 0)
		buf_printf(out, ",\"max_words\":%d", asked->max_words);
	buf_addc(out, '}');
}

static size_t kept_count(const struct passage *passage)
{
	size_t count = 0;
	for (const struct asked *asked = passage->first; asked; asked = asked->next)
		count += !asked->left_out;
	return count;
}

static bool is_written(const struct passage *passage)
{
	return passage->kept || *passage->body || kept_count(passage) > 0;
}

static void add_passage(struct buf *out, const struct passage *passage)
{
	bool any = false;
	buf_adds(out, "{\"title\":");
	json_add_string(out, passage->title);
	buf_adds(out, ",\"body\":");
	json_add_string(out, passage->body);
	buf_adds(out, ",\"questions\":[");
	for (const struct asked *asked = passage->first; asked && out->len <= BODY_MOST;
	     asked = asked->next) {
		if (asked->left_out)
			continue;
		buf_adds(out, any ? "," : "");
		any = true;
		add_asked(out, asked);
	}
	buf_adds(out, "]}");
}

/* NULL: no memory; "": too long for a paper. */
static const char *draft_body(const struct draft *draft)
{
	struct buf out;
	bool any = false;
	buf_init(&out, draft->arena);
	buf_adds(&out, "{\"title\":");
	json_add_string(&out, draft->title);
	if (draft->description) {
		buf_adds(&out, ",\"description\":");
		json_add_string(&out, draft->description);
	}
	buf_printf(&out, ",\"time_limit_seconds\":%lld,\"scoring\":", (long long)draft->time_limit_seconds);
	json_add_string(&out, draft->scoring ? draft->scoring : "points");
	if (draft->band_table)
		buf_printf(&out, ",\"band_table\":%s", draft->band_table);
	buf_adds(&out, ",\"passages\":[");
	for (const struct passage *passage = draft->first; passage; passage = passage->next) {
		if (!is_written(passage))
			continue;
		buf_adds(&out, any ? "," : "");
		any = true;
		add_passage(&out, passage);
	}
	buf_adds(&out, "]}");
	if (out.len > BODY_MOST)
		return "";
	return out.failed ? NULL : out.data;
}

/* --- by the rules of papers --- */

/* The question that the rules know by these indexes. */
static struct asked *find(const struct draft *draft, size_t passage_index, size_t index)
{
	for (struct passage *passage = draft->first; passage; passage = passage->next) {
		if (!is_written(passage) || passage_index-- > 0)
			continue;
		for (struct asked *asked = passage->first; asked; asked = asked->next)
			if (!asked->left_out && index-- == 0)
				return asked;
		return NULL;
	}
	return NULL;
}

/* What is behind "passages[12]"; NULL: the path doesn't begin so. */
static const char *after_index(const char *path, const char *begin, size_t *ret)
{
	const size_t len = strlen(begin);
	char *end;
	if (strncmp(path, begin, len) != 0)
		return NULL;
	*ret = strtoul(path + len, &end, 10);
	return end > path + len && *end == ']' ? end + 1 : NULL;
}

/* The questions that the rules refuse: how many. First they are found, by indexes that leaving out changes.
 */
static size_t leave_out_refused(struct draft *draft, const struct problems *problems)
{
	struct asked *found[100];
	const char *fields[100], *messages[100];
	size_t count = 0;
	for (const struct problem *p = problems->first; p && count < ARRAY_LEN(found); p = p->next) {
		size_t passage, index;
		const char *rest = after_index(p->field, "passages[", &passage);
		rest = rest ? after_index(rest, ".questions[", &index) : NULL;
		if (!rest)
			continue;
		found[count] = find(draft, passage, index);
		fields[count] = *rest == '.' ? rest + 1 : rest;
		messages[count] = p->message;
		count += found[count] != NULL;
	}
	for (size_t i = 0; i < count; i++)
		if (!found[i]->left_out)
			draft_leave_out(draft, found[i], "%s%s%s", fields[i], *fields[i] ? " " : "",
					messages[i]);
	return count;
}

/* What needs no rules: what has no key, and what is beyond the number of questions. How many are left. */
static size_t leave_out_rest(struct draft *draft)
{
	size_t count = 0;
	for (struct passage *passage = draft->first; passage; passage = passage->next)
		for (struct asked *asked = passage->first; asked; asked = asked->next) {
			if (asked->left_out)
				continue;
			if (asked->rights == 0)
				draft_leave_out(draft, asked, "it has no right answer");
			else if (count == PAPER_QUESTIONS_MOST)
				draft_leave_out(draft, asked, DRAFT_TOO_MANY, PAPER_QUESTIONS_MOST);
			else
				count++;
		}
	return count;
}

/* What the file doesn't say of the paper as a whole. */
static void complete(struct draft *draft, const char *title)
{
	const struct place whole = {.item = ""};
	if (!draft->title || !*draft->title)
		draft->title = title;
	draft->title = draft_title(draft, draft->title);
	if (draft->time_limit_seconds > PAPER_TIME_LIMIT_MOST) {
		draft->time_limit_seconds = PAPER_TIME_LIMIT_MOST;
		draft_remark(draft, whole, CHANGED, "the time limit is cut to %d days",
			     PAPER_TIME_LIMIT_MOST / DAY);
	}
	if (draft->time_limit_seconds > 0)
		return;
	draft->time_limit_seconds = TIME_LIMIT;
	draft_remark(draft, whole, CHANGED, "the file sets no time limit: the paper has %d minutes",
		     TIME_LIMIT / 60);
}

/* Why there is nothing: each remark is a problem of the call. */
static enum err refuse_empty(struct domain *d, const struct draft *draft)
{
	problem_add(&d->problems, "body", "has no question that can be asked here");
	for (const struct remark *remark = draft->remarks; remark; remark = remark->next)
		if (remark->outcome == LEFT_OUT)
			problem_add(&d->problems, "body", "%s (line %d): %s", remark->place.item,
				    remark->place.line, remark->message);
	return ERR_VALIDATION;
}

enum err draft_settle(struct domain *d, struct draft *draft, const char *title, const char **ret_normalised)
{
	complete(draft, title);
	size_t count = leave_out_rest(draft), refused = 1;
	while (refused > 0) {
		json_value *body;
		const char *text = draft_body(draft);
		if (!text || arena_failed(d->arena))
			return ERR_MEMORY;
		if (count == 0)
			return refuse_empty(d, draft);
		if (!*text) {
			problem_add(&d->problems, "body", "makes a paper of more than 8 MiB");
			return ERR_VALIDATION;
		}
		if (json_parse_object(d->arena, text, strlen(text), &body) != OK)
			return arena_failed(d->arena) ? ERR_MEMORY : ERR_INTERNAL;
		if (paper_normalise(d, body, ret_normalised))
			return OK;
		refused = leave_out_refused(draft, &d->problems);
		if (refused > 0)
			problems_init(&d->problems, d->arena);
		count = leave_out_rest(draft);
	}
	return arena_failed(d->arena) ? ERR_MEMORY : ERR_VALIDATION;
}
