/* SPDX-License-Identifier: MIT */
#include "academy/invitation.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "academy/agenda.h"
#include "academy/delivery.h"
#include "academy/ical.h"
#include "academy/notice.h"
#include "store/id.h"
#include "store/store.h"

#pragma GCC diagnostic ignored                                                                     \
	"-Wformat-nonliteral" /* texts of notice.def, alike in each language */

enum { EMAIL = 256, TEXT = 4096, SUBJECT = SESSION_TITLE + 64, URL = 256, MAX_PEOPLE = 5000 };

/* Who hears of it. */
struct reader {
	int64_t id;
	unsigned n;
	char email[EMAIL], name[LECTERN_MAX_NAME], language[PERSON_LANGUAGE], zone[SITE_ZONE];
};

struct readers {
	struct reader *list; /* by id */
	size_t count, room;
};

/* Which sessions: one, or those of a series from a recurrence on. */
struct extent {
	int64_t site, session, series; /* series 0: that session only */
	char from[LOCAL_TEXT];
};

#define IN_EXTENT                                                                                  \
	"s.site = $1 AND (s.id = $2 OR ($3 <> 0 AND s.series = $3 AND s.recurrence >= $4))"        \
	" AND s.starts_at > $5 AND s.cancelled_at = 0 AND s.state = 'scheduled'"
#define FOR_ALL                                                                                    \
	"(NOT EXISTS (SELECT 1 FROM session_group g WHERE g.site = s.site AND g.session = s.id)"   \
	" OR EXISTS (SELECT 1 FROM session_group g JOIN group_member m ON m.site = g.site"         \
	" AND m.grp = g.grp WHERE g.site = s.site AND g.session = s.id AND m.person = e.person))"

static bool add_reader(struct readers *readers, const struct rows *rows)
{
	struct reader *reader;

	if (readers->count == readers->room) {
		size_t room = readers->room ? 2 * readers->room : 32;
		struct reader *more = reallocarray(readers->list, room, sizeof(*more));

		if (!more)
			return false;
		readers->list = more;
		readers->room = room;
	}
	reader = &readers->list[readers->count++];
	*reader = (struct reader){.id = row_int(rows, 0), .n = (unsigned)row_int(rows, 1)};
	row_copy(rows, 2, reader->email, sizeof(reader->email));
	row_copy(rows, 3, reader->name, sizeof(reader->name));
	row_copy(rows, 4, reader->language, sizeof(reader->language));
	row_copy(rows, 5, reader->zone, sizeof(reader->zone));
	return true;
}

static int find_readers(
	struct store *store, const struct extent *extent, int64_t now_ms, struct readers *readers)
{
	struct rows rows = store_select(store,
		"SELECT DISTINCT p.id, p.number, p.email, p.name, p.language, p.time_zone FROM ("
		"SELECT e.person FROM session s JOIN session_instructor e"
		" ON e.site = s.site AND e.session = s.id WHERE " IN_EXTENT
		" UNION SELECT e.person FROM session s JOIN course_instructor e"
		" ON e.site = s.site AND e.course = s.course WHERE " IN_EXTENT
		" AND NOT EXISTS (SELECT 1 FROM session_instructor o"
		" WHERE o.site = s.site AND o.session = s.id)"
		" UNION SELECT e.person FROM session s JOIN enrolment e"
		" ON e.site = s.site AND e.course = s.course WHERE " IN_EXTENT " AND " FOR_ALL
		" UNION SELECT e.person FROM session s JOIN course_group c ON c.site = s.site"
		" AND c.course = s.course JOIN group_member e ON e.site = c.site AND e.grp = c.grp"
		" WHERE " IN_EXTENT " AND " FOR_ALL
		" UNION SELECT e.person FROM session s JOIN shared_enrolment e"
		" ON e.site = s.site AND e.course = s.course WHERE " IN_EXTENT " AND " FOR_ALL
		") who JOIN person p ON p.id = who.person"
		" WHERE p.kind = 'person' AND p.locked_at = 0 AND p.email <> '' ORDER BY p.id "
		"LIMIT $6",
		V_INT(extent->site), V_INT(extent->session), V_INT(extent->series),
		V_TEXT(extent->from), V_INT(now_ms), V_INT(MAX_PEOPLE));
	int r = 0, end;

