/* SPDX-License-Identifier: MIT */
#include "academy/stream.h"

#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "academy/course.h"
#include "academy/site.h"
#include "store/store.h"

enum { ROOM_LENGTH_MIN = 60 };

/* After that the room of an expired token is as unknown as one that never was. */
#define FORGET_MS (30LL * 24 * 3600 * 1000)

static const char *const directions[STREAM_DIRECTIONS] = {"publish", "watch"};

/* What the people of a site read of streams, in its language. */
static const struct words {
	const char *language, *names[STREAM_DIRECTIONS], *title, *course;
} all_words[] = {
	{"en", {"External source", "Player"}, "Live stream", "Streams"},
	{"es", {"Fuente externa", "Reproductor"}, "Transmisión en directo", "Transmisiones"},
	{"fr", {"Source externe", "Lecteur"}, "Diffusion en direct", "Diffusions"},
	{"nl", {"Externe bron", "Speler"}, "Livestream", "Streams"},
};

static int find_words(struct store *store, int64_t site, const struct words **ret_words)
{
	struct rows rows =
		store_select(store, "SELECT language FROM site WHERE id = $1", V_INT(site));
	const struct words *found = NULL;
	int r;

	if (rows_next(&rows)) {
		found = &all_words[0];
		for (size_t i = 0; i < sizeof(all_words) / sizeof(all_words[0]); i++)
			if (strcmp(all_words[i].language, row_text(&rows, 0)) == 0)
				found = &all_words[i];
	}
	r = rows_close(&rows);
	if (r == 0 && !found)
		r = -ENOENT;
	if (r == 0)
		*ret_words = found;
	return r;
}

int stream_token_add(struct store *store, const struct stream_params *params, int64_t now_ms,
	char token[SIGNIN_TOKEN])
{
	char secret[SIGNIN_TOKEN], hash[SIGNIN_HASH];
	const struct words *words;
	int r = find_words(store, params->site, &words);

	if (r < 0)
		return r;
	r = store_run(store, "DELETE FROM stream_token WHERE expires_at <= $1",
		V_INT(now_ms - FORGET_MS));
	if (r < 0)
		return r;
	signin_secret(secret, hash);
	r = store_run(store,
		"INSERT INTO stream_token (hash, site, session, direction, name, created_at, "
		"expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		V_TEXT(hash), V_INT(params->site), V_INT(params->session),
		V_TEXT(directions[params->direction]),
		V_TEXT(params->name ? params->name : words->names[params->direction]),
		V_INT(now_ms), V_INT(params->expires_at));
	if (r < 0)
		return r == -EEXIST ? -ENOENT : r;
	memcpy(token, secret, sizeof(secret));
	return 0;
}

static int check_room(struct store *store, int64_t room)
{
	struct rows rows = store_select(
		store, "SELECT 1 FROM stream_token WHERE session = $1 LIMIT 1", V_INT(room));
	bool found = rows_next(&rows);
	int r = rows_close(&rows);

	return r == 0 && !found ? -ENOENT : r;
}

int stream_token_check(struct store *store, int64_t room, enum stream_direction direction,
	const char *hash, int64_t now_ms, struct stream_grant *ret_grant)
{
	struct stream_grant grant = {0};
	bool good = false;
	int r = check_room(store, room);
	struct rows rows;

	if (r < 0)
		return r;
	rows = store_select(store,
		"SELECT site, session, name, hash FROM stream_token"
		" WHERE hash = $1 AND session = $2 AND direction = $3 AND expires_at > $4",
		V_TEXT(hash), V_INT(room), V_TEXT(directions[direction]), V_INT(now_ms));
	if (rows_next(&rows)) {
		grant.site = row_int(&rows, 0);
		grant.session = row_int(&rows, 1);
		row_copy(&rows, 2, grant.name, sizeof(grant.name));
		/* The index compared what the asker cannot choose, a hash; this says so once more. */
		good = sodium_memcmp(row_text(&rows, 3), hash, SIGNIN_HASH) == 0;
	}
	r = rows_close(&rows);
	if (r == 0 && !good)
		r = -EACCES;
	if (r == 0)
		*ret_grant = grant;
	return r;
}

/* The academy where most people are; of a network, not the office. */
static int find_site(struct store *store, const char *slug, int64_t *ret_site)
{
	static const struct site_params first = {
		.slug = "lectern", .name = "Lectern", .time_zone = "UTC", .language = "en"};
	struct rows rows;
	int64_t site = 0;
	int r;

	if (slug)
		return site_find(store, slug, ret_site);
	rows = store_select(store,
		"SELECT s.id FROM site s LEFT JOIN site_person p ON p.site = s.id"
		" GROUP BY s.id, s.slug ORDER BY count(p.person) DESC, s.slug LIMIT 1");
	if (rows_next(&rows))
		site = row_int(&rows, 0);
	r = rows_close(&rows);
	if (r < 0 || site == 0)
		return r < 0 ? r : site_add(store, &first, ret_site);
	*ret_site = site;
	return 0;
}

struct wanted_course {
	const char *title;
	int64_t id;
};

static void look_at_course(const struct course *course, void *arg)
{
	struct wanted_course *wanted = arg;

	if (strcmp(course->title, wanted->title) == 0)
		wanted->id = course->id;
}

static int find_course(struct store *store, int64_t site, const char *title,
	const struct words *words, int64_t *ret_course)
{
	struct wanted_course wanted = {.title = title ? title : words->course};
	int r = course_each(store, site, look_at_course, &wanted);

	if (r < 0)
		return r;
	if (wanted.id == 0)
		return title ? -ESRCH
			     : course_add(store, site, words->course, "#0b5a69", ret_course);
	*ret_course = wanted.id;
	return 0;
}

static int add_open_session(struct store *store, int64_t site, int64_t course,
	const struct stream_room_params *params, const struct words *words, int64_t now_ms,
	int64_t *ret_session)
{
	struct session_params session = {
		.course = course,
		.title = params->title ? params->title : words->title,
		.starts_at = now_ms,
		.length_min = ROOM_LENGTH_MIN,
		.policy = params->policy,
	};
	int r = session_insert(store, site, &session, ret_session);

	return r < 0 ? r : session_set_state(store, site, *ret_session, SESSION_OPEN, now_ms);
}

static int add_tokens(struct store *store, int64_t site, const struct stream_room_params *params,
	int64_t now_ms, struct stream_room *room)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < STREAM_DIRECTIONS; i++) {
		struct stream_params token = {
			.site = site,
			.session = room->session,
			.direction = i,
			.name = i == STREAM_PUBLISH ? params->teacher : NULL,
			.expires_at = now_ms + params->lifetime_ms,
		};

		r = stream_token_add(store, &token, now_ms, room->tokens[i]);
	}
	return r;
}

int stream_room_add(struct store *store, const struct stream_room_params *params, int64_t now_ms,
	struct stream_room *ret_room)
{
	const struct words *words;
	struct stream_room room;
	int64_t site, course;
	int r = store_begin(store);

	if (r < 0)
		return r;
	r = find_site(store, params->site, &site);
	if (r == 0)
		r = find_words(store, site, &words);
	if (r == 0)
		r = find_course(store, site, params->course, words, &course);
	if (r == 0)
		r = add_open_session(store, site, course, params, words, now_ms, &room.session);
	if (r == 0)
		r = add_tokens(store, site, params, now_ms, &room);
	r = store_finish(store, r);
	if (r == 0)
		*ret_room = room;
	return r;
}
