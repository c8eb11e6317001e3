/* SPDX-License-Identifier: MIT */
/*
 * Every cell of role x action x object, over HTTP against a real server: what access.def says is what
 * happens. The cells are made from the table of routes, so that a new route is tried without being
 * named here, or fails for want of a way to ask it.
 *
 * For each route and each kind of person a fresh object is made in site a; expected is 404 who may not see it,
 * 403 who may see but not do it, and neither else. What was refused has committed nothing. Then
 * an administrator of another site tries ids of site a in every place where an id can stand.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "academy/access.h"
#include "academy/site.h"
#include "base/clock.h"
#include "signaling/api/table.h"
#include "signaling/work.h"
#include "tests/unit/academy/matrix_bodies.h"
#include "tests/unit/academy/matrix_people.h"
#include "tests/unit/academy/serve.h"

#define JSON "Content-Type: application/json\r\n"
struct fixture {
	struct serve *serve;
	int64_t sites[PLACES], ids[PEOPLE];
	struct visitor visitors[PEOPLE];
	unsigned next;
	enum who asking;
	/* of the object that was made last, and what belongs to it */
	int64_t course, session;
};

static int64_t run(struct fixture *f, const char *sql, int64_t a, int64_t b, int64_t c)
{
	struct store *store = f->serve->store;
	int64_t id = id_new();
	int r = store_run(store, sql, V_INT(id), V_INT(a), V_INT(b), V_INT(c));

	if (r < 0)
		fail_msg("%d: %s", r, sql);
	return id;
}

static void sign_in(struct fixture *f, enum who who)
{
	struct visitor *visitor = &f->visitors[who];
	char token[SIGNIN_TOKEN], hash[SIGNIN_HASH], path[64];
	struct reply reply;

	signin_secret(token, hash);
	assert_int_equal(signin_link_add(f->serve->store, f->sites[people[who].place], f->ids[who],
				 hash, clock_wall_ms() + 60000, 1),
		0);
	snprintf(path, sizeof(path), "/signin/%s", token);
	reply = serve_ask(f->serve, NULL, "GET", path, "", NULL);
	assert_int_equal(reply.status, 303);
	assert_int_equal(sscanf(reply_header(&reply, "set-cookie"), "lectern=%43[A-Za-z0-9_-];",
				 visitor->cookie),
		1);
	assert_int_equal(sscanf(reply_header(&reply, "location"), "/u/%u/", &visitor->person.n), 1);
	reply_free(&reply);
}

static int64_t add_person(struct fixture *f, enum place place, unsigned role)
{
	char email[64];
	struct person_params params = {email, "Somebody", "en", role};
	int64_t id;

	snprintf(email, sizeof(email), "p%u@matrix.example", f->next++);
	assert_int_equal(person_add(f->serve->store, f->sites[place], &params, &id), 0);
	return id;
}

static unsigned role_bit(const char *name)
{
	static const char *const names[] = {
		"coordinator", "instructor", "trainee", "admin", "guest"};
	static const unsigned bits[] = {
		ROLE_COORDINATOR, ROLE_INSTRUCTOR, ROLE_TRAINEE, ROLE_ADMIN, ROLE_GUEST};

	for (size_t i = 0; i < COUNT(names); i++)
		if (strcmp(names[i], name) == 0)
			return bits[i];
	abort();
}

static void add_people(struct fixture *f)
{
	struct store *store = f->serve->store;

	for (enum who who = STRANGER; who < PEOPLE; who++) {
		f->ids[who] = add_person(f, people[who].place, role_bit(people[who].role));
		if (who == GUEST)
			store_run(store, "UPDATE person SET kind = 'guest' WHERE id = $1",
				V_INT(f->ids[who]));
		sign_in(f, who);
	}
	/* They keep their sign-ins and the rows of their roles: nothing but this may keep them out. */
	store_run(
		store, "UPDATE site_person SET left_at = 1 WHERE person = $1", V_INT(f->ids[LEFT]));
	store_run(store, "UPDATE person SET locked_at = 1 WHERE id = $1", V_INT(f->ids[LOCKED]));
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct site_params site = {0, "matrix-network", "Network", "UTC", "en"};
	void *serve;

	assert_int_equal(serve_setup(&serve), 0);
	f->serve = serve;
	f->sites[A] = f->serve->a.site;
	f->sites[B] = f->serve->b.site;
	assert_int_equal(site_add(f->serve->store, &site, &f->sites[NETWORK]), 0);
	site.slug = "matrix-shared";
	site.parent = f->sites[NETWORK];
	assert_int_equal(site_add(f->serve->store, &site, &f->sites[SHARED]), 0);
	store_run(f->serve->store, "UPDATE site SET parent = $1 WHERE id = $2",
		V_INT(f->sites[NETWORK]), V_INT(f->sites[A]));
	add_people(f);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	void *serve = f->serve;
	int r = serve_teardown(&serve);

	free(f);
	return r;
}