	while (r == 0 && rows_next(&rows))
		if (!add_reader(readers, &rows))
			r = -ENOMEM;
	end = rows_close(&rows);
	return r < 0 ? r : end;
}

static bool has_reader(const struct readers *readers, int64_t id)
{
	size_t low = 0, high = readers->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (readers->list[middle].id == id)
			return true;
		if (readers->list[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* What mails are about, read once for all readers. */
struct matter {
	struct store *store;
	int64_t now_ms;
	const char *url;
	struct session *sessions; /* one, or a whole series by recurrence */
	size_t count;
	bool whole;		    /* the series, not one of it */
	const struct session *next; /* the first that people can go to */
	char site_name[SITE_NAME], organizer[EMAIL];
};

static int read_site(struct matter *matter, int64_t site)
{
	struct rows rows =
		store_select(matter->store, "SELECT name FROM site WHERE id = $1", V_INT(site));
	const char *host = strstr(matter->url, "://");

	if (rows_next(&rows))
		row_copy(&rows, 0, matter->site_name, sizeof(matter->site_name));
	/* Mails that nobody can answer: the address only says who we are. */
	host = host ? host + 3 : "localhost";
	snprintf(matter->organizer, sizeof(matter->organizer), "no-reply@%.*s",
		(int)strcspn(host, ":/"), host);
	return rows_close(&rows);
}

static int read_sessions(struct matter *matter, int64_t site, int64_t session, int64_t series)
{
	struct rows rows = store_select(matter->store,
		"SELECT id FROM session WHERE site = $1 AND (id = $2 OR ($3 <> 0 AND series = $3))"
		" ORDER BY recurrence, id LIMIT $4",
		V_INT(site), V_INT(session), V_INT(series), V_INT(RULE_MAX_OCCURRENCES));
	int r = 0, end;

	matter->whole = series != 0;
	matter->sessions = calloc(RULE_MAX_OCCURRENCES, sizeof(matter->sessions[0]));
	if (!matter->sessions)
		r = -ENOMEM;
	while (r == 0 && rows_next(&rows)) {
		struct session *at = &matter->sessions[matter->count++];

		r = session_get(matter->store, site, row_int(&rows, 0), at);
		if (r == 0 && !matter->next && at->cancelled_at == 0 &&
			at->starts_at > matter->now_ms)
			matter->next = at;
	}
	end = rows_close(&rows);
	if (r == 0 && end == 0 && !matter->next && matter->count > 0)
		matter->next = &matter->sessions[0];
	return r < 0 ? r : end;
}

static int matter_init(struct matter *matter, struct store *store, const char *url, int64_t now_ms,
	int64_t site, int64_t session, int64_t series)
{
	int r;

	*matter = (struct matter){.store = store, .url = url, .now_ms = now_ms};
	r = read_site(matter, site);
	return r < 0 ? r : read_sessions(matter, site, session, series);
}

static void matter_finish(struct matter *matter)
{
	free(matter->sessions);
}

struct letter {
	const char *event, *method; /* method NULL: no calendar */
	enum notice subject, first;
	const char *once;
};

static int write_calendar(const struct matter *matter, const struct letter *letter,
	const struct reader *reader, const char *base, char **ret_text)
{
	struct agenda agenda = {
		.url = base,
		.organizer = matter->organizer,
		.organizer_name = matter->site_name,
		.attendee = reader->email,
		.attendee_name = reader->name,
		.cancels = strcmp(letter->method, "CANCEL") == 0,
	};
	struct ical *ical;
	int r = ical_create(letter->method, NULL, &ical);

	if (r < 0)
		return r;
	if (matter->whole)
		r = agenda_add_series(
			matter->store, ical, &agenda, matter->sessions, matter->count);
	else
		r = agenda_add_session(matter->store, ical, &agenda, matter->next);
	if (r == 0)
		r = ical_write(ical, ret_text);
	ical_destroy(ical);
	return r;
}

struct page {
	char text[TEXT];
	size_t len;
};

/* A line; what does not fit is left out, which texts of ours never are. */
static void put_line(struct page *page, const char *line)
{
	size_t len = strlen(line);

	if (page->len + len + 2 > sizeof(page->text))
		return;
	memcpy(page->text + page->len, line, len);
	page->len += len;
	page->text[page->len++] = '\n';
	page->text[page->len] = '\0';
}

static void put_value(
	struct page *page, const struct reader *reader, enum notice notice, const char *value)
{
	char line[1024];

	if (!value[0])
		return;
	snprintf(line, sizeof(line), notice_text(reader->language, notice), value);
	put_line(page, line);
}

static int put_time(struct page *page, const struct reader *reader, enum notice notice,
	const char *name, int64_t at_ms)
{
	char date[NOTICE_DATE_ROOM], line[512];
	struct zone *zone;
	int r = zone_open(name, &zone);

	if (r < 0)
		return r;
	notice_date(reader->language, zone_local(zone, at_ms), date);
	zone_close(zone);
	snprintf(line, sizeof(line), notice_text(reader->language, notice), date, name);
	put_line(page, line);
	return 0;
}

static int write_text(const struct matter *matter, const struct letter *letter,
	const struct reader *reader, const char *base, struct page *page)
{
	const struct session *session = matter->next;
	char line[512], id[ID_TEXT];
	int r;

	put_line(page, notice_text(reader->language, letter->first));
	put_line(page, "");
	put_line(page, session->title);
	put_value(page, reader, NOTICE_COURSE, session->course_title);
	/* One who has no zone of their own reads that of the academy alone. */
	r = put_time(page, reader, NOTICE_WHEN, reader->zone[0] ? reader->zone : session->time_zone,
		session->starts_at);
	if (r == 0 && reader->zone[0] && strcmp(reader->zone, session->time_zone) != 0)
		r = put_time(
			page, reader, NOTICE_ACADEMY_TIME, session->time_zone, session->starts_at);
	snprintf(line, sizeof(line), notice_text(reader->language, NOTICE_MINUTES),
		session->length_min);
	put_line(page, line);
	if (matter->whole)
		put_line(page, notice_text(reader->language, NOTICE_SERIES_OF));
	put_value(page, reader, NOTICE_WHERE, session->venue_name);
	put_value(page, reader, NOTICE_WITH, session->teacher);
	if (!letter->method || strcmp(letter->method, "CANCEL") != 0) {
		put_line(page, "");
		snprintf(line, sizeof(line), "%s/%s", base, id_text(session->id, id));
		put_line(page, line);
	}
	return r;
}

static int send(
	const struct matter *matter, const struct letter *letter, const struct reader *reader)
{
	char base[URL], subject[SUBJECT], *calendar = NULL;
	struct page page = {.len = 0};
	int r;

	snprintf(base, sizeof(base), "%s/u/%u/class", matter->url, reader->n);
	snprintf(subject, sizeof(subject), notice_text(reader->language, letter->subject),
		matter->next->title);
	r = write_text(matter, letter, reader, base, &page);
	if (r == 0 && letter->method)
		r = write_calendar(matter, letter, reader, base, &calendar);
	if (r == 0) {
		struct delivery_mail mail = {
			.site = matter->next->site,
			.event = letter->event,
			.to = reader->email,
			.subject = subject,
			.text = page.text,
			.language = reader->language,
			.calendar = calendar,
			.method = letter->method,
			.once = letter->once,
		};

		r = delivery_add_mail(matter->store, &mail, matter->now_ms);
	}
	free(calendar);
	return r;
}

static const struct letter invited = {
	"session.invited", "REQUEST", NOTICE_INVITED, NOTICE_YOU_HAVE, NULL};
static const struct letter changed = {
	"session.changed", "REQUEST", NOTICE_CHANGED, NOTICE_HAS_CHANGED, NULL};
static const struct letter cancelled = {
	"session.cancelled", "CANCEL", NOTICE_CANCELLED, NOTICE_IS_CANCELLED, NULL};

/* To those in `readers`, but not to those in `except` (NULL: to all). */
static int send_all(const struct matter *matter, const struct letter *letter,
	const struct readers *readers, const struct readers *except)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < readers->count; i++)
		if (!except || !has_reader(except, readers->list[i].id))
			r = send(matter, letter, &readers->list[i]);
	return r < 0 ? r : 0;
}

/* Who came is invited, who stays hears what changed, who left is told so. */
static int tell_change(const struct matter *matter, const struct change *change,
	const struct readers *before, const struct readers *after)
{
	/* In a series of its own even those who knew the old one are invited. */
	const bool is_new = change->before.id == 0 || change->split;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < after->count; i++) {
		bool knew = !is_new && has_reader(before, after->list[i].id);

		if (!knew || !change->silent)
			r = send(matter, knew ? &changed : &invited, &after->list[i]);
	}
	if (r >= 0 && !is_new)
		r = send_all(matter, &cancelled, before, after);
	return r < 0 ? r : 0;
}

