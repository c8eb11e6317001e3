/* SPDX-License-Identifier: MIT */
#include "academy/calendar.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libical/icaltz-util.h>

#include "academy/calendar_priv.h"

#define MINUTE_MS 60000LL

static const char months[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static unsigned days_of_month(int year, int month)
{
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return (unsigned)months[month - 1] + (month == 2 && leap);
}

/* "0" stands for a digit in `shape`, anything else for itself; shape and text end together. */
static bool has_shape(const char *text, const char *shape)
{
	for (; *shape; text++, shape++)
		if (*shape == '0' ? *text < '0' || *text > '9' : *text != *shape)
			return false;
	return !*text;
}

static int number(const char *digits, size_t count)
{
	int n = 0;

	for (size_t i = 0; i < count; i++)
		n = 10 * n + digits[i] - '0';
	return n;
}

/* `text` has the shape of a day at its beginning. */
static int read_day(const char *text, int64_t *ret_local)
{
	struct tm tm = {.tm_year = number(text, 4) - 1900,
		.tm_mon = number(text + 5, 2) - 1,
		.tm_mday = number(text + 8, 2)};

	if (tm.tm_year < 70 || tm.tm_year >= 300 || tm.tm_mon < 0 || tm.tm_mon > 11)
		return -EINVAL;
	if (tm.tm_mday < 1 ||
		(unsigned)tm.tm_mday > days_of_month(tm.tm_year + 1900, tm.tm_mon + 1))
		return -EINVAL;
	*ret_local = timegm(&tm) / 60;
	return 0;
}

int day_parse(const char *text, int64_t *ret_local)
{
	return has_shape(text, "0000-00-00") ? read_day(text, ret_local) : -EINVAL;
}

int local_parse(const char *text, int64_t *ret_local)
{
	int64_t day;
	int hour, minute;

	if (!has_shape(text, "0000-00-00T00:00") || read_day(text, &day) < 0)
		return -EINVAL;
	hour = number(text + 11, 2);
	minute = number(text + 14, 2);
	if (hour > 23 || minute > 59)
		return -EINVAL;
	*ret_local = day + 60 * hour + minute;
	return 0;
}

static struct tm tm_of(int64_t local)
{
	time_t seconds = local * 60;
	struct tm tm;

	if (!gmtime_r(&seconds, &tm))
		abort(); /* only if the year does not fit an int */
	return tm;
}

const char *local_text(int64_t local, char out[LOCAL_TEXT])
{
	struct tm tm = tm_of(local);

	strftime(out, LOCAL_TEXT, "%Y-%m-%dT%H:%M", &tm);
	return out;
}

const char *day_text(int64_t local, char out[DAY_TEXT])
{
	struct tm tm = tm_of(local);

	strftime(out, DAY_TEXT, "%Y-%m-%d", &tm);
	return out;
}

struct icaltimetype local_icaltime(int64_t local)
{
	struct icaltimetype t = icaltime_null_time();
	struct tm tm = tm_of(local);

	t.year = tm.tm_year + 1900;
	t.month = tm.tm_mon + 1;
	t.day = tm.tm_mday;
	t.hour = tm.tm_hour;
	t.minute = tm.tm_min;
	return t;
}

struct icaltimetype instant_icaltime(int64_t at_ms)
{
	return icaltime_from_timet_with_zone(
		(time_t)(at_ms / 1000), 0, icaltimezone_get_utc_timezone());
}

static int64_t local_of(struct icaltimetype t)
{
	struct tm tm = {.tm_year = t.year - 1900,
		.tm_mon = t.month - 1,
		.tm_mday = t.day,
		.tm_hour = t.hour,
		.tm_min = t.minute};

	return timegm(&tm) / 60;
}

/* Only names, so that none leads out of the folder of zones; its variants and links are no zones. */
static bool is_name(const char *name)
{
	static const char *const others[] = {
		"posix/", "right/", "posixrules", "localtime", "Factory"};
	size_t len = strlen(name);

	if (len == 0 || len >= sizeof(((struct zone *)0)->name) || name[0] == '/' ||
		name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				  "_+-/")])
		return false;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strncmp(name, others[i], strlen(others[i])) == 0)
			return false;
	return true;
}

