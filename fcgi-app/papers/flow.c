#include "fcgi-app/papers/flow.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "base/utf8.h"
#include "fcgi-app/papers/xml.h"

#define SPACES " \t\n\r\f"

enum tag_kind {
	TAG_INLINE, /* shows its text as it stands */
	TAG_PARAGRAPH,
	TAG_LINE,
	TAG_BREAK,
	TAG_CELL,
	TAG_PRE,
	TAG_HIDDEN,
	TAG_MEDIA,
	TAG_SCRIPT,
};

static const struct {
	const char *name;
	enum tag_kind kind;
} TAGS[] = {
    {"a", TAG_INLINE},		{"abbr", TAG_INLINE},	    {"acronym", TAG_INLINE},
    {"address", TAG_PARAGRAPH}, {"article", TAG_PARAGRAPH}, {"audio", TAG_MEDIA},
    {"b", TAG_INLINE},		{"big", TAG_INLINE},	    {"blockquote", TAG_PARAGRAPH},
    {"br", TAG_BREAK},		{"caption", TAG_LINE},	    {"center", TAG_LINE},
    {"cite", TAG_INLINE},	{"code", TAG_INLINE},	    {"col", TAG_INLINE},
    {"colgroup", TAG_INLINE},	{"dd", TAG_LINE},	    {"del", TAG_INLINE},
    {"dfn", TAG_INLINE},	{"div", TAG_LINE},	    {"dl", TAG_PARAGRAPH},
    {"dt", TAG_LINE},		{"em", TAG_INLINE},	    {"embed", TAG_MEDIA},
    {"figcaption", TAG_LINE},	{"figure", TAG_PARAGRAPH},  {"font", TAG_INLINE},
    {"footer", TAG_PARAGRAPH},	{"h1", TAG_PARAGRAPH},	    {"h2", TAG_PARAGRAPH},
    {"h3", TAG_PARAGRAPH},	{"h4", TAG_PARAGRAPH},	    {"h5", TAG_PARAGRAPH},
    {"h6", TAG_PARAGRAPH},	{"head", TAG_HIDDEN},	    {"header", TAG_PARAGRAPH},
    {"hr", TAG_PARAGRAPH},	{"i", TAG_INLINE},	    {"iframe", TAG_MEDIA},
    {"img", TAG_MEDIA},		{"ins", TAG_INLINE},	    {"kbd", TAG_INLINE},
    {"label", TAG_INLINE},	{"li", TAG_LINE},	    {"main", TAG_PARAGRAPH},
    {"mark", TAG_INLINE},	{"math", TAG_SCRIPT},	    {"nobr", TAG_INLINE},
    {"object", TAG_MEDIA},	{"ol", TAG_PARAGRAPH},	    {"p", TAG_PARAGRAPH},
    {"param", TAG_INLINE},	{"pre", TAG_PRE},	    {"q", TAG_INLINE},
    {"s", TAG_INLINE},		{"samp", TAG_INLINE},	    {"script", TAG_HIDDEN},
    {"section", TAG_PARAGRAPH}, {"small", TAG_INLINE},	    {"source", TAG_INLINE},
    {"span", TAG_INLINE},	{"strike", TAG_INLINE},	    {"strong", TAG_INLINE},
    {"style", TAG_HIDDEN},	{"sub", TAG_SCRIPT},	    {"sup", TAG_SCRIPT},
    {"svg", TAG_MEDIA},		{"table", TAG_PARAGRAPH},   {"tbody", TAG_INLINE},
    {"td", TAG_CELL},		{"tfoot", TAG_INLINE},	    {"th", TAG_CELL},
    {"thead", TAG_INLINE},	{"title", TAG_HIDDEN},	    {"tr", TAG_LINE},
    {"tt", TAG_INLINE},		{"u", TAG_INLINE},	    {"ul", TAG_PARAGRAPH},
    {"var", TAG_INLINE},	{"video", TAG_MEDIA},	    {"wbr", TAG_INLINE},
};

void flow_init(struct flow *flow, struct arena *arena)
{
	*flow = (struct flow){0};
	buf_init(&flow->out, arena);
}