static bool takes_place(const struct matter *matter)
{
	for (size_t i = 0; i < matter->count; i++)
		if (matter->sessions[i].cancelled_at == 0)
			return true;
	return false;
}

/* The old series ends where the new one begins, or was moved into it altogether. */
static int tell_end(struct store *store, const struct change *change, const struct readers *before,
	const char *url, int64_t now_ms)
{
	struct matter matter;
	int r = matter_init(&matter, store, url, now_ms, change->site, 0, change->series);

	if (r == 0 && matter.count > 0)
		r = send_all(&matter, takes_place(&matter) ? &changed : &cancelled, before, NULL);
	matter_finish(&matter);
	return r;
}

static struct extent extent_before(const struct change *change)
{
	struct extent extent = {.site = change->site, .session = change->before.id};

	if (change->scope != SCOPE_THIS && change->series) {
		extent.series = change->series;
		if (change->split)
			local_text(change->cut + 1, extent.from);
	}
	return extent;
}

static int64_t series_after(const struct change *change)
{
	if (change->new_series)
		return change->new_series;
	return change->scope == SCOPE_THIS && change->before.id ? 0 : change->series;
}

static int apply_and_tell(struct store *store, struct change *change, const char *url,
	int64_t now_ms, struct readers *before, struct readers *after)
{
	struct extent extent = extent_before(change);
	struct matter matter = {0};
	int r = change->before.id ? find_readers(store, &extent, now_ms, before) : 0;

	if (r == 0)
		r = change_apply(store, change, now_ms);
	if (r < 0)
		return r;
	extent = (struct extent){
		.site = change->site, .session = change->session, .series = series_after(change)};
	r = find_readers(store, &extent, now_ms, after);
	if (r == 0 && before->count + after->count > 0) {
		r = matter_init(
			&matter, store, url, now_ms, change->site, change->session, extent.series);
		if (r == 0)
			r = tell_change(&matter, change, before, after);
		if (r == 0 && change->split && change->new_series)
			r = tell_end(store, change, before, url, now_ms);
	}
	matter_finish(&matter);
	return r;
}