/* In `place`: taught by the teacher, with the trainees of both kinds, where that can be. */
static int64_t make_course(struct fixture *f, enum place place)
{
	const int64_t site = f->sites[place];
	struct store *store = f->serve->store;
	int64_t id = run(f,
		"INSERT INTO course (site, id, title, colour) VALUES ($2, $1, 'C', '#0b5a69')"
		" ON CONFLICT (site, id) DO NOTHING RETURNING $3, $4",
		site, 0, 0);

	if (place != A)
		return id;
	store_run(store, "INSERT INTO course_instructor (site, course, person) VALUES ($1, $2, $3)",
		V_INT(site), V_INT(id), V_INT(f->ids[TEACHER]));
	store_run(store, "INSERT INTO enrolment (site, course, person) VALUES ($1, $2, $3)",
		V_INT(site), V_INT(id), V_INT(f->ids[TRAINEE]));
	store_run(store,
		"INSERT INTO course_share (site, course, with_site, at) VALUES ($1, $2, $3, 1)",
		V_INT(site), V_INT(id), V_INT(f->sites[SHARED]));
	assert_int_equal(store_run(store,
				 "INSERT INTO shared_enrolment (site, course, with_site, person)"
				 " VALUES ($1, $2, $3, $4)",
				 V_INT(site), V_INT(id), V_INT(f->sites[SHARED]),
				 V_INT(f->ids[SHARED_TRAINEE])),
		1);
	return id;
}

static int64_t make_guest_link(struct fixture *f, int64_t site, int64_t session)
{
	char hash[SIGNIN_HASH], secret[SIGNIN_TOKEN];
	int64_t id = id_new();

	signin_secret(secret, hash);
	assert_int_equal(store_run(f->serve->store,
				 "INSERT INTO guest_link (site, id, session, hash, label, max_uses,"
				 " created_by, created_at, expires_at)"
				 " VALUES ($1, $2, $3, $4, 'L', 5, 1, 1, 4000000000000)",
				 V_INT(site), V_INT(id), V_INT(session), V_TEXT(hash)),
		1);
	return id;
}

static int64_t make_session(struct fixture *f, enum place place)
{
	const int64_t site = f->sites[place], course = make_course(f, place);
	int64_t id = run(f,
		"INSERT INTO session (site, id, course, title, starts_at, length_min, time_zone, "
		"policy)"
		" VALUES ($2, $1, $3, 'S', 1800000000000 + $4, 30, 'UTC', 'never')",
		site, course, 0);

	f->course = course;
	if (place == A)
		store_run(f->serve->store,
			"INSERT INTO session_guest (site, session, person, link)"
			" VALUES ($1, $2, $3, $4)",
			V_INT(site), V_INT(id), V_INT(f->ids[GUEST]),
			V_INT(make_guest_link(f, site, id)));
	return id;
}

static int64_t make_token(struct fixture *f, enum place place)
{
	char hash[SIGNIN_HASH], secret[SIGNIN_TOKEN];
	int64_t id = id_new();

	signin_secret(secret, hash);
	assert_int_equal(store_run(f->serve->store,
				 "INSERT INTO api_token (site, id, person, hash, name, scopes,"
				 " created_at, expires_at)"
				 " VALUES ($1, $2, $3, $4, 'T', 'read', 1, 4000000000000)",
				 V_INT(f->sites[place]), V_INT(id),
				 V_INT(f->ids[place == A ? TEACHER : OUTSIDER]), V_TEXT(hash)),
		1);
	return id;
}

