/* SPDX-License-Identifier: MIT */
#include "signaling/request.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "signaling/range.h"
#include "signaling/upload.h"
#include "store/id.h"

struct request *request_create(struct server *server)
{
	struct request *request = calloc(1, sizeof(*request));

	if (!request)
		return NULL;
	request->server = server;
	request->answer.fd = -1;
	return request;
}

static void answer_clear(struct answer *answer)
{
	json_decref(answer->json);
	free(answer->body);
	if (answer->fd >= 0)
		close(answer->fd);
	*answer = (struct answer){.fd = -1};
}

void request_destroy(struct request *request)
{
	if (!request)
		return;
	answer_clear(&request->answer);
	json_decref(request->body);
	json_decref(request->told);
	upload_destroy(request->upload);
	free(request->text);
	free(request->found);
	free(request);
}

static void list_methods(struct request *request, const struct route *routes, const char *pattern)
{
	static const char *const names[] = {
		"GET, HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
	char *allow = request->answer.allow;
	size_t len = 0;

	for (const struct route *row = routes; row->pattern; row++) {
		if (strcmp(row->pattern, pattern) != 0)
			continue;
		len += (size_t)snprintf(allow + len, sizeof(request->answer.allow) - len, "%s%s",
			len > 0 ? ", " : "", names[row->method]);
		assert(len < sizeof(request->answer.allow));
	}
}

static bool pick_method(struct request *request, const struct route *routes, const char *pattern)
{
	for (const struct route *row = routes; row->pattern; row++) {
		if (strcmp(row->pattern, pattern) != 0)
			continue;
		request->route = row;
		if (row->method == request->method || row->method == METHOD_ANY)
			return true;
	}
	request_error(request, 405, "bad_request", "This address does not take that method.");
	list_methods(request, routes, pattern);
	return false;
}

/* The address ends in .csv: that is what is wanted. */
static void match_csv(struct request *request, const char *pattern)
{
	const size_t len = strlen(pattern);

	if (len > 4 && strcmp(pattern + len - 4, ".csv") == 0)
		request->csv = true;
}

/* "<id>.pdf" says more of an address than "<id>" and goes before it, wherever it stands. */
static const struct route *find_pattern(
	struct request *request, const struct route *routes, const char *path)
{
	for (int dotted = 1; dotted >= 0; dotted--)
		for (const struct route *row = routes; row->pattern; row++)
			if ((strstr(row->pattern, ">.") != NULL) == dotted &&
				url_match(row->pattern, path, &request->params))
				return row;
	return NULL;
}

/* 1: a row was picked; 0: no pattern fits; -1: 405 was answered. */
static int match(struct request *request, const struct route *routes, const char *path)
{
	const struct route *row = find_pattern(request, routes, path);

	if (!row)
		return 0;
	if (!pick_method(request, routes, row->pattern))
		return -1;
	match_csv(request, row->pattern);
	return 1;
}
/* What follows `prefix`, which begins with a slash; NULL: the path is another. */
static const char *below(const char *path, const char *prefix)
{
	struct url_params params;
	char pattern[32];
	size_t slashes = 0;

	snprintf(pattern, sizeof(pattern), "%s/*", prefix);
	if (!url_match(pattern, path, &params))
		return NULL;
	for (const char *at = prefix; *at; at++)
		slashes += *at == '/';
	for (; slashes > 0; slashes--)
		path = strchr(path + 1, '/');
	return path;
}

/* The path is below /u/<n>. */
static void read_n(struct request *request)
{
	const char *at = request->path + strlen("/u/");
	char text[16];

	request->below_n = true;
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(at, "/"), at);
	if (url_number(text, &request->n) < 0)
		request->n = 0;
}

static bool route_api(struct request *request, int *ret_found)
{
	const char *person = below(request->path, "/u/<n>/api/v1");
	const char *program = below(request->path, "/api/v1");

	if (!person && !program)
		return false;
	*ret_found = match(request, request->server->api, person ? person : program);
	if (*ret_found == 0)
		return false;
	request->in_api = true;
	if (person)
		read_n(request);
	return true;
}

