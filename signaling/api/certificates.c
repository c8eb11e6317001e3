/* SPDX-License-Identifier: MIT */
/* Who completed a course, certificates of it, and verifying one by its number. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "academy/certificate.h"
#include "academy/completion.h"
#include "academy/course.h"
#include "academy/site.h"
#include "base/clock.h"
#include "base/text.h"
#include "paper/certificate.h"
#include "signaling/api/enrolment.h"
#include "signaling/api/lists.h"
#include "signaling/api/objects.h"
#include "signaling/api/table.h"
#include "signaling/csv.h"
#include "signaling/request.h"
#include "store/id.h"

enum { LOGO_MOST = 1 << 20 };

static json_t *object_completion(const struct completion *it)
{
	json_t *certificate = it->certificate == 0
				      ? json_null()
				      : json_pack("{s:o, s:s}", "id", object_id(it->certificate),
						"number", it->number);

	return json_pack("{s:o, s:s, s:o, s:i, s:i, s:I, s:I, s:i, s:b, s:o}", "id",
		object_id(it->person), "name", it->name, "partner",
		it->with_site ? object_id(it->with_site) : json_null(), "sessions",
		(int)it->sessions, "attended", (int)it->attended, "minutes",
		(json_int_t)(it->got_ms / 60000), "held_minutes", (json_int_t)(it->held_ms / 60000),
		"percent", (int)it->percent, "complete", it->complete, "certificate", certificate);
}

/* Of those that this person may see. */
static int read_completion(
	struct store *store, const struct request *request, struct completion_list *ret_list)
{
	int64_t with_site;
	int r = enrolment_partner(store, request, &with_site);

	return r < 0 ? r
		     : completion_read(store, request->site, request->object, with_site, ret_list);
}

void api_completion(struct store *store, struct request *request)
{
	struct listing listing = {0};
	struct completion_list list;
	struct course course;
	int r = course_get(store, request->site, request->object, &course);

	if (r == 0)
		r = read_completion(store, request, &list);
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	listing.list = json_array();
	for (size_t i = 0; i < list.count; i++)
		object_append(listing.list, object_completion(&list.people[i]), &listing.error);
	request_json(request, 200,
		json_pack("{s:o, s:i, s:b, s:i, s:o}", "course", object_course(&course),
			"attendance_percent", (int)course.attendance_percent, "counts_replay",
			course.counts_replay, "sessions", (int)list.sessions, "people",
			listing.list));
	completion_finish(&list);
	if (listing.error < 0)
		request_fail(request, listing.error);
}

void api_completion_csv(struct store *store, struct request *request)
{
	struct completion_list list;
	struct csv csv;
	int r = read_completion(store, request, &list);

	if (r < 0) {
		request_fail(request, r);
		return;
	}
	csv_init(&csv, "name", "sessions", "attended", "minutes", "held_minutes", "percent",
		"complete", "certificate", NULL);
	for (size_t i = 0; i < list.count; i++) {
		const struct completion *it = &list.people[i];

		csv_text(&csv, it->name);
		csv_number(&csv, it->sessions);
		csv_number(&csv, it->attended);
		csv_number(&csv, it->got_ms / 60000);
		csv_number(&csv, it->held_ms / 60000);
		csv_number(&csv, it->percent);
		csv_text(&csv, it->complete ? "yes" : "no");
		csv_text(&csv, it->number);
		csv_row(&csv);
	}
	completion_finish(&list);
	csv_answer(&csv, request, "completion.csv");
}

static json_t *object_certificate(const struct certificate *it)
{
	json_t *revoked = it->revoked_at == 0
				  ? json_null()
				  : json_pack("{s:I, s:s}", "at", (json_int_t)it->revoked_at, "why",
					    it->revoked_why);

	return json_pack("{s:o, s:s, s:{s:o, s:s}, s:{s:o, s:s}, s:s, s:I, s:s, s:i, s:i, s:o}",
		"id", object_id(it->id), "number", it->number, "person", "id",
		object_id(it->person), "name", it->person_name, "course", "id",
		object_id(it->course), "title", it->course_title, "site", it->site_name,
		"issued_at", (json_int_t)it->issued_at, "issued_by", it->issued_by_name, "minutes",
		(int)it->minutes, "percent", (int)it->percent, "revoked", revoked);
}

static void add_certificate(const struct certificate *certificate, void *arg)
{
	struct listing *listing = arg;

	object_append(listing->list, object_certificate(certificate), &listing->error);
}

void api_certificates_of_me(struct store *store, struct request *request)
{
	struct listing listing = {.list = json_array()};

	lists_answer(request, "certificates", &listing, 0,
		certificate_each_of_person(
			store, request->who.person.id, add_certificate, &listing));
}

