/* SPDX-License-Identifier: MIT */
/* /me/feeds: the addresses of a person's calendars; /feeds/<token>.ics: what they give. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "academy/feed.h"
#include "base/clock.h"
#include "signaling/api/objects.h"
#include "signaling/api/table.h"
#include "signaling/request.h"
#include "store/id.h"

struct listing {
	const char *url;
	json_t *list;
	int error;
};

static json_t *feed_json(const struct feed *feed, const char *url)
{
	char id[ID_TEXT], course[ID_TEXT], address[512];

	snprintf(address, sizeof(address), "%s/api/v1/feeds/%s.ics", url, feed->token);
	return json_pack("{s:s, s:s?, s:s, s:I}", "id", id_text(feed->id, id), "course",
		feed->course ? id_text(feed->course, course) : NULL, "url", address, "created_at",
		(json_int_t)feed->created_at);
}

static void add_feed(const struct feed *feed, void *arg)
{
	struct listing *listing = arg;

	object_append(listing->list, feed_json(feed, listing->url), &listing->error);
}

void api_feeds(struct store *store, struct request *request)
{
	struct listing listing = {.list = json_array()};
	char url[LECTERN_MAX_URL];
	int r;

	listing.url = lectern_config_url(request->server->config, url);
	r = feed_each(store, request->server->vault, request->who.person.id, add_feed, &listing);
	if (r == 0)
		r = listing.error;
	if (r == 0)
		request_json(request, 200, json_pack("{s:O}", "feeds", listing.list));
	else
		request_fail(request, r);
	json_decref(listing.list);
}

void api_feed_create(struct store *store, struct request *request)
{
	const char *course = json_string_value(json_object_get(request->body, "course"));
	char url[LECTERN_MAX_URL];
	struct feed feed;
	int64_t id = 0;
	int r;

	if (course && (id_parse(course, &id) < 0 || id == 0)) {
		request_error(request, 400, "bad_request", "The course is not an id.");
		return;
	}
	if (id != 0 && !request_turn_to(request, ACCESS_COURSE_SEE, id))
		return;
	r = feed_add(
		store, request->server->vault, request->who.person.id, id, clock_wall_ms(), &feed);
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	request_audit_of(request, "create", KIND_ME, request->who.person.id,
		request->who.person.site, json_pack("{s:s}", "what", "feed"));
	request_json(
		request, 201, feed_json(&feed, lectern_config_url(request->server->config, url)));
}

/* The address is worth nothing from now on; a new feed has another. Again is no error. */
void api_feed_delete(struct store *store, struct request *request)
{
	int r = feed_remove(store, request->who.person.id, request_id_at(request, 0));

	if (r < 0 && r != -ENOENT)
		request_fail(request, r);
	else
		request_empty(request, 204);
}

bool api_feed_admit(struct request *request)
{
	return request_may_try(request, THROTTLE_LINK, NULL);
}

/* Calendar programs ask every few minutes; most answers are that nothing changed. */
static void answer_feed(struct request *request, const char *text)
{
	unsigned char sum[15];
	char etag[sizeof(request->answer.etag)] = "\"";

	crypto_generichash(sum, sizeof(sum), (const unsigned char *)text, strlen(text), NULL, 0);
	sodium_bin2base64(etag + 1, sizeof(etag) - 2, sum, sizeof(sum),
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	memcpy(etag + strlen(etag), "\"", 2);
	if (url_matches(request->if_none_match, etag))
		request_empty(request, 304);
	else
		request_text(request, 200, "text/calendar; charset=utf-8", text);
	memcpy(request->answer.etag, etag, sizeof(etag));
	request->answer.cache = "private, max-age=300";
}

void api_feed(struct store *store, struct request *request)
{
	char hash[SIGNIN_HASH], url[LECTERN_MAX_URL], *text;
	int r;

	signin_hash(request->params.values[0], hash);
	r = feed_write(store, hash, lectern_config_url(request->server->config, url),
		clock_wall_ms(), &text);
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	answer_feed(request, text);
	free(text);
}

void api_feed_finish(struct request *request)
{
	if (request->answer.status == 404)
		request_was_wrong(request, THROTTLE_LINK);
}