/* The <n> of a page is no part of what is asked for. */
static void take_n(struct request *request)
{
	struct url_params *params = &request->params;

	if (strncmp(request->route->pattern, "/u/<n>", strlen("/u/<n>")) != 0)
		return;
	read_n(request);
	params->count--;
	memmove(params->values[0], params->values[1], params->count * sizeof(params->values[0]));
}

bool request_route(struct request *request)
{
	int found;

	if (route_api(request, &found))
		return found > 0;
	found = match(request, request->server->pages, request->path);
	if (found > 0)
		take_n(request);
	if (found == 0)
		request_error(request, 404, "not_found", "There is nothing at this address.");
	return found > 0;
}

int64_t request_id_at(const struct request *request, unsigned index)
{
	int64_t id;

	if (request->params.count <= index || id_parse(request->params.values[index], &id) < 0)
		return 0;
	return id;
}

bool request_query_id(struct request *request, const char *name, int64_t *ret_id)
{
	char text[ID_TEXT];
	int r = url_query_text(request->query, name, text, sizeof(text));

	if (r == 0)
		r = id_parse(text, ret_id);
	if (r == -ENOENT) {
		*ret_id = 0;
		return true;
	}
	if (r < 0)
		request_error(request, 400, "bad_request", "The query names what is not an id.");
	return r == 0;
}

bool request_page(struct request *request, struct page *ret_page)
{
	struct page page = {0};
	int64_t limit = PAGE_LIMIT;
	int r;

	if (!request_query_id(request, "after", &page.after))
		return false;
	r = url_query_number(request->query, "limit", &limit);
	if ((r < 0 && r != -ENOENT) || limit < 1 || limit > PAGE_MAX) {
		request_error(request, 400, "bad_request", "limit is 1 to 200.");
		return false;
	}
	page.limit = (unsigned)limit;
	*ret_page = page;
	return true;
}

void request_json(struct request *request, unsigned status, json_t *json)
{
	if (!json) {
		request_fail(request, -ENOMEM);
		return;
	}
	answer_clear(&request->answer);
	request->answer.status = status;
	request->answer.type = "application/json";
	request->answer.cache = "no-store";
	request->answer.json = json;
}

void request_text(struct request *request, unsigned status, const char *type, const char *text)
{
	answer_clear(&request->answer);
	request->answer.status = status;
	request->answer.type = type;
	request->answer.cache = "no-store";
	request->answer.body = strdup(text); /* without memory an empty body must do */
	request->answer.length = request->answer.body ? (int64_t)strlen(text) : 0;
}

void request_bytes(struct request *request, const char *type, char *bytes, size_t len)
{
	answer_clear(&request->answer);
	request->answer.status = 200;
	request->answer.type = type;
	request->answer.cache = "no-store";
	request->answer.body = bytes;
	request->answer.length = (int64_t)len;
}

void request_error(struct request *request, unsigned status, const char *code, const char *text)
{
	json_t *json;

	if (request->route && request->route->stream) {
		request_text(request, status, "text/plain; charset=utf-8", text);
		return;
	}
	json = json_pack("{s:s, s:s}", "error", code, "text", text);
	answer_clear(&request->answer);
	request->answer.status = status;
	request->answer.type = "application/json";
	request->answer.cache = "no-store";
	request->answer.json = json; /* without memory an empty body must do */
}

void request_fail(struct request *request, int error)
{
	assert(error < 0);
	if (error == -ENOENT) {
		request_error(request, 404, "not_found", "There is nothing here that you may see.");
		return;
	}
	if (error == -EACCES) {
		request_error(request, 403, "forbidden", "You may see this, but not do that.");
		return;
	}
	if (error == -EDQUOT) {
		request_error(request, 507, "quota",
			"The site has no room left for that. Nothing was changed.");
		return;
	}
	log_error("http", "request failed path=%s error=%s", request->path, strerror(-error));
	if (error == -EBUSY || error == -ENOSPC || error == -ENOMEM || error == -EIO) {
		request_error(request, 503, "unavailable",
			"The server cannot do that now. Nothing was changed. Try again later.");
		request->answer.retry_after_s = 2;
		return;
	}
	request_error(request, 500, "unavailable",
		"The server failed to do that. Nothing was changed. The log says more.");
}