int invitation_change(struct store *store, struct change *change, const char *url, int64_t now_ms)
{
	struct readers before = {0}, after = {0};
	int r = store_begin(store);

	if (r < 0)
		return r;
	r = store_finish(store, apply_and_tell(store, change, url, now_ms, &before, &after));
	free(before.list);
	free(after.list);
	return r;
}

static int cancel_and_tell(struct store *store, const struct session *session, enum scope scope,
	const char *url, int64_t now_ms, struct readers *readers, unsigned *ret_count)
{
	const bool whole = scope != SCOPE_THIS && session->series != 0;
	struct extent extent = {.site = session->site,
		.session = session->id,
		.series = whole ? session->series : 0};
	struct matter matter = {0};
	int r;

	if (scope == SCOPE_FOLLOWING)
		memcpy(extent.from, session->recurrence, sizeof(extent.from));
	r = find_readers(store, &extent, now_ms, readers);
	if (r == 0)
		r = series_cancel(store, session, scope, now_ms, ret_count);
	if (r == 0 && readers->count > 0) {
		r = matter_init(
			&matter, store, url, now_ms, session->site, session->id, extent.series);
		/* What is left of a series is its new shape; nothing left is its end. */
		if (r == 0)
			r = send_all(&matter, whole && takes_place(&matter) ? &changed : &cancelled,
				readers, NULL);
	}
	matter_finish(&matter);
	return r;
}