void api_certificates_of_course(struct store *store, struct request *request)
{
	struct listing listing = {.list = json_array()};

	lists_answer(request, "certificates", &listing, 0,
		certificate_each_of_course(
			store, request->site, request->object, add_certificate, &listing));
}

/* What stands between a person and a certificate; NULL: nothing. */
static const char *obstacle(const struct completion *it)
{
	if (!it)
		return "not_enrolled";
	if (it->certificate != 0)
		return "certified";
	return it->complete ? NULL : "not_completed";
}

struct issuing {
	struct store *store;
	struct request *request;
	struct completion_list list;
	json_t *issued, *left_out;
	int64_t now_ms;
	int error;
};

static void leave_out(
	struct issuing *issuing, const char *id, const struct completion *it, const char *why)
{
	object_append(issuing->left_out,
		json_pack("{s:s, s:s, s:i, s:s}", "id", id, "name", it ? it->name : "", "percent",
			it ? (int)it->percent : 0, "why", why),
		&issuing->error);
}

static void issue_one(struct issuing *issuing, const struct completion *it)
{
	struct request *request = issuing->request;
	struct certificate certificate;
	int64_t id;
	int r = certificate_issue(issuing->store, request->site, request->object, it,
		request->who.person.id, issuing->now_ms, &id);

	if (r == 0)
		r = certificate_get(issuing->store, request->site, id, &certificate);
	if (r < 0) {
		issuing->error = r;
		return;
	}
	request_audit_of(request, "issue", KIND_CERTIFICATE, id, request->site,
		json_pack("{s:s, s:o, s:o}", "number", certificate.number, "person",
			object_id(it->person), "course", object_id(request->object)));
	object_append(issuing->issued, object_certificate(&certificate), &issuing->error);
}

static void consider(struct issuing *issuing, const char *id, const struct completion *it)
{
	const char *why = obstacle(it);

	if (why)
		leave_out(issuing, id, it, why);
	else if (issuing->error == 0)
		issue_one(issuing, it);
}

static const struct completion *find(const struct completion_list *list, const char *text)
{
	int64_t id;

	if (id_parse(text, &id) < 0)
		return NULL;
	for (size_t i = 0; i < list->count; i++)
		if (list->people[i].person == id)
			return &list->people[i];
	return NULL;
}

/* For those who are named, or for everybody. */
static void issue_all(struct issuing *issuing, const json_t *people)
{
	const struct completion_list *list = &issuing->list;
	char id[ID_TEXT];
	json_t *name;
	size_t i;

	if (json_is_array(people)) {
		json_array_foreach(people, i, name) consider(
			issuing, json_string_value(name), find(list, json_string_value(name)));
		return;
	}
	for (i = 0; i < list->count; i++)
		consider(issuing, id_text(list->people[i].person, id), &list->people[i]);
}

static bool people_are_good(const json_t *people)
{
	const json_t *name;
	size_t i;

	if (json_is_string(people))
		return strcmp(json_string_value(people), "completed") == 0;
	if (!json_is_array(people) || json_array_size(people) == 0)
		return false;
	json_array_foreach(people, i, name) if (!json_is_string(name)) return false;
	return true;
}

/* All or nothing where people are named: with one who cannot have one, nobody gets one. */
static void answer_issued(struct issuing *issuing, bool named)
{
	struct request *request = issuing->request;

	if (issuing->error < 0)
		request_fail(request, issuing->error);
	else if (named && json_array_size(issuing->left_out) > 0)
		request_json(request, 409,
			json_pack("{s:s, s:s, s:O}", "error", "not_completed", "text",
				"Nobody was given a certificate: not everybody who is named can "
				"have one.",
				"people", issuing->left_out));
	else
		request_json(request, 201,
			json_pack("{s:O, s:O}", "issued", issuing->issued, "left_out",
				issuing->left_out));
}

/* {"people": [ids]}, or {"people": "completed"}. */
void api_certificates_issue(struct store *store, struct request *request)
{
	const json_t *people = json_object_get(request->body, "people");
	struct issuing issuing = {.store = store, .request = request, .now_ms = clock_wall_ms()};
	int r;

	if (json_object_size(request->body) != 1 || !people_are_good(people)) {
		request_error(request, 400, "bad_request",
			"Send {\"people\": [ids]} or {\"people\": \"completed\"}.");
		return;
	}
	r = completion_read(store, request->site, request->object, 0, &issuing.list);
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	issuing.issued = json_array();
	issuing.left_out = json_array();
	issue_all(&issuing, people);
	answer_issued(&issuing, json_is_array(people));
	json_decref(issuing.issued);
	json_decref(issuing.left_out);
	completion_finish(&issuing.list);
}

