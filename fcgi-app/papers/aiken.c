/* Aiken: a question, its options by letter, and "ANSWER: C". Nothing else is in such a file, so what isn't so
 * is told and left out. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "fcgi-app/papers/readers.h"

struct reader {
	struct draft *draft;
	struct buf prompt;
	int line; /* of the question's first line; 0: none yet */
	struct {
		const char *id, *text;
	} options[26];
	size_t count;
	bool extra; /* more options than there are letters */
};

/* "A. text" or "A) text": the text; NULL: it is no option. Lower case letters begin sentences' parts. */
static const char *option_text(const char *line, size_t len)
{
	if (len < 2 || line[0] < 'A' || line[0] > 'Z' || (line[1] != '.' && line[1] != ')'))
		return NULL;
	return len == 2 || line[2] == ' ' || line[2] == '\t' ? line + 2 : NULL;
}

static const char *answer_text(const char *line, size_t len)
{
	static const char word[] = "ANSWER:";
	const size_t word_len = sizeof(word) - 1;
	return len >= word_len && strncasecmp(line, word, word_len) == 0 ? line + word_len : NULL;
}

static const char *trimmed(struct reader *r, const char *text, const char *end)
{
	while (text < end && strchr(" \t", *text))
		text++;
	while (end > text && strchr(" \t", end[-1]))
		end--;
	const char *copy = arena_strndup(r->draft->arena, text, (size_t)(end - text));
	return copy ? copy : "";
}

static void begin(struct reader *r)
{
	struct draft *draft = r->draft;
	*r = (struct reader){.draft = draft};
	buf_init(&r->prompt, draft->arena);
}

/* It ends without being one. */
static void give_up(struct reader *r, const char *why)
{
	if (r->line > 0) {
		const struct place place = draft_place(r->draft, NULL, r->line);
		draft_remark(r->draft, place, LEFT_OUT, "%s", why);
	}
	begin(r);
}

static void end(struct reader *r, const char *answer)
{
	const struct place place = draft_place(r->draft, NULL, r->line);
	size_t right = r->count;
	for (size_t i = 0; i < r->count; i++)
		if (strlen(answer) == 1 && toupper((unsigned char)*answer) == *r->options[i].id)
			right = i;
	if (right == r->count || r->extra) {
		draft_remark(r->draft, place, LEFT_OUT,
			     r->extra ? "it has an option twice" : "its ANSWER is the letter of no option");
	} else {
		struct asked *asked = draft_ask(r->draft, place, QUESTION_MULTIPLE_CHOICE,
						r->prompt.data ? r->prompt.data : "");
		for (size_t i = 0; i < r->count; i++)
			asked_choice(r->draft, asked, r->options[i].id, r->options[i].text, i == right);
		asked_recognise(asked);
	}
	begin(r);
}

static void add_option(struct reader *r, char letter, const char *text)
{
	for (size_t i = 0; i < r->count; i++)
		r->extra |= *r->options[i].id == letter;
	if (r->extra)
		return;
	r->options[r->count].id = arena_strndup(r->draft->arena, &letter, 1);
	if (!r->options[r->count].id)
		return;
	r->options[r->count++].text = text;
}

static void take_line(struct reader *r, const char *line, size_t len, int number)
{
	const char *stop = line + len;
	const char *answer = answer_text(line, len);
	const char *option = r->line > 0 ? option_text(line, len) : NULL;
	const char *text = trimmed(r, answer ? answer : option ? option : line, stop);
	if (answer) {
		r->line = r->line ? r->line : number;
		end(r, text);
	} else if (option) {
		add_option(r, *line, text);
	} else if (*text) {
		if (r->count > 0)
			give_up(r, "it has no ANSWER line");
		buf_adds(&r->prompt, r->line ? "\n" : "");
		buf_adds(&r->prompt, text);
		r->line = r->line ? r->line : number;
	}
}

enum err aiken_read(struct draft *draft, const char *text)
{
	struct reader r = {.draft = draft};
	int number = 1;
	begin(&r);
	for (const char *at = text; *at; number++) {
		const size_t len = strcspn(at, "\n");
		take_line(&r, at, len, number);
		at += len + (at[len] != '\0');
	}
	give_up(&r, "it has no ANSWER line");
	return arena_failed(draft->arena) ? ERR_MEMORY : OK;
}
