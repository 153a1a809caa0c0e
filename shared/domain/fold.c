/* The tables of folding. Case comes from libc: towupper and towlower in the C.UTF-8 locale, which glibc fills
 * from the Unicode data and which no environment variable changes. A table of our own would be a copy of
 * that; the process's locale would make a mark depend on how the service was started. */
#include "domain/fold.h"

#include <locale.h>
#include <pthread.h>
#include <wchar.h>
#include <wctype.h>

#include "base/compiler.h"

static locale_t unicode;
static pthread_once_t unicode_once = PTHREAD_ONCE_INIT;

static void unicode_open(void)
{
	unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

bool fold_ready(void)
{
	return pthread_once(&unicode_once, unicode_open) == 0 && unicode != (locale_t)0;
}

enum { SPACE = ' ', DROP = 0 };

/* Inclusive ranges outside ASCII, in rising order, and what becomes of them. */
static const struct {
	uint32_t first, last;
	uint32_t to;
} RANGES[] = {
    {0x0085, 0x0085, SPACE}, /* next line */
    {0x00A0, 0x00A0, SPACE}, /* no-break space */
    {0x00AD, 0x00AD, DROP},  /* soft hyphen */
    {0x00B4, 0x00B4, '\''},  /* acute accent, typed for an apostrophe */
    {0x02B9, 0x02B9, '\''},  /* modifier prime */
    {0x02BC, 0x02BC, '\''},  /* modifier apostrophe */
    {0x1680, 0x1680, SPACE}, /* Ogham space */
    {0x2000, 0x200A, SPACE}, /* en quad to hair space */
    {0x200B, 0x200B, DROP},  /* zero width space */
    {0x2010, 0x2015, '-'},   /* hyphen to horizontal bar */
    {0x2018, 0x2019, '\''},  /* single quotes; 2019 is the typographic apostrophe */
    {0x201B, 0x201B, '\''},  /* reversed single quote */
    {0x201C, 0x201F, '"'},   /* double quotes */
    {0x2028, 0x2029, SPACE}, /* line and paragraph separators */
    {0x202F, 0x202F, SPACE}, /* narrow no-break space */
    {0x2032, 0x2032, '\''},  /* prime */
    {0x2033, 0x2033, '"'},   /* double prime */
    {0x205F, 0x205F, SPACE}, /* mathematical space */
    {0x2060, 0x2060, DROP},  /* word joiner */
    {0x2212, 0x2212, '-'},   /* minus */
    {0x3000, 0x3000, SPACE}, /* ideographic space */
    {0xFEFF, 0xFEFF, DROP},  /* byte order mark */
};

static uint32_t fold_ascii(uint32_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c + ('a' - 'A');
	if (c >= '\t' && c <= '\r')
		return SPACE;
	return c == '`' ? '\'' : c;
}

static uint32_t fold_code_point(uint32_t c)
{
	if (c < 0x80)
		return fold_ascii(c);
	for (size_t i = 0; i < ARRAY_LEN(RANGES) && RANGES[i].first <= c; i++)
		if (c <= RANGES[i].last)
			return RANGES[i].to;
	/* the capital's small letter, not the letter's own: the final sigma and the long s are one letter
	 * with others only in capitals */
	return fold_ready() ? (uint32_t)towlower_l(towupper_l((wint_t)c, unicode), unicode) : c;
}

static bool counts_as_word(uint32_t c)
{
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
	return fold_ready() && iswalnum_l((wint_t)c, unicode);
}

static void put_byte(struct fold *fold, uint32_t byte)
{
	if (fold->len + 1 < fold->cap)
		fold->out[fold->len++] = (char)(unsigned char)byte;
	else
		fold->overflow = true;
}

static void put_utf8(struct fold *fold, uint32_t c)
{
	if (c < 0x80) {
		put_byte(fold, c);
		return;
	}
	int tail = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const uint8_t lead[] = {0, 0xC0, 0xE0, 0xF0};
	put_byte(fold, lead[tail] | (c >> (6 * tail)));
	while (tail-- > 0)
		put_byte(fold, 0x80 | ((c >> (6 * tail)) & 0x3F));
}

void fold_init(struct fold *fold, enum fold_kind kind, char *out, size_t cap)
{
	*fold = (struct fold){.kind = kind, .out = out, .cap = cap, .overflow = cap == 0};
}

void fold_add(struct fold *fold, uint32_t code_point)
{
	uint32_t c = fold_code_point(code_point);
	if (c == DROP)
		return;
	if (c == SPACE || (c == '_' && fold->kind == FOLD_TIGHT)) {
		fold->gap = true;
		return;
	}
	if (fold->gap) {
		if (fold->len > 0 && fold->kind == FOLD_TEXT)
			put_byte(fold, ' ');
		fold->gap = false;
		fold->in_word = false;
	}
	if (!fold->in_word && counts_as_word(c)) {
		fold->in_word = true;
		fold->words++;
	}
	put_utf8(fold, c);
}

bool fold_done(struct fold *fold)
{
	if (fold->cap > 0)
		fold->out[fold->len] = '\0';
	return !fold->overflow;
}

bool fold_text(struct fold *fold, enum fold_kind kind, const char *text, char *out, size_t cap)
{
	fold_init(fold, kind, out, cap);
	for (uint32_t c = utf8_take(&text); c != 0; c = utf8_take(&text))
		fold_add(fold, c);
	return fold_done(fold);
}

uint32_t utf8_take(const char **at)
{
	const unsigned char *s = (const unsigned char *)*at;
	if (s[0] == '\0')
		return 0;
	if (s[0] < 0x80) {
		*at += 1;
		return s[0];
	}
	int tail = s[0] >= 0xF0 ? 3 : s[0] >= 0xE0 ? 2 : 1;
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
	static const uint8_t mask[] = {0, 0x1F, 0x0F, 0x07};
	uint32_t c = s[0] & mask[tail];
	int i = 1;
	while (i <= tail && (s[i] & 0xC0) == 0x80)
		c = (c << 6) | (s[i++] & 0x3F);
	bool whole = i > tail && s[0] >= 0xC2 && s[0] <= 0xF4;
	if (!whole || c < least[tail] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
		*at += 1;
		return 0xFFFD;
	}
	*at += tail + 1;
	return c;
}