bool flow_full(const struct flow *flow)
{
	return flow->most && flow->out.len >= flow->most;
}

static void flush(struct flow *flow)
{
	if (flow->out.len > 0 && flow->breaks > 0)
		for (; flow->breaks > 0 && !flow_full(flow); flow->breaks--)
			buf_addc(&flow->out, '\n');
	else if (flow->out.len > 0 && flow->space)
		buf_addc(&flow->out, ' ');
	flow->breaks = 0;
	flow->space = false;
}

static void add(struct flow *flow, const char *text, size_t len)
{
	flush(flow);
	if (flow_full(flow))
		return;
	const size_t room = flow->most ? flow->most - flow->out.len : len;
	buf_add(&flow->out, text, len < room ? len : room);
}

void flow_text(struct flow *flow, const char *text, size_t len)
{
	if (flow->hidden || len == 0)
		return;
	if (flow->pre) {
		add(flow, text, len);
		return;
	}
	for (size_t i = 0; i < len && !flow_full(flow);) {
		size_t word = i;
		while (word < len && !strchr(SPACES, text[word]))
			word++;
		if (word > i)
			add(flow, text + i, word - i);
		i = word;
		if (i < len) {
			flow->space = true;
			i++;
		}
	}
}

static void line_end(struct flow *flow, int breaks)
{
	if (flow->breaks < breaks)
		flow->breaks = breaks;
	flow->space = false;
}

void flow_part(struct flow *flow)
{
	line_end(flow, 2);
}

static void nest(int *depth, bool closing)
{
	if (!closing)
		++*depth;
	else if (*depth > 0)
		--*depth;
}

static void apply(struct flow *flow, enum tag_kind kind, bool closing)
{
	switch (kind) {
	case TAG_INLINE:
		break;
	case TAG_PARAGRAPH:
		line_end(flow, 2);
		break;
	case TAG_LINE:
		line_end(flow, 1);
		break;
	case TAG_BREAK:
		flow->breaks += !closing;
		flow->space = false;
		break;
	case TAG_CELL:
		flow->space = true;
		break;
	case TAG_PRE:
		line_end(flow, 2);
		nest(&flow->pre, closing);
		break;
	case TAG_HIDDEN:
		nest(&flow->hidden, closing);
		break;
	case TAG_MEDIA:
		flow->lost |= LOST_MEDIA;
		break;
	case TAG_SCRIPT:
		flow->lost |= LOST_SCRIPT;
		break;
	}
}

bool flow_tag(struct flow *flow, const char *name, bool closing)
{
	for (size_t i = 0; i < ARRAY_LEN(TAGS); i++)
		if (TAGS[i].name[0] == name[0] && strcmp(TAGS[i].name, name) == 0) {
			apply(flow, TAGS[i].kind, closing);
			return true;
		}
	return false;
}

const char *flow_done(struct flow *flow)
{
	return flow->out.data ? flow->out.data : "";
}

bool flow_is_line(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (strchr(SPACES, text[i]) &&
		    (text[i] != ' ' || i == 0 || i + 1 == len || text[i + 1] == ' '))
			return false;
	return true;
}

/* --- HTML, as people and their editors write it: no XML --- */

struct scanner {
	struct flow flow;
	const char *at;
	bool strict;
	bool uncommented; /* no comment ends any more, so that nobody looks again */
};

/* The length of what looks like a tag at `at`; 0: it is text. */
static size_t tag_length(struct scanner *s)
{
	const char *at = s->at, *name = at + 1 + (at[1] == '/');
	if (strncmp(at, "<!--", 4) == 0) {
		const char *end = s->uncommented ? NULL : strstr(at + 4, "-->");
		s->uncommented = !end;
		return end ? (size_t)(end - at) + 3 : 0;
	}
	if (!isalpha((unsigned char)*name) && *name != '!' && *name != '?')
		return 0;
	char quote = 0;
	for (const char *c = name; *c; c++) {
		if (quote)
			quote = *c == quote ? 0 : quote;
		else if ((*c == '"' || *c == '\'') && c[-1] == '=')
			quote = *c;
		else if (*c == '>')
			return (size_t)(c - at) + 1;
		else if (*c == '<')
			return 0;
	}
	return 0;
}