/* libical puts a prefix of its own before the name, which only it would understand. */
static void name_component(icalcomponent *component, const char *name)
{
	icalproperty *tzid = icalcomponent_get_first_property(component, ICAL_TZID_PROPERTY);

	icalproperty_set_tzid(tzid, name);
}

int zone_open(const char *name, struct zone **ret_zone)
{
	icalcomponent *component = is_name(name) ? icaltzutil_fetch_timezone(name) : NULL;
	struct zone *zone;

	if (!component)
		return -EINVAL;
	name_component(component, name);
	zone = calloc(1, sizeof(*zone));
	if (!zone || !(zone->tz = icaltimezone_new())) {
		icalcomponent_free(component);
		free(zone);
		return -ENOMEM;
	}
	if (!icaltimezone_set_component(zone->tz, component)) {
		icalcomponent_free(component);
		zone_close(zone);
		return -EINVAL;
	}
	zone->component = component;
	snprintf(zone->name, sizeof(zone->name), "%s", name);
	*ret_zone = zone;
	return 0;
}

void zone_close(struct zone *zone)
{
	if (!zone)
		return;
	icaltimezone_free(zone->tz, 1);
	free(zone);
}

const char *zone_name(const struct zone *zone)
{
	return zone->name;
}

/* Minutes east of UTC. Of old, offsets had seconds; no class is planned then. */
static int64_t offset_at(struct zone *zone, int64_t utc_min)
{
	struct icaltimetype t = local_icaltime(utc_min);

	return icaltimezone_get_utc_offset_of_utc_time(zone->tz, &t, NULL) / 60;
}

int64_t zone_instant(struct zone *zone, int64_t local)
{
	/* No zone changes its clock twice in two days, and none is further than a day from UTC. */
	int64_t before = offset_at(zone, local - DAY_MIN), after = offset_at(zone, local + DAY_MIN);
	bool good_before = offset_at(zone, local - before) == before;
	bool good_after = offset_at(zone, local - after) == after;

	/* In an overlap both are good, and the clock was ahead before; in a gap neither is. */
	return (local - (good_before || !good_after ? before : after)) * MINUTE_MS;
}

int64_t zone_local(struct zone *zone, int64_t at_ms)
{
	int64_t utc_min = (at_ms - (at_ms % MINUTE_MS + MINUTE_MS) % MINUTE_MS) / MINUTE_MS;

	return utc_min + offset_at(zone, utc_min);
}

static bool is_set(const short *by)
{
	return by[0] != ICAL_RECURRENCE_ARRAY_MAX;
}

/* "2MO" has a position, "MO" has none. */
static bool has_positions(const short *by_day, int *ret_furthest)
{
	int furthest = 0;

	for (size_t i = 0; by_day[i] != ICAL_RECURRENCE_ARRAY_MAX; i++) {
		int position = abs(icalrecurrencetype_day_position(by_day[i]));

		if (position > furthest)
			furthest = position;
	}
	*ret_furthest = furthest;
	return furthest > 0;
}

/*
 * Refuses what has no day at all, such as the ninth Monday of a month: libical would look for it
 * until the year 2582, for a second. What is left finds one in every twelve months.
 */
static const char *check_monthly(const struct icalrecurrencetype *recur)
{
	int furthest;
	bool numbered = has_positions(recur->by_day, &furthest);

	if (is_set(recur->by_month_day) && is_set(recur->by_day))
		return "BYMONTHDAY and BYDAY do not go together.";
	if (is_set(recur->by_set_pos) && (!is_set(recur->by_day) || numbered))
		return "BYSETPOS goes with days of the week without numbers.";
	for (size_t i = 0; recur->by_set_pos[i] != ICAL_RECURRENCE_ARRAY_MAX; i++)
		if (abs(recur->by_set_pos[i]) > furthest)
			furthest = abs(recur->by_set_pos[i]);
	if (furthest > 5)
		return "No day comes more than five times in a month.";
	return recur->interval > 11 ? "INTERVAL of months is 1 to 11." : NULL;
}

/* Weeks of other calendars than people's begin on other days; libical miscounts those. */
static bool week_is_known(icalrecurrencetype_weekday start)
{
	return start == ICAL_NO_WEEKDAY || start == ICAL_MONDAY_WEEKDAY ||
	       start == ICAL_SUNDAY_WEEKDAY;
}

