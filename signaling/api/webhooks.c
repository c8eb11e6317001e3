/* SPDX-License-Identifier: MIT */
/*
 * /webhooks: programs that are told what happens in a site; the secret is shown when one is made.
 * /deliveries: what left the server, or waits, or could not be sent, and why.
 */
#include <errno.h>
#include <string.h>

#include "academy/webhook.h"
#include "base/clock.h"
#include "signaling/api/objects.h"
#include "signaling/api/table.h"
#include "signaling/request.h"

static json_t *event_names(unsigned events)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < WEBHOOK_EVENTS; i++)
		if (events & 1U << i)
			json_array_append_new(list, json_string(webhook_event_name(i)));
	return list;
}

static json_t *object_webhook(const struct webhook *webhook)
{
	return json_pack("{s:o, s:s, s:o, s:I, s:I, s:b, s:s}", "id", object_id(webhook->id), "url",
		webhook->url, "events", event_names(webhook->events), "created_at",
		(json_int_t)webhook->created_at, "failing_since",
		(json_int_t)webhook->failing_since, "enabled", webhook->disabled_at == 0, "problem",
		webhook->problem);
}

static json_t *object_delivery(const struct delivery *delivery)
{
	return json_pack("{s:o, s:s, s:s, s:s, s:s, s:s, s:i, s:I, s:I, s:I}", "id",
		object_id(delivery->id), "kind", delivery_kind_name(delivery->kind), "state",
		delivery_state_name(delivery->state), "target", delivery->target, "event",
		delivery->event, "problem", delivery->problem, "tries", (int)delivery->tries,
		"created_at", (json_int_t)delivery->created_at, "due_at",
		(json_int_t)delivery->due_at, "done_at", (json_int_t)delivery->done_at);
}

struct listing {
	json_t *list;
	int64_t last;
	int error;
};

static void add_webhook(const struct webhook *webhook, void *arg)
{
	struct listing *listing = arg;

	object_append(listing->list, object_webhook(webhook), &listing->error);
}

void api_webhooks(struct store *store, struct request *request)
{
	struct listing listing = {.list = json_array()};
	int r = webhook_each(store, request->site, add_webhook, &listing);

	if (r == 0)
		r = listing.error;
	if (r == 0)
		request_json(request, 200, json_pack("{s:O}", "webhooks", listing.list));
	else
		request_fail(request, r);
	json_decref(listing.list);
}

/* False: a word of it is no event, or it has none. */
static bool read_events(const json_t *list, unsigned *ret_events)
{
	enum webhook_event event;
	unsigned events = 0;
	json_t *word;
	size_t i;

	json_array_foreach(list, i, word)
	{
		if (!json_is_string(word) ||
			webhook_event_parse(json_string_value(word), &event) < 0)
			return false;
		events |= 1U << event;
	}
	*ret_events = events;
	return events != 0;
}

static const char bad_url[] = "The url is http:// or https:// with a host, up to 511 characters.";
static const char bad_events[] = "The events are some of session.created and so on; see the API.";

static void answer_new(struct store *store, struct request *request, int64_t id, const char *secret)
{
	struct webhook webhook;
	json_t *object;
	int r = webhook_get(store, request->site, id, &webhook);

	if (r < 0) {
		request_fail(request, r);
		return;
	}
	object = object_webhook(&webhook);
	request_audit_of(request, "create", KIND_WEBHOOK, id, request->site, json_copy(object));
	json_object_set_new(object, "secret", json_string(secret));
	request_json(request, 201, object);
}

void api_webhook_create(struct store *store, struct request *request)
{
	struct webhook_params params = {.site = request->site, .person = request->who.person.id};
	char secret[WEBHOOK_SECRET];
	json_t *events;
	int64_t id;
	int r;

	if (json_unpack_ex(request->body, NULL, JSON_STRICT, "{s:s, s:o}", "url", &params.url,
		    "events", &events) < 0) {
		request_error(
			request, 400, "bad_request", "Send url and events, and nothing else.");
		return;
	}
	if (!webhook_url_is_good(params.url) || !read_events(events, &params.events)) {
		request_error(request, 400, "bad_request",
			webhook_url_is_good(params.url) ? bad_events : bad_url);
		return;
	}
	r = webhook_add(store, request->server->vault, &params, clock_wall_ms(), &id, secret);
	if (r == -EDQUOT)
		request_error(
			request, 409, "too_many", "The site has as many webhooks as one may.");
	else if (r < 0)
		request_fail(request, r);
	else
		answer_new(store, request, id, secret);
}