void request_empty(struct request *request, unsigned status)
{
	answer_clear(&request->answer);
	request->answer.status = status;
	request->answer.cache = "no-store";
}

void request_redirect(struct request *request, const char *location)
{
	request_empty(request, 303);
	snprintf(request->answer.location, sizeof(request->answer.location), "%s", location);
}

static int64_t now_ms(void)
{
	return (int64_t)(clock_now_us() / 1000);
}

static bool check_wait(struct request *request, int64_t wait_ms)
{
	if (wait_ms == 0)
		return true;
	request_error(request, 429, "too_fast", "Too many attempts from this address failed.");
	request->answer.retry_after_s = (unsigned)((wait_ms + 999) / 1000);
	return false;
}

bool request_may_try(struct request *request, enum throttle_kind kind, const char *subject)
{
	const struct throttle *throttle = request->server->throttle;
	const struct throttle_who known = {.from = &request->from, .subject = subject};
	const struct throttle_who who = {.from = &request->from};

	if (subject && throttle_trusts(throttle, kind, known, now_ms()))
		return true;
	return check_wait(request, throttle_wait(throttle, kind, who, now_ms()));
}

void request_was_right(struct request *request, enum throttle_kind kind, const char *subject)
{
	const struct throttle_who who = {.from = &request->from, .subject = subject};

	throttle_trust(request->server->throttle, kind, who, now_ms());
}

bool request_was_wrong(struct request *request, enum throttle_kind kind)
{
	const struct throttle_who who = {.from = &request->from};
	int64_t wait_ms = throttle_take(request->server->throttle, kind, who, now_ms());
	char text[ADDR_TEXT];

	if (wait_ms > 0 && throttle_tells(request->server->throttle, kind, now_ms()))
		log_warn("http", "too many attempts in vain what=%s from=%s", throttle_name(kind),
			addr_ip_text(&request->from, text));
	return check_wait(request, wait_ms);
}

/*
 * The most that one answer to a range carries; RFC 9110 15.3.7 allows less than was asked for, and
 * players ask on. A player asks for all that is left and then reads at its leisure: with whole
 * answers a class of seven clips would hold the six connections that a browser has for a host, and
 * the seventh would never come.
 */
enum { RANGE_MOST = 1 << 20 };

static void answer_range(struct request *request, int64_t size)
{
	struct answer *answer = &request->answer;
	int64_t start, length;
	int r = range_parse(request->range, size, &start, &length);

	if (r == 0)
		return;
	if (r < 0) {
		request_error(request, 416, "bad_request", "That range is not in the file.");
		snprintf(answer->content_range, sizeof(answer->content_range), "bytes */%" PRId64,
			size);
		return;
	}
	if (length > RANGE_MOST)
		length = RANGE_MOST;
	answer->status = 206;
	answer->offset = start;
	answer->length = length;
	snprintf(answer->content_range, sizeof(answer->content_range),
		"bytes %" PRId64 "-%" PRId64 "/%" PRId64, start, start + length - 1, size);
}

void request_file(struct request *request, int fd, const char *type, const char *cache, bool ranges)
{
	struct answer *answer = &request->answer;
	struct stat st;

	answer_clear(answer);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		request_fail(request, -ENOENT);
		return;
	}
	answer->status = 200;
	answer->type = type;
	answer->cache = cache;
	answer->fd = fd;
	answer->length = st.st_size;
	answer->ranges = ranges;
	if (ranges)
		answer_range(request, st.st_size);
}

void request_cookie(struct request *request, const char *name, const char *value, const char *path,
	int64_t lifetime_ms)
{
	const char *secure = lectern_config_tls(request->server->config) ? "; Secure" : "";
	int len;

	for (size_t i = 0; i < ANSWER_COOKIES; i++) {
		char *out = request->answer.cookies[i];

		if (out[0] != '\0')
			continue;
		len = snprintf(out, ANSWER_COOKIE,
			"%s=%s; Path=%s; Max-Age=%" PRId64 "; HttpOnly; SameSite=Lax%s", name,
			value, path, lifetime_ms / 1000, secure);
		assert(len < ANSWER_COOKIE);
		return;
	}
	assert(!"no room for that many cookies");
}