static size_t name_of(const char *tag, char name[16])
{
	size_t len = 0;
	for (; len < 15 && (isalnum((unsigned char)tag[len]) || tag[len] == ':'); len++)
		name[len] = (char)tolower((unsigned char)tag[len]);
	name[len] = '\0';
	return len;
}

/* What a picture says of itself stands for it. */
static void add_alt(struct scanner *s, const char *tag, size_t len)
{
	for (size_t i = 1; i + 6 < len; i++) {
		if (strncasecmp(tag + i, "alt=", 4) != 0 || (tag[i + 4] != '"' && tag[i + 4] != '\''))
			continue;
		const char *text = tag + i + 5, *end = memchr(text, tag[i + 4], len - i - 5);
		if (end && end > text) {
			flow_text(&s->flow, "[", 1);
			flow_text(&s->flow, text, (size_t)(end - text));
			flow_text(&s->flow, "]", 1);
		}
		return;
	}
}

/* False: it isn't one, after all. */
static bool scan_tag(struct scanner *s)
{
	const size_t len = tag_length(s);
	char name[16];
	if (len == 0)
		return false;
	const bool closing = s->at[1] == '/';
	const bool special = s->at[1] == '!' || s->at[1] == '?';
	if (!special) {
		name_of(s->at + 1 + closing, name);
		if (!flow_tag(&s->flow, name, closing) && !s->strict)
			return false;
		if (strcmp(name, "img") == 0)
			add_alt(s, s->at, len);
		const bool empty = s->at[len - 2] == '/';
		if (empty && (strcmp(name, "script") == 0 || strcmp(name, "style") == 0))
			flow_tag(&s->flow, name, true);
	}
	s->at += len;
	return true;
}

static size_t utf8_put(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const unsigned char heads[] = {0, 0xc0, 0xe0, 0xf0};
	for (int i = more; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(heads[more] | c);
	return (size_t)more + 1;
}

/* The character of "&#8211;", "&#x2013;" or "&ndash;"; 0: it is none. */
static uint32_t reference(const char *at, size_t *ret_len)
{
	const size_t len = 1 + strcspn(at + 1, "; \n\t&<");
	char name[12], *end;
	if (at[len] != ';' || len < 3 || len > sizeof(name))
		return 0;
	memcpy(name, at + 1, len - 1);
	name[len - 1] = '\0';
	*ret_len = len + 1;
	if (name[0] != '#')
		return xml_html_entity(name);
	const bool hex = name[1] == 'x' || name[1] == 'X';
	if (!isxdigit((unsigned char)name[1 + hex]))
		return 0;
	const unsigned long c = strtoul(name + 1 + hex, &end, hex ? 16 : 10);
	return *end || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : (uint32_t)c;
}

/* False: an ampersand that is only one. */
static bool scan_reference(struct scanner *s)
{
	char bytes[4];
	size_t len = 0;
	const uint32_t c = reference(s->at, &len);
	if (c == 0)
		return false;
	const size_t count = utf8_put(bytes, c == 0xa0 ? ' ' : c);
	if (c == '\n' || c == '\r')
		s->flow.space = true;
	else
		flow_text(&s->flow, bytes, count);
	s->at += len;
	return true;
}

const char *html_text(struct arena *arena, const char *html, bool strict, int *lost)
{
	struct scanner s = {.at = html, .strict = strict};
	flow_init(&s.flow, arena);
	while (*s.at) {
		const size_t len = strcspn(s.at, "<&");
		flow_text(&s.flow, s.at, len);
		s.at += len;
		if (*s.at == '\0' || (*s.at == '<' ? scan_tag(&s) : scan_reference(&s)))
			continue;
		flow_text(&s.flow, s.at++, 1);
	}
	*lost |= s.flow.lost;
	return s.flow.out.failed ? NULL : flow_done(&s.flow);
}
