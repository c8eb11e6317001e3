/* SPDX-License-Identifier: MIT */
/*
 * The small parsers of a request's head: path, query, cookie, Origin, Accept-Encoding.
 *
 * They take NUL-terminated text of any content, as libwebsockets hands it over after
 * percent-decoding the path, allocate nothing and know nothing of a connection.
 */
#ifndef SIGNALING_URL_H
#define SIGNALING_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	URL_MAX_PARAMS = 3,
	URL_PARAM = 96, /* bytes of a variable part of a path, with its NUL */
};

struct url_params {
	unsigned count;
	char values[URL_MAX_PARAMS][URL_PARAM];
};

/*
 * `pattern` has segments that are words or "<name>", which takes any one segment that is not empty,
 * or "<name>.ext", which takes one that ends so without its end; a last segment "*" takes whatever is
 * left, even nothing. Values are filled in order.
 */
bool url_match(const char *pattern, const char *path, struct url_params *ret_params);

/* The n of /u/<n>: decimal, no sign, no leading 0, at most 9 digits. -EINVAL. */
int url_number(const char *text, unsigned *ret_n);

/* The value of the first cookie of that name. False: not there, or longer than `room` - 1. */
bool url_cookie(const char *header, const char *name, char *out, size_t room);

/* A query is "a=1" and "b=2" as they were decoded, each ended by a newline. */
enum { URL_QUERY_END = '\n' };

/* A decimal number of at most 18 digits. -ENOENT, -EINVAL. */
int url_query_number(const char *query, const char *name, int64_t *ret_number);
/* -ENOENT; -EMSGSIZE: longer than `room` - 1. */
int url_query_text(const char *query, const char *name, char *out, size_t room);

/*
 * An Origin header names the host that the request was sent to. Over TLS only https is ours;
 * without it we serve this machine alone, or a proxy on it that speaks either.
 */
bool url_origin_is_ours(const char *origin, const char *host, bool tls);

/* Accept-Encoding takes `coding` (RFC 9110 12.5.3); "*" is not looked at. */
bool url_accepts(const char *accept_encoding, const char *coding);

/* A Content-Type is `type`, whatever parameters follow. */
bool url_has_type(const char *content_type, const char *type);

/* The credentials of "Bearer <token68>" (RFC 6750 2.1). False: another scheme, or none, or longer
 * than `room` - 1. */
bool url_bearer(const char *authorization, char *out, size_t room);

/* If-Match (RFC 9110 13.1.1): "*", or a list with `etag` in it, quotes included; weak ones never
 * match. */
bool url_matches(const char *if_match, const char *etag);

#endif