int invitation_cancel(struct store *store, const struct session *session, enum scope scope,
	const char *url, int64_t now_ms, unsigned *ret_count)
{
	struct readers readers = {0};
	int r = store_begin(store);

	if (r < 0)
		return r;
	r = store_finish(
		store, cancel_and_tell(store, session, scope, url, now_ms, &readers, ret_count));
	free(readers.list);
	return r;
}

/* One of the two times at which people are reminded of one session. */
static int remind(struct store *store, const char *url, int64_t now_ms, int64_t site,
	int64_t session, int minutes, unsigned *count)
{
	struct extent extent = {.site = site, .session = session};
	struct readers readers = {0};
	struct matter matter = {0};
	int r = find_readers(store, &extent, now_ms, &readers);

	if (r == 0 && readers.count > 0)
		r = matter_init(&matter, store, url, now_ms, site, session, 0);
	for (size_t i = 0; r >= 0 && i < readers.count; i++) {
		char once[128];
		struct letter letter = {
			"session.reminder", NULL, NOTICE_REMINDER, NOTICE_BEGINS, once};

		snprintf(once, sizeof(once), "reminder %lld %lld %d %lld", (long long)session,
			(long long)readers.list[i].id, minutes, (long long)matter.next->starts_at);
		r = send(&matter, &letter, &readers.list[i]);
		*count += r == 0;
	}
	matter_finish(&matter);
	free(readers.list);
	return r < 0 ? r : 0;
}

/*
 * Sessions that begin in (now + from, now + to]. That they were reminded of is kept with them, so
 * that a minute in which nothing begins costs one look-up.
 */
static int remind_between(struct store *store, const char *url, int64_t now_ms, int from_min,
	int to_min, unsigned *count)
{
	enum { PAGE = 256 };
	int64_t sites[PAGE], ids[PAGE];
	size_t found = 0;
	struct rows rows = store_select(store,
		"SELECT site, id FROM session WHERE starts_at > $1 AND starts_at <= $2"
		" AND cancelled_at = 0 AND state = 'scheduled' AND reminded_for <> starts_at * 4 + "
		"$3"
		" ORDER BY starts_at LIMIT $4",
		V_INT(now_ms + from_min * 60000LL), V_INT(now_ms + to_min * 60000LL),
		V_INT(from_min == 0), V_INT(PAGE));
	int r;

	while (rows_next(&rows)) {
		sites[found] = row_int(&rows, 0);
		ids[found++] = row_int(&rows, 1);
	}
	r = rows_close(&rows);
	for (size_t i = 0; r >= 0 && i < found; i++) {
		r = remind(store, url, now_ms, sites[i], ids[i], to_min, count);
		if (r == 0)
			r = store_run(store,
				"UPDATE session SET reminded_for = starts_at * 4 + $3"
				" WHERE site = $1 AND id = $2",
				V_INT(sites[i]), V_INT(ids[i]), V_INT(from_min == 0));
	}
	return r < 0 ? r : 0;
}

int reminder_run(struct store *store, const char *url, int64_t now_ms, unsigned *ret_count)
{
	unsigned count = 0;
	int r = store_begin(store);

	if (r < 0)
		return r;
	r = remind_between(store, url, now_ms, 0, REMINDER_LATE_MIN, &count);
	if (r == 0)
		r = remind_between(
			store, url, now_ms, REMINDER_LATE_MIN, REMINDER_EARLY_MIN, &count);
	r = store_finish(store, r);
	if (r == 0)
		*ret_count = count;
	return r;
}