static int64_t make_named(struct fixture *f, enum place place, const char *sql)
{
	char name[32];
	int64_t id = id_new();

	snprintf(name, sizeof(name), "n%u", f->next++);
	assert_int_equal(
		store_run(f->serve->store, sql, V_INT(f->sites[place]), V_INT(id), V_TEXT(name)),
		1);
	return id;
}

static int64_t make_it(struct fixture *f, enum access_kind kind, enum place place)
{
	const int64_t site = f->sites[place];

	switch (kind) {
	case KIND_SITE:
		return site;
	case KIND_PERSON:
		return add_person(f, place, ROLE_TRAINEE);
	case KIND_COURSE:
		return make_course(f, place);
	case KIND_SESSION:
		return make_session(f, place);
	case KIND_GUEST_LINK:
		return make_guest_link(f, site, make_session(f, place));
	case KIND_TOKEN:
		return make_token(f, place);
	case KIND_RECORDING:
		return run(f,
			"INSERT INTO recording (site, id, session, folder, state, started_at)"
			" VALUES ($2, $1, $3, 'matrix/' || $1, 'ready', $4)",
			site, make_session(f, place), 1);
	case KIND_CERTIFICATE:
		return run(f,
			"INSERT INTO certificate (site, id, course, person, number, issued_at,"
			" issued_by, person_name, course_title, site_name, language, minutes, "
			"percent)"
			" VALUES ($2, $1, $3, $4, 'M' || $1, 1, 1, 'P', 'C', 'S', 'en', 1, 1)",
			site, make_course(f, place), f->ids[TRAINEE]);
	case KIND_SERIES:
		return run(f,
			"INSERT INTO series (site, id, course, title, local_start, time_zone,"
			" length_min, rrule, uid) VALUES ($2, $1, $3, 'R', '2030-01-01T09:00', "
			"'UTC',"
			" 30 + $4, 'FREQ=DAILY;COUNT=2', 'u' || $1)",
			site, make_course(f, place), 0);
	case KIND_BLACKOUT:
		return make_named(f, place,
			"INSERT INTO blackout (site, id, name, first_day, last_day)"
			" VALUES ($1, $2, $3, '2030-01-01', '2030-01-02')");
	case KIND_GROUP:
		return make_named(
			f, place, "INSERT INTO people_group (site, id, name) VALUES ($1, $2, $3)");
	case KIND_VENUE:
		return make_named(
			f, place, "INSERT INTO venue (site, id, name) VALUES ($1, $2, $3)");
	case KIND_DELIVERY:
		return run(f,
			"INSERT INTO delivery (id, site, kind, target, event, body, created_at, "
			"due_at,"
			" until_at) VALUES ($1, $2, 'mail', 'x@x.example', 'e', '{}', $4, $3, $3)",
			f->sites[place], clock_wall_ms() + 600000, clock_wall_ms());
	case KIND_WEBHOOK:
		return make_named(f, place,
			"INSERT INTO webhook (site, id, url, secret, events, created_by, "
			"created_at)"
			" VALUES ($1, $2, 'https://hook.example/' || $3, '', '', 1, 1)");
	default:
		return 0;
	}
}

static int64_t make(struct fixture *f, enum access_kind kind, enum place place)
{
	int64_t id;

	assert_int_equal(store_begin(f->serve->store), 0);
	id = make_it(f, kind, place);
	assert_int_equal(store_commit(f->serve->store), 0);
	return id;
}

static enum access_kind kind_called(const char *word)
{
	for (enum access_kind kind = 0; kind < ACCESS_KINDS; kind++)
		if (strcmp(access_kind_name(kind), word) == 0)
			return kind;
	return strcmp(word, "instructor") == 0 || strcmp(word, "trainee") == 0 ? KIND_PERSON
									       : KIND_NOTHING;
}

/* What an id stands for in an address: "/courses/<id>" is one of a course. */
static enum access_kind kind_in_path(const char *word, size_t len)
{
	static const struct {
		const char *word;
		enum access_kind kind;
	} words[] = {{"blackouts", KIND_BLACKOUT}, {"certificates", KIND_CERTIFICATE},
		{"courses", KIND_COURSE}, {"deliveries", KIND_DELIVERY}, {"groups", KIND_GROUP},
		{"guests", KIND_GUEST_LINK}, {"people", KIND_PERSON},
		{"recordings", KIND_RECORDING}, {"series", KIND_SERIES}, {"sessions", KIND_SESSION},
		{"shares", KIND_SITE}, {"sites", KIND_SITE}, {"tokens", KIND_TOKEN},
		{"venues", KIND_VENUE}, {"webhooks", KIND_WEBHOOK}};