void api_webhook(struct store *store, struct request *request)
{
	struct webhook webhook;
	int r = webhook_get(store, request->site, request->object, &webhook);

	if (r < 0)
		request_fail(request, r);
	else
		request_json(request, 200, object_webhook(&webhook));
}

/* NULL: all is well. */
static const char *read_change(json_t *body, struct webhook *webhook, int64_t now_ms)
{
	const char *url = NULL;
	json_t *events = NULL;
	int enabled = webhook->disabled_at == 0;

	if (json_unpack_ex(body, NULL, JSON_STRICT, "{s?s, s?o, s?b}", "url", &url, "events",
		    &events, "enabled", &enabled) < 0)
		return "Send some of url, events and enabled, and nothing else.";
	if (url && !webhook_url_is_good(url))
		return bad_url;
	if (events && !read_events(events, &webhook->events))
		return bad_events;
	if (url)
		memcpy(webhook->url, url, strlen(url) + 1);
	if (enabled)
		webhook->disabled_at = 0;
	else if (webhook->disabled_at == 0)
		webhook->disabled_at = now_ms;
	return NULL;
}

void api_webhook_change(struct store *store, struct request *request)
{
	const int64_t now_ms = clock_wall_ms();
	struct webhook webhook;
	const char *wrong;
	int r = webhook_get(store, request->site, request->object, &webhook);

	if (r < 0) {
		request_fail(request, r);
		return;
	}
	wrong = read_change(request->body, &webhook, now_ms);
	if (wrong) {
		request_error(request, 400, "bad_request", wrong);
		return;
	}
	r = webhook_change(store, &webhook, now_ms);
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	request_audit(request, "change", json_deep_copy(request->body));
	api_webhook(store, request);
}

void api_webhook_delete(struct store *store, struct request *request)
{
	int r = webhook_remove(store, request->site, request->object, clock_wall_ms());

	if (r < 0)
		request_fail(request, r);
	else
		request_empty(request, 204);
}

static void add_delivery(const struct delivery *delivery, void *arg)
{
	struct listing *listing = arg;

	listing->last = delivery->id;
	object_append(listing->list, object_delivery(delivery), &listing->error);
}

void api_deliveries(struct store *store, struct request *request)
{
	struct listing listing = {.list = json_array()};
	enum delivery_state state;
	struct delivery_query query = {0};
	struct page page;
	char word[16] = "";
	int r = -ENOMEM;

	if (!request_page(request, &page))
		goto out;
	if (url_query_text(request->query, "state", word, sizeof(word)) == 0 && word[0] != '\0') {
		if (delivery_state_parse(word, &state) < 0) {
			request_error(request, 400, "bad_request",
				"The state is waiting, sent or failed.");
			goto out;
		}
		query.state = delivery_state_name(state);
	}
	query.after = page.after;
	query.limit = page.limit;
	r = delivery_each(store, request->site, &query, add_delivery, &listing);
	if (r == 0)
		r = listing.error;
	if (r < 0)
		request_fail(request, r);
	else
		request_json(request, 200,
			json_pack("{s:O, s:o}", "deliveries", listing.list, "next",
				json_array_size(listing.list) == page.limit
					? object_id(listing.last)
					: json_null()));
out:
	json_decref(listing.list);
}

void api_delivery_retry(struct store *store, struct request *request)
{
	struct delivery delivery;
	int r = delivery_retry(store, request->site, request->object, clock_wall_ms());

	if (r == 0)
		r = delivery_get(store, request->site, request->object, &delivery);
	if (r == -EPERM)
		request_error(request, 409, "done", "It was sent.");
	else if (r < 0)
		request_fail(request, r);
	else
		request_json(request, 200, object_delivery(&delivery));
}
