/* A file of another program, and back. What an import makes of it is a paper as the rules want it; written in
 * either format and read again, it stays what it is. The first time some white space at the ends of texts may
 * go, so what comes of that is compared with what comes of it. */
#ifndef INVIGIL_TESTS_FUZZ_IMPORT_H
#define INVIGIL_TESTS_FUZZ_IMPORT_H

#include "tests/fuzz/fuzz.h"

#include "domain/paper.h"
#include "fcgi-app/papers/papers.h"

/* The content in that format; what an export of ours can't be read as is a finding. */
static inline struct paper_export written(struct domain *d, const char *content, const char *format)
{
	const struct doc doc = {.text = content, .len = strlen(content)};
	struct paper_export file = {0};

	MUST(paper_export(d, format, &doc, &file) == OK);
	return file;
}

static inline const char *read_again(struct domain *d, const struct paper_export *file)
{
	struct paper_import back = {0};

	MUST(paper_import(d, NULL, NULL, file->bytes, file->len, &back) == OK);
	MUST(strcmp(back.report, "[]") == 0);
	return back.content;
}

static inline void check_round(struct domain *d, const char *content, const char *format)
{
	const struct paper_export once = written(d, content, format);
	const struct paper_export twice = written(d, read_again(d, &once), format);
	const struct paper_export thrice = written(d, read_again(d, &twice), format);

	MUST(twice.len == thrice.len && memcmp(twice.bytes, thrice.bytes, twice.len) == 0);
}

static inline void check_import(const char *format, const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	char *bytes = exact(data, size);
	struct paper_import paper = {0};
	struct domain d;
	json_value *value;
	const char *again;

	domain_init(&d, NULL, arena, NULL, NULL);
	const enum err err = paper_import(&d, format, NULL, bytes, size, &paper);
	MUST(err == OK || (err == ERR_VALIDATION && d.problems.count > 0));
	if (err == OK) {
		MUST(json_parse(arena, paper.report, strlen(paper.report), &value) == OK);
		MUST(json_parse_object(arena, paper.content, strlen(paper.content), &value) == OK);
		MUST(paper_normalise(&d, value, &again));
		for (size_t i = 0; EXPORT_FORMATS[i]; i++)
			check_round(&d, paper.content, EXPORT_FORMATS[i]);
	}
	MUST(!arena_failed(arena));
	arena_free(arena);
	free(bytes);
}

#endif
