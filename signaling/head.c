/* SPDX-License-Identifier: MIT */
#include "signaling/head.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "academy/device.h"
#include "base/addr.h"
#include "signaling/forwarded.h"
#include "signaling/request.h"

enum {
	HEADER_HOST = 256,
	HEADER_ORIGIN = 300,
	HEADER_COOKIE = 4096,
	HEADER_SHORT = 256,
	HEADER_FORWARDED = 1024
};

/* "" if it is not there. -EMSGSIZE: longer than any that we have a use for. */
static int header(struct lws *wsi, enum lws_token_indexes token, char *out, size_t room)
{
	out[0] = '\0';
	if (lws_hdr_total_length(wsi, token) == 0)
		return 0;
	return lws_hdr_copy(wsi, out, (int)room, token) < 0 ? -EMSGSIZE : 0;
}

static int refuse(struct request *request, unsigned status, const char *text)
{
	request_error(request, status, "bad_request", text);
	request->answer.close = true;
	return -EBADMSG;
}

static enum method method_of(struct lws *wsi, bool *ret_head)
{
	*ret_head = lws_hdr_total_length(wsi, WSI_TOKEN_HEAD_URI) > 0;
	if (*ret_head || lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) > 0)
		return METHOD_GET;
	if (lws_hdr_total_length(wsi, WSI_TOKEN_POST_URI) > 0)
		return METHOD_POST;
	if (lws_hdr_total_length(wsi, WSI_TOKEN_PUT_URI) > 0)
		return METHOD_PUT;
	if (lws_hdr_total_length(wsi, WSI_TOKEN_PATCH_URI) > 0)
		return METHOD_PATCH;
	if (lws_hdr_total_length(wsi, WSI_TOKEN_DELETE_URI) > 0)
		return METHOD_DELETE;
	if (lws_hdr_total_length(wsi, WSI_TOKEN_OPTIONS_URI) > 0)
		return METHOD_OPTIONS;
	return METHOD_OTHER;
}

static int read_path(struct lws *wsi, struct request *request)
{
	char *path;
	int len;

	if (lws_http_get_uri_and_method(wsi, &path, &len) < 0)
		return -EBADMSG;
	/* A NUL in the middle would hide what follows it. */
	if (len <= 0 || len >= REQUEST_PATH || memchr(path, '\0', (size_t)len))
		return -EMSGSIZE;
	memcpy(request->path, path, (size_t)len);
	request->path[len] = '\0';
	return 0;
}

/* libwebsockets has split the query at "&" and decoded it. */
static void read_query(struct lws *wsi, struct request *request)
{
	size_t used = 0;

	for (int i = 0; used + 2 < sizeof(request->query); i++) {
		int len = lws_hdr_copy_fragment(wsi, request->query + used,
			(int)(sizeof(request->query) - used - 1), WSI_TOKEN_HTTP_URI_ARGS, i);

		if (len <= 0)
			break;
		for (int j = 0; j < len; j++)
			if (request->query[used + (size_t)j] == URL_QUERY_END)
				request->query[used + (size_t)j] = ' ';
		used += (size_t)len;
		request->query[used++] = URL_QUERY_END;
	}
	request->query[used] = '\0';
}

bool head_has_body(struct lws *wsi)
{
	char text[24];

	return lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0 ||
	       header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, text, sizeof(text)) < 0 ||
	       text[strspn(text, "0")] != '\0';
}

/* RFC 9112 6: at most one Content-Length of digits, and no other framing. */
static int check_framing(struct lws *wsi, struct request *request)
{
	char text[24];

	if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0)
		return refuse(request, 411, "Send the body with a Content-Length.");
	if (header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, text, sizeof(text)) < 0)
		return refuse(request, 413, "The body is too large.");
	if (text[strspn(text, "0123456789")] != '\0')
		return refuse(request, 400, "Content-Length is not a number.");
	return 0;
}

int head_length(struct lws *wsi, struct request *request, int64_t *ret_length)
{
	const int64_t most = request->route->upload   ? request->route->upload
			     : request->route->stream ? HTTP_MAX_OFFER
						      : HTTP_MAX_BODY;
	bool takes_body = request->method == METHOD_POST || request->method == METHOD_PUT ||
			  request->method == METHOD_PATCH;
	int64_t length = 0;
	char text[24];

	header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, text, sizeof(text));
	if (text[0] == '\0' && takes_body)
		return refuse(request, 411, "Send the body with a Content-Length.");
	for (const char *at = text; *at; at++) {
		length = length * 10 + (*at - '0');
		if (length > most)
			return refuse(request, 413, "The body is too large.");
	}
	if (length > 0 && !takes_body)
		return refuse(request, 400, "That method has no body.");
	*ret_length = length;
	return 0;
}

static int read_preferences(struct lws *wsi, struct request *request)
{
	char encodings[HEADER_SHORT], cookies[HEADER_COOKIE], n[12];

	if (header(wsi, WSI_TOKEN_HTTP_RANGE, request->range, sizeof(request->range)) < 0)
		snprintf(request->range, sizeof(request->range),
			"bytes=?"); /* so many ranges that it is refused */
	/* We send no validator, so none can match: the whole file (RFC 9110 13.1.5). */
	if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_IF_RANGE) > 0)
		request->range[0] = '\0';
	if (header(wsi, WSI_TOKEN_HTTP_ACCEPT_ENCODING, encodings, sizeof(encodings)) < 0)
		encodings[0] = '\0';
	request->takes_br = url_accepts(encodings, "br");
	request->takes_gzip = url_accepts(encodings, "gzip");
	if (header(wsi, WSI_TOKEN_HTTP_COOKIE, cookies, sizeof(cookies)) < 0)
		return refuse(request, 431, "The cookies are too large.");
	if (!url_cookie(cookies, "lectern_device", request->known, sizeof(request->known)))
		request->known[0] = '\0';
	if (url_cookie(cookies, "lectern_last", n, sizeof(n)))
		url_number(n, &request->last_n);
	return 0;
}