static const char *check_recur(const struct icalrecurrencetype *recur)
{
	int furthest;

	if (recur->freq != ICAL_DAILY_RECURRENCE && recur->freq != ICAL_WEEKLY_RECURRENCE &&
		recur->freq != ICAL_MONTHLY_RECURRENCE)
		return "FREQ is DAILY, WEEKLY or MONTHLY.";
	if (recur->rscale || recur->skip != ICAL_SKIP_OMIT || is_set(recur->by_second) ||
		is_set(recur->by_minute) || is_set(recur->by_hour) || is_set(recur->by_year_day) ||
		is_set(recur->by_week_no) || is_set(recur->by_month))
		return "BYDAY, BYMONTHDAY, BYSETPOS and WKST are the parts there may be.";
	if (!week_is_known(recur->week_start))
		return "WKST is MO or SU.";
	if (icaltime_is_null_time(recur->until) == (recur->count <= 0))
		return "Either COUNT or UNTIL must be there.";
	if (recur->count > RULE_MAX_OCCURRENCES)
		return "A series has 400 sessions at most.";
	if (recur->interval < 1 || recur->interval > 366)
		return "INTERVAL is 1 to 366.";
	if (recur->freq == ICAL_MONTHLY_RECURRENCE)
		return check_monthly(recur);
	if (is_set(recur->by_month_day) || is_set(recur->by_set_pos) ||
		has_positions(recur->by_day, &furthest))
		return "BYMONTHDAY, BYSETPOS and numbered days go with MONTHLY.";
	return NULL;
}

static int write_rule(struct icalrecurrencetype *recur, char ret_rule[RULE_TEXT])
{
	char *text = icalrecurrencetype_as_string_r(recur);
	int r = !text ? -ENOMEM : strlen(text) >= RULE_TEXT ? -EINVAL : 0;

	if (r == 0)
		memcpy(ret_rule, text, strlen(text) + 1);
	free(text);
	return r;
}

/* A day alone means all of it. */
static void make_until_local(struct icalrecurrencetype *recur, struct zone *zone)
{
	if (icaltime_is_null_time(recur->until))
		return;
	if (recur->until.is_date) {
		recur->until.is_date = 0;
		recur->until.hour = 23;
		recur->until.minute = 59;
	} else if (icaltime_is_utc(recur->until)) {
		recur->until = local_icaltime(zone_local(zone, local_of(recur->until) * MINUTE_MS));
	}
	recur->until.second = 0;
	recur->until.zone = NULL;
}

/* Frees what libical allocated in it, for calendars that we refuse. */
static void recur_finish(struct icalrecurrencetype *recur)
{
	free(recur->rscale);
}

static int read_rule(const char *text, struct icalrecurrencetype *ret_recur)
{
	struct icalrecurrencetype recur = icalrecurrencetype_from_string(text);

	if (recur.freq == ICAL_NO_RECURRENCE) {
		recur_finish(&recur);
		return -EINVAL;
	}
	*ret_recur = recur;
	return 0;
}

/* The whole text was understood and is within the limits; UNTIL is local. */
static int check_rule(
	const char *text, struct zone *zone, char ret_rule[RULE_TEXT], const char **ret_why)
{
	struct icalrecurrencetype recur;
	int r;

	*ret_why = "This is no rule of recurrence (RRULE).";
	if (strlen(text) >= RULE_TEXT || read_rule(text, &recur) < 0)
		return -EINVAL;
	*ret_why = check_recur(&recur);
	r = *ret_why ? -EINVAL : 0;
	if (r == 0 && !icaltime_is_null_time(recur.until) &&
		icaltime_compare(recur.until, icaltime_normalize(recur.until)) != 0) {
		*ret_why = "UNTIL is not a day or a time.";
		r = -EINVAL;
	}
	if (r == 0) {
		*ret_why = "The rule is too long.";
		make_until_local(&recur, zone);
		r = write_rule(&recur, ret_rule);
	}
	recur_finish(&recur);
	return r;
}

/* The first day on or after `start` that is named, however many weeks are left out afterwards. */
static int find_first(const char *rule, int64_t *start)
{
	struct icalrecurrencetype recur;
	icalrecur_iterator *iterator;
	struct icaltimetype first;

	if (read_rule(rule, &recur) < 0)
		return -EINVAL;
	recur.interval = 1;
	iterator = icalrecur_iterator_new(recur, local_icaltime(*start));
	if (!iterator)
		return -EINVAL;
	first = icalrecur_iterator_next(iterator);
	icalrecur_iterator_free(iterator);
	if (icaltime_is_null_time(first))
		return -EINVAL;
	*start = local_of(first);
	return 0;
}