	for (size_t i = 0; i < COUNT(words); i++)
		if (strlen(words[i].word) == len && memcmp(words[i].word, word, len) == 0)
			return words[i].kind;
	return KIND_NOTHING;
}

static const char *method_name(enum method method)
{
	static const char *const names[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

	return names[method];
}

/* Of the course, or, for one who has none in site a, of another there. */
static int64_t make_material(struct fixture *f, int64_t course, enum place place)
{
	if (f->asking == OUTSIDER)
		course = make(f, KIND_COURSE, place);
	return run(f,
		"INSERT INTO material (site, id, course, name, type, bytes, hash, position,"
		" added_by, added_at) VALUES ($2, $1, $3, 'M', 'application/pdf', 1, '', 0, $4, 1)",
		f->sites[place], course, f->ids[TEACHER]);
}

/* A second id: what belongs to `first`, and whoever asks may do it to. */
static int64_t make_second(
	struct fixture *f, enum access_kind kind, int64_t first, enum place place, const char *word)
{
	if (kind == KIND_NOTHING)
		return strncmp(word, "materials", 9) == 0 ? make_material(f, first, place) : 0;
	if (kind == KIND_SITE && place == A)
		return f->sites[f->asking == OUTSIDER ? A : SHARED];
	/* Partners deal with people of their own. */
	if (kind == KIND_PERSON && place == A && f->asking == PARTNER)
		place = SHARED;
	return make(f, kind, place);
}

/*
 * The address: `first` for the first id, fresh ones for the others, in `other`. False: it has an
 * id of which this test does not know what it is.
 */
static bool fill_path(struct fixture *f, const struct route *route, int64_t first, enum place other,
	char *out, size_t room)
{
	const char *at = route->pattern;
	size_t len = (size_t)snprintf(out, room, "/api/v1");
	bool is_first = !route->in_body;

	while (*at == '/') {
		const char *word = at + 1;
		size_t word_len = strcspn(word, "/");
		char id[ID_TEXT];

		len += (size_t)snprintf(out + len, room - len, "/%.*s", (int)word_len, word);
		at = word + word_len;
		if (*at != '/' || at[1] != '<')
			continue;
		word = strchr(at, '>') + 1;
		if (!is_first) {
			const enum access_kind kind = kind_in_path(at - word_len, word_len);

			first = make_second(f, kind, first, other, at - word_len);
			if (first == 0)
				return false;
		}
		is_first = false;
		word_len = strcspn(word, "/");
		len += (size_t)snprintf(
			out + len, room - len, "/%s%.*s", id_text(first, id), (int)word_len, word);
		at = word + word_len;
	}
	snprintf(out + len, room - len, "%s", route->upload ? "?name=a.pdf" : "");
	return true;
}

/* Fills <word>s with ids of fresh objects in `place`, but the object itself with `object`. */
static void fill_body(struct fixture *f, const struct route *route, const char *template,
	int64_t object, enum place place, char *out, size_t room)
{
	size_t len = 0;

	while (*template != '\0') {
		size_t plain = strcspn(template, "<");
		char word[32], id[ID_TEXT];

		len += (size_t)snprintf(out + len, room - len, "%.*s", (int)plain, template);
		template += plain;
		if (*template == '\0')
			break;
		snprintf(word, sizeof(word), "%.*s", (int)strcspn(template + 1, ">"), template + 1);
		template = strchr(template, '>') + 1;
		if (strcmp(word, "new") == 0)
			snprintf(id, sizeof(id), "%u", f->next++);
		else if (strcmp(word, "here") == 0 ||
			 (route->in_body && strcmp(word, route->in_body) == 0))
			id_text(object, id);
		else if (strcmp(word, "site") == 0)
			id_text(f->sites[SHARED], id);
		else
			id_text(make(f, kind_called(word), place), id);
		len += (size_t)snprintf(out + len, room - len, "%s", id);
	}
}

static const char *find_body(const struct route *route)
{
	if (route->method == METHOD_GET || route->method == METHOD_DELETE)
		return NULL;
	for (size_t i = 0; i < COUNT(bodies); i++)
		if (bodies[i].method == route->method &&
			strcmp(bodies[i].pattern, route->pattern) == 0)
			return bodies[i].body;
	fail_msg("%s %s: write a body for it, in bodies[]", method_name(route->method),
		route->pattern);
	return NULL;
}

static unsigned roles_of(enum who who, enum access_kind kind, bool self)
{
	unsigned roles = ACCESS_ANYONE;

	switch (kind) {
	case KIND_ME:
		return roles | ACCESS_SELF | people[who].here;
	case KIND_HERE:
		return roles | people[who].here;
	case KIND_SESSION:
	case KIND_RECORDING:
	case KIND_GUEST_LINK:
		roles |= people[who].in_session;
		/* fall through */
	case KIND_COURSE:
	case KIND_SERIES:
	case KIND_CERTIFICATE:
		roles |= people[who].in_course;
		/* fall through */
	default:
		roles |= people[who].there;
	}
	return self ? roles | ACCESS_SELF : roles;
}

static enum access_right sees(enum access_kind kind)
{
	for (enum access_right right = 1; right < ACCESS_RIGHTS; right++)
		if (access_rows[right].found_by == kind &&
			strcmp(access_rows[right].action, "SEE") == 0 && kind != KIND_ME)
			return right;
	return ACCESS_UNSET;
}

/* 401, 403, 404, or 0 for none of them. */
static int expected(enum who who, const struct route *route, bool self)
{
	const enum access_kind kind = access_rows[route->right].found_by;
	unsigned roles;

	if (who == NOBODY)
		return 401;
	/* Of a person who is not in the site where one is, there is nothing. */
	if (who == LOCKED || (kind == KIND_PERSON && people[who].place != A))
		return 404;
	roles = roles_of(who, kind, self);
	if (sees(kind) != ACCESS_UNSET && !access_allows(roles, sees(kind)))
		return 404;
	return access_allows(roles, route->right) ? 0 : 403;
}

static bool is_self(enum who who, enum access_kind kind)
{
	return (kind == KIND_CERTIFICATE && who == TRAINEE) ||
	       (kind == KIND_TOKEN && who == TEACHER);
}

/* Changes with each commit of the server. */
static int64_t commits(struct fixture *f)
{
	struct rows rows = store_select(f->serve->store, "PRAGMA data_version");
	int64_t version = rows_next(&rows) ? row_int(&rows, 0) : -1;

	assert_int_equal(rows_close(&rows), 0);
	return version;
}

static int ask(struct fixture *f, enum who who, const struct route *route, int64_t object,
	enum place others)
{
	const char *template = find_body(route);
	char path[256], body[1024] = "";

	f->asking = who;
	if (!fill_path(f, route, object, others, path, sizeof(path)))
		fail_msg("%s: say what its ids are of, in kind_in_path()", route->pattern);
	if (template)
		fill_body(f, route, template, object, others, body, sizeof(body));
	return serve_status(f->serve, who == NOBODY ? NULL : &f->visitors[who],
		method_name(route->method), path, JSON, template ? body : NULL);
}

static int64_t object_for(struct fixture *f, enum who who, enum access_kind kind, enum place place)
{
	return kind == KIND_HERE || kind == KIND_ME ? f->sites[people[who].place]
						    : make(f, kind, place);
}

/* What was found but is not there in a file: a logo, slides, a recording of nothing. */
static bool may_lack_file(const struct route *route)
{
	return route->method == METHOD_GET &&
	       (strstr(route->pattern, "/logo") || strstr(route->pattern, "/materials/<"));
}

/* What is one's own to do, and takes a code or a sign-in that one has. */
static bool may_lack_secret(const struct route *route, int status)
{
	if (status == 404)
		return strcmp(route->pattern, "/me/signins/<signin>") == 0;
	return status == 403 && (strcmp(route->pattern, "/me/recovery") == 0 ||
					strncmp(route->pattern, "/me/totp/", 9) == 0);
}

static void try_cell(struct fixture *f, enum who who, const struct route *route)
{
	const enum access_kind kind = access_rows[route->right].found_by;
	const int wanted = expected(who, route, is_self(who, kind));
	const int64_t object = object_for(f, who, kind, A);
	const int64_t before = commits(f);
	const int status = ask(f, who, route, object, A);
	const bool wrote = commits(f) != before;

	/* Requests of people about themselves may end their sign-in. */
	if (kind == KIND_ME && route->method != METHOD_GET && who != NOBODY && who != LOCKED)
		sign_in(f, who);
	if (wanted == 0 && (status < 300 || (status == 404 && may_lack_file(route)) ||
				   may_lack_secret(route, status)))
		return;
	if (wanted != 0 && status == wanted && !wrote)
		return;
	if (wanted != 0 && status == wanted)
		fail_msg("%s %s as %s: refused, and yet something was written",
			method_name(route->method), route->pattern, people[who].name);
	fail_msg("%s %s as %s: %d, not %d", method_name(route->method), route->pattern,
		who == NOBODY ? "nobody" : people[who].name, status, wanted);
}

static void every_cell_is_as_the_table_says(void **state)
{
	struct fixture *f = *state;

	for (const struct route *route = api_routes; route->pattern; route++) {
		if (route->right == ACCESS_PUBLIC_USE)
			continue;
		for (enum who who = NOBODY; who < PEOPLE; who++) {
			/* Their sign-ins went with them. */
			if (who == LEFT && access_rows[route->right].found_by == KIND_ME)
				continue;
			try_cell(f, who, route);
		}
	}
}

/* The administrator of b, with an object of b before and ids of a behind, in path and body. */
static void ids_of_another_site_are_ids_of_nothing(void **state)
{
	struct fixture *f = *state;

	for (const struct route *route = api_routes; route->pattern; route++) {
		const enum access_kind kind = access_rows[route->right].found_by;
		const char *body = route->right == ACCESS_PUBLIC_USE ? NULL : find_body(route);
		bool more = body && strchr(body, '<') && !strstr(body, "<new>");
		int64_t object, before;
		int status;

		if (strchr(route->pattern, '<'))
			more |= strchr(strchr(route->pattern, '<') + 1, '<') != NULL;
		if (route->right == ACCESS_PUBLIC_USE || !more)
			continue;
		if (route->in_body && !strchr(strchr(body, '<') + 1, '<'))
			continue; /* the only id is the object's: a cell of the outsider above */
		object = object_for(f, OUTSIDER, kind, B);
		before = commits(f);
		status = ask(f, OUTSIDER, route, object, A);
		if ((status != 404 && status != 400) || commits(f) != before)
			fail_msg("%s %s with ids of another site: %d", method_name(route->method),
				route->pattern, status);
	}
}

/* Each kind that a right is found by can be made, and each right that a route names is a row. */
static void every_kind_can_be_made(void **state)
{
	struct fixture *f = *state;

	for (enum access_kind kind = KIND_ME + 1; kind < ACCESS_KINDS; kind++) {
		struct access access;
		const struct access_who who = {f->sites[A], f->ids[COORDINATOR]};
		int64_t id = make(f, kind, A);

		if (id == 0)
			fail_msg("say how a %s is made, in make()", access_kind_name(kind));
		assert_int_equal(access_find(f->serve->store, kind, &who, id, &access), 0);
		assert_true(access.site == f->sites[A]);
	}
}

/* The table below the routes: every right and every kind of person, without HTTP. */
static void every_right_is_as_the_table_says(void **state)
{
	struct fixture *f = *state;

	for (enum access_right right = ACCESS_UNSET + 1; right < ACCESS_RIGHTS; right++) {
		const struct route route = {.right = right};
		const enum access_kind kind = access_rows[right].found_by;

		if (right == ACCESS_PUBLIC_USE)
			continue;
		for (enum who who = STRANGER; who < PEOPLE; who++) {
			const struct access_who asks = {f->sites[people[who].place], f->ids[who]};
			const int64_t object = object_for(f, who, kind, A);
			struct access access;
			int r = access_check(f->serve->store, right, &asks, object, &access);
			int wanted = expected(who, &route, is_self(who, kind));

			if (r != (wanted == 404 ? -ENOENT : wanted == 403 ? -EACCES : 0))
				fail_msg("%s %s as %s: %d, not %d", access_rows[right].object,
					access_rows[right].action, people[who].name, r, wanted);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_can_be_made),
		cmocka_unit_test(every_right_is_as_the_table_says),
		cmocka_unit_test(every_cell_is_as_the_table_says),
		cmocka_unit_test(ids_of_another_site_are_ids_of_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
