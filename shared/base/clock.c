#include "base/clock.h"

#include <stddef.h>
#include <stdio.h>
#include <time.h>

/* The calendar is Howard Hinnant's civil-day arithmetic: timegm and strptime know no fractions, and libc's
 * tables of time zones have no place in a wire format. */

#define DAY_MS	  INT64_C(86400000)
#define MINUTE_MS INT64_C(60000)
/* 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z */
#define TIME_LEAST INT64_C(-62167219200000)
#define TIME_MOST  INT64_C(253402300799999)
#define YEAR_1	   INT64_C(-62135596800000)

static int64_t read_clock(clockid_t which)
{
	struct timespec now;

	clock_gettime(which, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_micros(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Days since 1970-01-01 of a proleptic Gregorian date; the year begins in March, so that the leap day is its
 * last. */
static int64_t days_from_date(int64_t year, int month, int day)
{
	int64_t era, year_of_era, day_of_year;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	year_of_era = year - era * 400;
	day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static void date_from_days(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
	int64_t era, day_of_era, year_of_era, day_of_year, month;

	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	day_of_era = days - era * 146097;
	year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	month = (5 * day_of_year + 2) / 153;
	*ret_day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	*ret_month = (int)(month < 10 ? month + 3 : month - 9);
	*ret_year = (int)(year_of_era + era * 400 + (*ret_month <= 2));
}

static void put_digits(char *at, int64_t number, int count)
{
	while (count-- > 0) {
		at[count] = (char)('0' + number % 10);
		number /= 10;
	}
}

char *time_format(int64_t ms, char text[TIME_TEXT])
{
	static const char pattern[TIME_TEXT] = "0000-00-00T00:00:00.000Z";
	int64_t days, rest;
	int year, month, day;

	if (ms < TIME_LEAST)
		ms = TIME_LEAST;
	if (ms > TIME_MOST)
		ms = TIME_MOST;
	days = ms / DAY_MS - (ms % DAY_MS < 0);
	rest = ms - days * DAY_MS;
	date_from_days(days, &year, &month, &day);
	for (int i = 0; i < TIME_TEXT; i++)
		text[i] = pattern[i];
	put_digits(text, year, 4);
	put_digits(text + 5, month, 2);
	put_digits(text + 8, day, 2);
	put_digits(text + 11, rest / 3600000, 2);
	put_digits(text + 14, rest / 60000 % 60, 2);
	put_digits(text + 17, rest / 1000 % 60, 2);
	put_digits(text + 20, rest % 1000, 3);
	return text;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads exactly `count` digits, and `mark` behind them unless it is 0. */
static bool take_number(const char **at, int count, char mark, int *ret)
{
	int number = 0;

	for (; count > 0; count--, (*at)++) {
		if (!is_digit(**at))
			return false;
		number = number * 10 + (**at - '0');
	}
	if (mark && *(*at)++ != mark)
		return false;
	*ret = number;
	return true;
}

static int days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

static bool take_date(const char **at, int64_t *ret_ms)
{
	int year, month, day;

	if (!take_number(at, 4, '-', &year) || !take_number(at, 2, '-', &month) ||
	    !take_number(at, 2, 0, &day))
		return false;
	if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
		return false;
	*ret_ms = days_from_date(year, month, day) * DAY_MS;
	return true;
}

/* `.` and any number of digits; what is below a millisecond is cut off. */
static bool take_fraction(const char **at, int *ret_ms)
{
	int scale = 100, ms = 0;

	if (**at == '.') {
		if (!is_digit(*++*at))
			return false;
		for (; is_digit(**at); (*at)++, scale /= 10)
			ms += (**at - '0') * scale;
	}
	*ret_ms = ms;
	return true;
}

static bool take_time_of_day(const char **at, int64_t *ret_ms)
{
	int hour, minute, second, ms;

	if (!take_number(at, 2, ':', &hour) || !take_number(at, 2, ':', &minute) ||
	    !take_number(at, 2, 0, &second) || !take_fraction(at, &ms))
		return false;
	/* RFC 3339 has leap seconds; the clock doesn't, and 60 becomes the next minute's first. */
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	*ret_ms = ((hour * 60 + minute) * INT64_C(60) + second) * 1000 + ms;
	return true;
}

static bool take_offset(const char **at, int64_t *ret_ms)
{
	char sign = *(*at)++;
	int hour, minute;

	*ret_ms = 0;
	if (sign == 'Z' || sign == 'z')
		return true;
	if (sign != '+' && sign != '-')
		return false;
	if (!take_number(at, 2, ':', &hour) || !take_number(at, 2, 0, &minute) || hour > 23 || minute > 59)
		return false;
	*ret_ms = (hour * 60 + minute) * MINUTE_MS * (sign == '-' ? -1 : 1);
	return true;
}

bool time_parse(const char *text, int64_t *ret_ms)
{
	int64_t date, time, offset;

	if (!text || !take_date(&text, &date))
		return false;
	if (*text != 'T' && *text != 't' && *text != ' ')
		return false;
	text++;
	if (!take_time_of_day(&text, &time) || !take_offset(&text, &offset) || *text)
		return false;
	date += time - offset;
	/* what the offset carries out of the calendar, too: nobody could be told of it in four digits */
	if (date < YEAR_1 || date > TIME_MOST)
		return false;
	*ret_ms = date;
	return true;
}