int rule_parse(const char *text, int64_t *start, struct zone *zone, char ret_rule[RULE_TEXT],
	const char **ret_why)
{
	int64_t locals[RULE_MAX_OCCURRENCES], first = *start;
	size_t count = 0;
	int r = check_rule(text, zone, ret_rule, ret_why);

	if (r < 0)
		return r;
	*ret_why = "A series has 1 to 400 sessions within five years.";
	r = find_first(ret_rule, &first);
	if (r == 0)
		r = rule_expand(ret_rule, first, locals, &count);
	if (r == 0)
		*start = first;
	return r;
}

int rule_expand(
	const char *rule, int64_t start, int64_t locals[RULE_MAX_OCCURRENCES], size_t *ret_count)
{
	struct icaltimetype first = local_icaltime(start), last = first, next;
	struct icalrecurrencetype recur;
	icalrecur_iterator *iterator;
	size_t count = 0, counted;

	if (read_rule(rule, &recur) < 0)
		return -EINVAL;
	counted = (size_t)recur.count;
	last.year += RULE_MAX_YEARS;
	if (icaltime_is_null_time(recur.until))
		recur.until = last;
	else if (icaltime_compare(recur.until, last) > 0)
		return -EINVAL;
	iterator = icalrecur_iterator_new(recur, first);
	if (!iterator)
		return -EINVAL;
	for (next = icalrecur_iterator_next(iterator);
		!icaltime_is_null_time(next) && count < RULE_MAX_OCCURRENCES;
		next = icalrecur_iterator_next(iterator))
		locals[count++] = local_of(next);
	icalrecur_iterator_free(iterator);
	if (!icaltime_is_null_time(next) || count == 0 || count < counted)
		return -EINVAL;
	*ret_count = count;
	return 0;
}

int rule_cut(const char *rule, int64_t until, char ret_rule[RULE_TEXT])
{
	struct icalrecurrencetype recur;

	if (read_rule(rule, &recur) < 0)
		return -EINVAL;
	recur.count = 0;
	recur.until = local_icaltime(until);
	return write_rule(&recur, ret_rule);
}

int rule_count(const char *rule, size_t count, char ret_rule[RULE_TEXT])
{
	struct icalrecurrencetype recur;

	if (read_rule(rule, &recur) < 0)
		return -EINVAL;
	if (recur.count > 0)
		recur.count = (int)count;
	return write_rule(&recur, ret_rule);
}

static int64_t day_of(int64_t local)
{
	return (local - (local % DAY_MIN + DAY_MIN) % DAY_MIN) / DAY_MIN;
}

int rule_move(const char *rule, int64_t from, int64_t to, char ret_rule[RULE_TEXT])
{
	int days = (int)((day_of(to) - day_of(from)) % 7 + 7) % 7;
	struct icalrecurrencetype recur;

	if (read_rule(rule, &recur) < 0)
		return -EINVAL;
	if (recur.freq == ICAL_MONTHLY_RECURRENCE && day_of(from) != day_of(to) &&
		(is_set(recur.by_day) || is_set(recur.by_month_day)))
		return -EINVAL;
	/* 1 is Sunday. */
	for (size_t i = 0; recur.by_day[i] != ICAL_RECURRENCE_ARRAY_MAX; i++)
		if (recur.freq != ICAL_MONTHLY_RECURRENCE)
			recur.by_day[i] = (short)((recur.by_day[i] - 1 + days) % 7 + 1);
	if (!icaltime_is_null_time(recur.until))
		recur.until = local_icaltime(local_of(recur.until) + to - from);
	return write_rule(&recur, ret_rule);
}

int rule_icalrecur(const char *rule, struct zone *zone, struct icalrecurrencetype *ret_recur)
{
	struct icalrecurrencetype recur;

	if (read_rule(rule, &recur) < 0)
		return -EINVAL;
	if (!icaltime_is_null_time(recur.until))
		recur.until = instant_icaltime(zone_instant(zone, local_of(recur.until)));
	*ret_recur = recur;
	return 0;
}