/* What does not fit is no token and no tag of ours. */
static void read_stream_headers(struct lws *wsi, struct request *request)
{
	char authorization[HEADER_SHORT];

	if (header(wsi, WSI_TOKEN_HTTP_AUTHORIZATION, authorization, sizeof(authorization)) < 0 ||
		!url_bearer(authorization, request->bearer, sizeof(request->bearer)))
		request->bearer[0] = '\0';
	if (header(wsi, WSI_TOKEN_HTTP_IF_MATCH, request->if_match, sizeof(request->if_match)) < 0)
		snprintf(request->if_match, sizeof(request->if_match), "?");
	if (header(wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH, request->if_none_match,
		    sizeof(request->if_none_match)) < 0)
		request->if_none_match[0] = '\0';
}

static int read_api_headers(struct lws *wsi, struct request *request)
{
	static const char key[] = "idempotency-key:";
	char accept[HEADER_SHORT];
	int len;

	if (header(wsi, WSI_TOKEN_HTTP_ACCEPT, accept, sizeof(accept)) == 0)
		request->csv = url_accepts(accept, "text/csv");
	len = lws_hdr_custom_length(wsi, key, sizeof(key) - 1);
	if (len <= 0)
		return 0;
	if (len >= IDEMPOTENCY_KEY ||
		lws_hdr_custom_copy(wsi, request->key, IDEMPOTENCY_KEY, key, sizeof(key) - 1) < 0)
		return refuse(request, 400, "The Idempotency-Key is longer than 127 characters.");
	return 0;
}

static void read_from(struct lws *wsi, struct request *request)
{
	const struct forwarded *forwarded = request->server->forwarded;
	char text[ADDR_TEXT] = "", list[HEADER_FORWARDED];
	struct addr peer;

	lws_get_peer_simple(wsi, text, sizeof(text));
	if (addr_parse(text, 0, &peer) < 0)
		addr_parse("0.0.0.0", 0, &peer); /* it is gone already */
	addr_unmap(&peer);
	request->from = peer;
	if (forwarded_trusts(forwarded, &peer) &&
		header(wsi, WSI_TOKEN_X_FORWARDED_FOR, list, sizeof(list)) == 0)
		forwarded_from(forwarded, &peer, list, &request->from);
}

static void read_device(struct lws *wsi, struct request *request)
{
	char text[HEADER_FORWARDED];

	if (header(wsi, WSI_TOKEN_HTTP_USER_AGENT, text, sizeof(text)) < 0)
		text[0] = '\0';
	device_name(text, request->device, sizeof(request->device));
}

int head_read(struct lws *wsi, struct request *request)
{
	int r;

	request->method = method_of(wsi, &request->head);
	read_from(wsi, request);
	read_device(wsi, request);
	if (read_path(wsi, request) < 0)
		return refuse(request, 414, "The address is too long or not one.");
	read_query(wsi, request);
	read_stream_headers(wsi, request);
	r = read_preferences(wsi, request);
	if (r == 0)
		r = read_api_headers(wsi, request);
	return r < 0 ? r : check_framing(wsi, request);
}

const struct identity *head_identity(struct server *server, struct lws *wsi, unsigned n)
{
	char cookies[HEADER_COOKIE], cookie[AUTH_COOKIE];

	if (header(wsi, WSI_TOKEN_HTTP_COOKIE, cookies, sizeof(cookies)) < 0)
		return NULL;
	if (!url_cookie(cookies, "lectern", cookie, sizeof(cookie)))
		return NULL;
	return auth_find(server->auth, n, cookie);
}

enum head_origin head_origin(struct server *server, struct lws *wsi)
{
	char origin[HEADER_ORIGIN], host[HEADER_HOST];

	if (lws_hdr_total_length(wsi, WSI_TOKEN_ORIGIN) == 0)
		return ORIGIN_NONE;
	if (header(wsi, WSI_TOKEN_ORIGIN, origin, sizeof(origin)) < 0 ||
		header(wsi, WSI_TOKEN_HOST, host, sizeof(host)) < 0)
		return ORIGIN_FOREIGN;
	return url_origin_is_ours(origin, host, lectern_config_tls(server->config))
		       ? ORIGIN_OURS
		       : ORIGIN_FOREIGN;
}

bool head_has_type(struct lws *wsi, const char *wanted)
{
	char type[HEADER_SHORT];

	return header(wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, type, sizeof(type)) == 0 &&
	       url_has_type(type, wanted);
}

bool head_asks_protocol(struct lws *wsi, const char *name)
{
	char asked[HEADER_SHORT];

	/* A list of tokens, as Accept-Encoding is one. */
	return header(wsi, WSI_TOKEN_PROTOCOL, asked, sizeof(asked)) == 0 &&
	       url_accepts(asked, name);
}
