/* SPDX-License-Identifier: MIT */
#include "signaling/answer.h"

#include <stdio.h>
#include <string.h>

#include "signaling/request.h"

enum { HEAD_ROOM = 4096 }; /* bytes of an answer's head */

struct head {
	struct lws *wsi;
	unsigned char room[LWS_PRE + HEAD_ROOM], *at, *end;
	bool failed;
};

static void add(struct head *head, const char *name, const char *value)
{
	if (!value || value[0] == '\0')
		return;
	head->failed |= lws_add_http_header_by_name(head->wsi, (const unsigned char *)name,
				(const unsigned char *)value, (int)strlen(value), &head->at,
				head->end) != 0;
}

/* The token is in a header that the page sets itself, so every origin may ask (Fetch, CORS). */
static void add_open(struct head *head, const struct answer *answer)
{
	add(head, "access-control-allow-origin:", "*");
	add(head, "access-control-expose-headers:", "ETag, Link, Location, Retry-After");
	if (answer->allow[0] == '\0')
		return;
	add(head, "access-control-allow-methods:", answer->allow);
	add(head, "access-control-allow-headers:", "Authorization, Content-Type, If-Match");
	add(head, "access-control-max-age:", "86400");
}

static void add_answer(struct head *head, const struct answer *answer)
{
	char number[24];

	add(head, "content-type:", answer->type);
	add(head, "cache-control:", answer->cache);
	add(head, "content-encoding:", answer->encoding);
	add(head, "vary:", answer->vary ? "Accept-Encoding" : NULL);
	add(head, "accept-ranges:", answer->ranges ? "bytes" : NULL);
	add(head, "content-range:", answer->content_range);
	add(head, "allow:", answer->allow);
	add(head, "location:", answer->location);
	add(head, "content-disposition:", answer->disposition);
	add(head, "etag:", answer->etag);
	add(head, "www-authenticate:", answer->challenge);
	add(head, "accept-post:", answer->accept_post);
	add(head, "accept-patch:", answer->accept_patch);
	if (answer->open)
		add_open(head, answer);
	for (size_t i = 0; i < ANSWER_COOKIES; i++)
		add(head, "set-cookie:", answer->cookies[i]);
	if (answer->retry_after_s > 0) {
		snprintf(number, sizeof(number), "%u", answer->retry_after_s);
		add(head, "retry-after:", number);
	}
	add(head, "connection:", answer->close ? "close" : NULL);
	if (answer->status == 204)
		return;
	snprintf(number, sizeof(number), "%lld", (long long)answer->length);
	add(head, "content-length:", number);
}

int answer_write_head(struct lws *wsi, const struct answer *answer, bool body_follows)
{
	struct head head = {.wsi = wsi};
	unsigned char *start = head.room + LWS_PRE;
	size_t len;

	head.at = start;
	head.end = start + HEAD_ROOM;
	head.failed = lws_add_http_header_status(wsi, answer->status, &head.at, head.end) != 0;
	add_answer(&head, answer);
	if (head.failed || lws_finalize_http_header(wsi, &head.at, head.end))
		return -1;
	len = (size_t)(head.at - start);
	return lws_write(wsi, start, len,
		       body_follows ? LWS_WRITE_HTTP_HEADERS
				    : LWS_WRITE_HTTP_HEADERS | LWS_WRITE_H2_STREAM_END) == (int)len
		       ? 0
		       : -1;
}
