/* SPDX-License-Identifier: MIT */
/* /venues and /blackouts: where classes are, and days on which there are none. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "academy/calendar.h"
#include "academy/venue.h"
#include "base/text.h"
#include "signaling/api/objects.h"
#include "signaling/api/table.h"
#include "signaling/request.h"
#include "store/id.h"

struct listing {
	json_t *list;
	int64_t site;
	int error;
};

static json_t *venue_json(const struct venue *venue)
{
	char id[ID_TEXT];

	return json_pack("{s:s, s:s, s:i}", "id", id_text(venue->id, id), "name", venue->name,
		"seats", (int)venue->seats);
}

static void add_venue(const struct venue *venue, void *arg)
{
	struct listing *listing = arg;

	object_append(listing->list, venue_json(venue), &listing->error);
}

/* `own`: of the site itself; others are of a site above it, and are changed there. */
static json_t *blackout_json(const struct blackout *blackout, int64_t site)
{
	char id[ID_TEXT];

	return json_pack("{s:s, s:s, s:s, s:s, s:b}", "id", id_text(blackout->id, id), "name",
		blackout->name, "first_day", blackout->first_day, "last_day", blackout->last_day,
		"own", blackout->site == site);
}

static void add_blackout(const struct blackout *blackout, void *arg)
{
	struct listing *listing = arg;

	object_append(listing->list, blackout_json(blackout, listing->site), &listing->error);
}

static void answer_list(
	struct request *request, const char *name, struct listing *listing, int error)
{
	if (error == 0)
		error = listing->error;
	if (error == 0)
		request_json(request, 200, json_pack("{s:O}", name, listing->list));
	else
		request_fail(request, error);
	json_decref(listing->list);
}

/* -EEXIST and -ENOSPC in words. */
static void refuse(struct request *request, int error)
{
	if (error == -EEXIST)
		request_error(request, 409, "taken", "There is one of that name.");
	else if (error == -ENOSPC)
		request_error(request, 409, "full", "A site has 1000 of them at most.");
	else
		request_fail(request, error);
}

void api_venues(struct store *store, struct request *request)
{
	struct listing listing = {.list = json_array()};

	answer_list(
		request, "venues", &listing, venue_each(store, request->site, add_venue, &listing));
}

/* Over what `venue` is. */
static const char *read_venue(const json_t *body, struct venue *venue)
{
	const char *name = venue->name;
	int seats = (int)venue->seats;

	if (json_unpack_ex((json_t *)body, NULL, JSON_STRICT, "{s?s, s?i}", "name", &name, "seats",
		    &seats) < 0)
		return "Send name and seats, and nothing else.";
	if (!text_is_line(name, VENUE_NAME))
		return "A name is 1 to 127 bytes of one line.";
	if (seats < 0 || seats > VENUE_MAX_SEATS)
		return "Seats are 0 to 100000.";
	if (name != venue->name)
		snprintf(venue->name, sizeof(venue->name), "%s", name);
	venue->seats = (unsigned)seats;
	return NULL;
}

static void save_venue(struct store *store, struct request *request, struct venue *venue)
{
	const bool is_new = venue->id == 0;
	const char *wrong = read_venue(request->body, venue);
	int r;

	if (wrong) {
		request_error(request, 400, "bad_request", wrong);
		return;
	}
	r = is_new ? venue_add(store, venue) : venue_set(store, venue);
	if (r < 0) {
		refuse(request, r);
		return;
	}
	request_audit_of(request, is_new ? "create" : "change", KIND_VENUE, venue->id, venue->site,
		json_pack("{s:s, s:i}", "name", venue->name, "seats", (int)venue->seats));
	request_json(request, is_new ? 201 : 200, venue_json(venue));
}

void api_venue_create(struct store *store, struct request *request)
{
	struct venue venue = {.site = request->site};

	save_venue(store, request, &venue);
}

void api_venue_change(struct store *store, struct request *request)
{
	struct venue venue;
	int r = venue_get(store, request->site, request->object, &venue);

	if (r < 0)
		request_fail(request, r);
	else
		save_venue(store, request, &venue);
}

void api_venue_delete(struct store *store, struct request *request)
{
	int r = venue_remove(store, request->site, request->object);

	if (r < 0)
		request_fail(request, r);
	else
		request_empty(request, 204);
}

void api_blackouts(struct store *store, struct request *request)
{
	struct listing listing = {.list = json_array(), .site = request->site};

	answer_list(request, "blackouts", &listing,
		blackout_each(store, request->site, add_blackout, &listing));
}

static const char *read_blackout(const json_t *body, struct blackout *blackout)
{
	const char *name = blackout->name, *first = blackout->first_day, *last = blackout->last_day;
	int64_t from, to;

	if (json_unpack_ex((json_t *)body, NULL, JSON_STRICT, "{s?s, s?s, s?s}", "name", &name,
		    "first_day", &first, "last_day", &last) < 0)
		return "Send name, first_day and last_day, and nothing else.";
	if (!text_is_line(name, VENUE_NAME))
		return "A name is 1 to 127 bytes of one line.";
	if (day_parse(first, &from) < 0 || day_parse(last, &to) < 0 || from > to)
		return "first_day and last_day are days like 2026-12-24, in order.";
	if (name != blackout->name)
		snprintf(blackout->name, sizeof(blackout->name), "%s", name);
	day_text(from, blackout->first_day);
	day_text(to, blackout->last_day);
	return NULL;
}

static void save_blackout(struct store *store, struct request *request, struct blackout *blackout)
{
	const bool is_new = blackout->id == 0;
	const char *wrong = read_blackout(request->body, blackout);
	int r;

	if (wrong) {
		request_error(request, 400, "bad_request", wrong);
		return;
	}
	r = is_new ? blackout_add(store, blackout) : blackout_set(store, blackout);
	if (r < 0) {
		refuse(request, r);
		return;
	}
	request_audit_of(request, is_new ? "create" : "change", KIND_BLACKOUT, blackout->id,
		blackout->site,
		json_pack("{s:s, s:s, s:s}", "name", blackout->name, "first_day",
			blackout->first_day, "last_day", blackout->last_day));
	request_json(request, is_new ? 201 : 200, blackout_json(blackout, blackout->site));
}

void api_blackout_create(struct store *store, struct request *request)
{
	struct blackout blackout = {.site = request->site};

	save_blackout(store, request, &blackout);
}

void api_blackout_change(struct store *store, struct request *request)
{
	struct blackout blackout;
	int r = blackout_get(store, request->site, request->object, &blackout);

	if (r < 0)
		request_fail(request, r);
	else
		save_blackout(store, request, &blackout);
}

void api_blackout_delete(struct store *store, struct request *request)
{
	int r = blackout_remove(store, request->site, request->object);

	if (r < 0)
		request_fail(request, r);
	else
		request_empty(request, 204);
}
