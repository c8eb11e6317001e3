/* SPDX-License-Identifier: MIT */
/* Reports of attendance, as JSON, CSV and PDF, and the replay that somebody watched. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "academy/attendance.h"
#include "academy/recording.h"
#include "academy/report.h"
#include "academy/site.h"
#include "base/clock.h"
#include "paper/report.h"
#include "signaling/api/objects.h"
#include "signaling/api/table.h"
#include "signaling/csv.h"
#include "signaling/request.h"

enum { MAX_RANGES = 64 };

/* ---- JSON ---- */

static json_t *object_line(const struct report_line *line)
{
	return json_pack("{s:I, s:I, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:s, s:i, s:i}",
		"joined_at", (json_int_t)line->joined_at, "left_at", (json_int_t)line->left_at,
		"joins", (int)line->joins, "present_ms", (json_int_t)line->present_ms, "sent_ms",
		(json_int_t)line->sent_ms, "heard_ms", (json_int_t)line->heard_ms, "live_ms",
		(json_int_t)line->sum.live_ms, "replay_ms", (json_int_t)line->sum.replay_ms,
		"attended_ms", (json_int_t)line->sum.either_ms, "percent", (int)line->percent,
		"link", attendance_link_name(line->link), "rtt_ms", (int)line->rtt_ms,
		"loss_permille", (int)line->loss_permille);
}

static json_t *object_person_line(const struct report_line *line)
{
	json_t *object = object_line(line);

	if (object &&
		(json_object_set_new(object, "person",
			 json_pack("{s:o, s:s}", "id", object_id(line->person), "name",
				 line->name)) < 0 ||
			json_object_set_new(object, "expected", json_boolean(line->expected)) < 0 ||
			json_object_set_new(object, "guest", json_boolean(line->guest)) < 0)) {
		json_decref(object);
		object = NULL;
	}
	return object;
}

static json_t *object_report_session(const struct report *report)
{
	const struct session *session = &report->session;

	return json_pack("{s:o, s:s, s:{s:o, s:s}, s:I, s:i, s:s, s:s, s:b, s:I}", "id",
		object_id(session->id), "title", session->title, "course", "id",
		object_id(session->course), "title", session->course_title, "starts_at",
		(json_int_t)session->starts_at, "length_min", (int)session->length_min, "time_zone",
		session->time_zone, "state", session_state_name(session->state), "counts",
		report->counts, "held_ms", (json_int_t)report->held_ms);
}

void api_session_attendance(struct store *store, struct request *request)
{
	struct report report;
	json_t *people;
	int r = report_read(store, request->site, request->object, &report);

	if (r < 0) {
		request_fail(request, r);
		return;
	}
	people = json_array();
	for (size_t i = 0; i < report.count; i++)
		object_append(people, object_person_line(&report.lines[i]), &r);
	request_json(request, 200,
		json_pack(
			"{s:o, s:o}", "session", object_report_session(&report), "people", people));
	report_finish(&report);
	if (r < 0)
		request_fail(request, r);
}

struct listing {
	json_t *list;
	int error;
};

static void add_session(const struct report *report, const struct report_line *line, void *arg)
{
	struct listing *listing = arg;
	json_t *object = object_line(line);

	if (object && json_object_set_new(object, "session", object_report_session(report)) < 0) {
		json_decref(object);
		object = NULL;
	}
	object_append(listing->list, object, &listing->error);
}

void api_person_attendance(struct store *store, struct request *request)
{
	struct listing listing = {.list = json_array()};
	int r = report_each_of_person(store, request->site, request->object, add_session, &listing);

	if (r == 0)
		r = listing.error;
	request_json(request, 200, json_pack("{s:o}", "sessions", listing.list));
	if (r < 0)
		request_fail(request, r);
}

/* ---- CSV ---- */

static void csv_line(struct csv *csv, const struct report_line *line)
{
	csv_time(csv, line->joined_at);
	csv_time(csv, line->left_at);
	csv_number(csv, line->joins);
	csv_number(csv, line->present_ms / 60000);
	csv_number(csv, line->heard_ms / 60000);
	csv_number(csv, line->sum.replay_ms / 60000);
	csv_number(csv, line->percent);
	csv_text(csv, attendance_link_name(line->link));
	csv_number(csv, line->rtt_ms);
	csv_number(csv, line->loss_permille);
	csv_row(csv);
}

void api_session_attendance_csv(struct store *store, struct request *request)
{
	struct report report;
	struct csv csv;
	int r = report_read(store, request->site, request->object, &report);

	if (r < 0) {
		request_fail(request, r);
		return;
	}
	csv_init(&csv, "name", "expected", "joined", "left", "joins", "present_minutes",
		"heard_minutes", "replay_minutes", "percent", "link", "rtt_ms", "loss_permille",
		NULL);
	for (size_t i = 0; i < report.count; i++) {
		csv_text(&csv, report.lines[i].name);
		csv_text(&csv, report.lines[i].expected ? "yes" : "no");
		csv_line(&csv, &report.lines[i]);
	}
	report_finish(&report);
	csv_answer(&csv, request, "attendance.csv");
}

static void csv_session(const struct report *report, const struct report_line *line, void *arg)
{
	struct csv *csv = arg;

	csv_text(csv, report->session.course_title);
	csv_text(csv, report->session.title);
	csv_time(csv, report->session.starts_at);
	csv_line(csv, line);
}