void api_certificate(struct store *store, struct request *request)
{
	struct certificate certificate;
	int r = certificate_get(store, request->site, request->object, &certificate);

	if (r < 0)
		request_fail(request, r);
	else
		request_json(request, 200, object_certificate(&certificate));
}

/* {"why": "..."}. */
void api_certificate_revoke(struct store *store, struct request *request)
{
	const char *why;
	int r;

	if (json_unpack_ex(request->body, NULL, JSON_STRICT, "{s:s}", "why", &why) < 0 ||
		!text_is_line(why, CERTIFICATE_WHY)) {
		request_error(request, 400, "bad_request", "Send why: 1 to 255 bytes of one line.");
		return;
	}
	r = certificate_revoke(store, request->site, request->object, why, clock_wall_ms());
	if (r == -EALREADY) {
		request_error(request, 409, "revoked", "It was revoked before.");
		return;
	}
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	request_audit(request, "revoke", json_pack("{s:s}", "why", why));
	api_certificate(store, request);
}

/* Only PNG goes onto paper. NULL: there is none. To be freed. */
static unsigned char *read_logo(
	const struct request *request, const struct site *site, size_t *ret_len)
{
	static const char png[] = "image/png ";
	char path[LECTERN_MAX_PATH + 128], id[ID_TEXT];
	unsigned char *bytes;
	ssize_t len;
	int fd;

	if (strncmp(site->logo, png, sizeof(png) - 1) != 0)
		return NULL;
	snprintf(path, sizeof(path), "%s/sites/%s/logo-%s", request->server->config->data,
		id_text(site->id, id), site->logo + sizeof(png) - 1);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return NULL;
	bytes = malloc(LOGO_MOST);
	len = bytes ? read(fd, bytes, LOGO_MOST) : -1;
	close(fd);
	if (len > 0) {
		*ret_len = (size_t)len;
		return bytes;
	}
	free(bytes);
	return NULL;
}

static void answer_pdf(
	struct request *request, const struct certificate *certificate, const struct site *site)
{
	char url[LECTERN_MAX_URL], verify[LECTERN_MAX_URL + 64], *pdf;
	struct paper_certificate paper = {
		.language = certificate->language,
		.person = certificate->person_name,
		.course = certificate->course_title,
		.site = certificate->site_name,
		.colour = site->colour,
		.number = certificate->number,
		.verify_url = verify,
		.issued_by = certificate->issued_by_name,
		.issued_ms = certificate->issued_at,
		.time_zone = site->time_zone,
		.minutes = certificate->minutes,
		.percent = certificate->percent,
	};
	unsigned char *logo = read_logo(request, site, &paper.logo_len);
	size_t len;
	int r;

	snprintf(verify, sizeof(verify), "%s/verify/%s",
		lectern_config_url(request->server->config, url), certificate->number);
	paper.logo = logo;
	r = paper_certificate(&paper, &pdf, &len);
	free(logo);
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	request_bytes(request, "application/pdf", pdf, len);
	snprintf(request->answer.disposition, sizeof(request->answer.disposition),
		"inline; filename=\"certificate-%s.pdf\"", certificate->number);
}

void api_certificate_pdf(struct store *store, struct request *request)
{
	struct certificate certificate;
	struct site site;
	int r = certificate_get(store, request->site, request->object, &certificate);

	if (r == 0)
		r = site_get(store, certificate.site, &site);
	if (r < 0)
		request_fail(request, r);
	else if (certificate.revoked_at != 0)
		request_error(request, 410, "revoked", "This certificate was revoked.");
	else
		answer_pdf(request, &certificate, &site);
}

bool api_verify_admit(struct request *request)
{
	return request_may_try(request, THROTTLE_VERIFY, NULL);
}

/* For anybody who holds a number in their hands. */
void api_verify(struct store *store, struct request *request)
{
	char number[CERTIFICATE_NUMBER];
	struct certificate it;
	int r = certificate_number_parse(request->params.values[request->params.count - 1], number);

	if (r == 0)
		r = certificate_find(store, number, &it);
	if (r == -EINVAL || r == -ENOENT)
		request_json(request, 200,
			json_pack("{s:s, s:b}", "status", "unknown", "mistyped", r == -EINVAL));
	else if (r < 0)
		request_fail(request, r);
	else
		request_json(request, 200,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "status",
				it.revoked_at ? "revoked" : "valid", "number", it.number, "name",
				it.person_name, "course", it.course_title, "site", it.site_name,
				"issued_at", (json_int_t)it.issued_at, "revoked_at",
				(json_int_t)it.revoked_at));
}

/* Only looking for numbers counts, not looking at them. */
void api_verified(struct request *request)
{
	const char *status = json_string_value(json_object_get(request->answer.json, "status"));

	if (status && strcmp(status, "unknown") == 0)
		request_was_wrong(request, THROTTLE_VERIFY);
}
