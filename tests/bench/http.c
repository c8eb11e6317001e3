/* SPDX-License-Identifier: MIT */
#include "tests/bench/http.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

enum { PATIENCE_S = 30 };

struct http {
	CURL *curl;
};

int http_create(struct http **ret_http)
{
	struct http *http = calloc(1, sizeof(*http));

	if (!http)
		return -ENOMEM;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	http->curl = curl_easy_init();
	if (!http->curl) {
		free(http);
		return -ENOMEM;
	}
	*ret_http = http;
	return 0;
}

void http_destroy(struct http *http)
{
	if (!http)
		return;
	curl_easy_cleanup(http->curl);
	free(http);
}

static size_t take_body(char *data, size_t size, size_t count, void *arg)
{
	struct http_reply *reply = arg;

	(void)size;
	if (count >= sizeof(reply->body) - reply->len)
		return 0;
	memcpy(reply->body + reply->len, data, count);
	reply->len += count;
	reply->body[reply->len] = '\0';
	return count;
}

static size_t take_header(char *data, size_t size, size_t count, void *arg)
{
	static const char name[] = "location:";
	struct http_reply *reply = arg;
	char line[1024];

	(void)size;
	snprintf(line, sizeof(line), "%.*s", (int)count, data);
	line[strcspn(line, "\r\n")] = '\0';
	if (strncasecmp(line, name, sizeof(name) - 1) == 0)
		snprintf(reply->location, sizeof(reply->location), "%s",
			line + sizeof(name) - 1 + strspn(line + sizeof(name) - 1, " \t"));
	return count;
}

static struct curl_slist *add_header(
	struct curl_slist *headers, const char *name, const char *value)
{
	char line[1024];

	if (!value)
		return headers;
	snprintf(line, sizeof(line), "%s%s", name, value);
	return curl_slist_append(headers, line);
}

int http_do(struct http *http, const struct http_request *request, struct http_reply *reply)
{
	struct curl_slist *headers = NULL;
	char why[CURL_ERROR_SIZE] = "";
	CURL *curl = http->curl;
	CURLcode code;

	reply->status = 0;
	reply->len = 0;
	reply->body[0] = reply->location[0] = '\0';
	headers = add_header(headers, "Content-Type: ", request->type);
	headers = add_header(headers, "Authorization: Bearer ", request->token);
	headers = curl_slist_append(headers, "Expect:");
	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_URL, request->url);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)PATIENCE_S);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, reply);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, reply);
	if (request->body)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply->status);
	curl_slist_free_all(headers);
	if (code == CURLE_OK)
		return 0;
	snprintf(reply->body, sizeof(reply->body), "%s: %s", request->url,
		why[0] ? why : curl_easy_strerror(code));
	return -EIO;
}