void api_person_attendance_csv(struct store *store, struct request *request)
{
	struct csv csv;
	int r;

	csv_init(&csv, "course", "session", "starts", "joined", "left", "joins", "present_minutes",
		"heard_minutes", "replay_minutes", "percent", "link", "rtt_ms", "loss_permille",
		NULL);
	r = report_each_of_person(store, request->site, request->object, csv_session, &csv);
	if (r == 0) {
		csv_answer(&csv, request, "attendance.csv");
		return;
	}
	csv_finish(&csv);
	request_fail(request, r);
}

/* ---- PDF ---- */

static struct paper_report_row paper_row(const char *name, const struct report_line *line)
{
	return (struct paper_report_row){
		.name = name,
		.joined_ms = line->joined_at,
		.left_ms = line->left_at,
		.present_ms = line->present_ms,
		.heard_ms = line->heard_ms,
		.replay_ms = line->sum.replay_ms,
		.percent = line->percent,
		.link = attendance_link_name(line->link),
	};
}

static void answer_pdf(struct request *request, const struct paper_report *paper)
{
	char *pdf;
	size_t len;
	int r = paper_report(paper, &pdf, &len);

	if (r < 0) {
		request_fail(request, r);
		return;
	}
	request_bytes(request, "application/pdf", pdf, len);
	snprintf(request->answer.disposition, sizeof(request->answer.disposition),
		"inline; filename=\"attendance.pdf\"");
}

void api_session_attendance_pdf(struct store *store, struct request *request)
{
	struct paper_report_row *rows;
	struct report report;
	struct site site;
	int r = report_read(store, request->site, request->object, &report);

	if (r == 0)
		r = site_get(store, request->site, &site);
	rows = r == 0 ? calloc(report.count + 1, sizeof(*rows)) : NULL;
	if (r == 0 && !rows)
		r = -ENOMEM;
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	for (size_t i = 0; i < report.count; i++)
		rows[i] = paper_row(report.lines[i].name, &report.lines[i]);
	answer_pdf(request, &(struct paper_report){
				    .language = request->who.person.language,
				    .site = site.name,
				    .course = report.session.course_title,
				    .title = report.session.title,
				    .time_zone = report.session.time_zone,
				    .held_ms = report.held_ms,
				    .created_ms = clock_wall_ms(),
				    .rows = rows,
				    .count = report.count,
			    });
	free(rows);
	report_finish(&report);
}

/* Rows with the names that they borrow. */
struct sheet {
	struct paper_report_row rows[SESSION_MAX_LIST];
	char names[SESSION_MAX_LIST][SESSION_TITLE + COURSE_TITLE + 8];
	size_t count;
};

static void sheet_add(const struct report *report, const struct report_line *line, void *arg)
{
	struct sheet *sheet = arg;
	char *name = sheet->names[sheet->count];

	snprintf(name, sizeof(sheet->names[0]), "%s · %s", report->session.course_title,
		report->session.title);
	sheet->rows[sheet->count++] = paper_row(name, line);
}

void api_person_attendance_pdf(struct store *store, struct request *request)
{
	struct sheet *sheet = calloc(1, sizeof(*sheet));
	struct person person;
	int r = sheet ? person_get(store, request->site, request->object, &person) : -ENOMEM;

	if (r == 0)
		r = report_each_of_person(store, request->site, request->object, sheet_add, sheet);
	if (r == 0)
		answer_pdf(request, &(struct paper_report){
					    .language = request->who.person.language,
					    .site = person.site_name,
					    .course = "",
					    .title = person.name,
					    .of_person = true,
					    .time_zone = person.time_zone,
					    .created_ms = clock_wall_ms(),
					    .rows = sheet->rows,
					    .count = sheet->count,
				    });
	else
		request_fail(request, r);
	free(sheet);
}

/* ---- what was watched ---- */

/* False: it is no range of the recording. */
static bool read_range(
	const json_t *item, const struct recording *recording, struct attendance_row *row)
{
	json_int_t from, to;

	if (json_unpack_ex((json_t *)item, NULL, JSON_STRICT, "[I, I]", &from, &to) < 0)
		return false;
	if (from < 0 || to <= from || to > recording->duration_ms + 1000)
		return false;
	row->from_ms = from;
	row->to_ms = to;
	return true;
}

void api_recording_watched(struct store *store, struct request *request)
{
	struct attendance_row rows[MAX_RANGES];
	struct recording recording;
	const json_t *ranges, *item;
	size_t i;
	int r = recording_get(store, request->site, request->object, &recording);

	if (r < 0) {
		request_fail(request, r);
		return;
	}
	if (json_unpack_ex(request->body, NULL, JSON_STRICT, "{s:o}", "ranges", &ranges) < 0 ||
		!json_is_array(ranges) || json_array_size(ranges) == 0 ||
		json_array_size(ranges) > MAX_RANGES) {
		request_error(request, 400, "bad_request",
			"Send {\"ranges\": [[from, to]]}, 1 to 64, in milliseconds of the "
			"recording.");
		return;
	}
	json_array_foreach((json_t *)ranges, i, item)
	{
		rows[i] = (struct attendance_row){
			.site = request->site,
			.session = recording.session,
			.person = request->who.person.id,
			.kind = ATTENDANCE_REPLAY,
			.at = clock_wall_ms(),
		};
		if (!read_range(item, &recording, &rows[i])) {
			request_error(request, 400, "bad_request",
				"A range is [from, to] with 0 <= from < to <= the recording's "
				"duration.");
			return;
		}
	}
	r = attendance_add(store, rows, json_array_size(ranges));
	if (r < 0)
		request_fail(request, r);
	else
		request_empty(request, 204);
}
