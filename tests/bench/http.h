/* SPDX-License-Identifier: MIT */
/* Blocking HTTP requests by libcurl over one kept connection. One thread at a time. */
#ifndef BENCH_HTTP_H
#define BENCH_HTTP_H

#include <stddef.h>

enum { HTTP_BODY = 256 * 1024 };

struct http;

struct http_request {
	const char *method, *url;
	const char *type;  /* of the body; NULL: no body */
	const char *token; /* bearer; NULL: none */
	const char *body;
};

struct http_reply {
	long status;
	char location[1024];
	size_t len;
	char body[HTTP_BODY]; /* NUL-terminated */
};

int http_create(struct http **ret_http);
/* Accepts NULL. */
void http_destroy(struct http *http);
/* 0 whenever there is a reply, of whatever status. -EIO: none; the reason is in reply->body. */
int http_do(struct http *http, const struct http_request *request, struct http_reply *reply);

#endif
