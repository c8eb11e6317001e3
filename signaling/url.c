/* SPDX-License-Identifier: MIT */
#include "signaling/url.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static bool take_param(struct url_params *params, const char *at, size_t len)
{
	if (params->count == URL_MAX_PARAMS || len == 0 || len >= URL_PARAM)
		return false;
	memcpy(params->values[params->count], at, len);
	params->values[params->count][len] = '\0';
	params->count++;
	return true;
}

bool url_match(const char *pattern, const char *path, struct url_params *ret_params)
{
	struct url_params params = {0};

	while (*pattern == '/' && *path == '/') {
		size_t word = strcspn(++pattern, "/"), segment = strcspn(++path, "/");

		if (*pattern == '*') {
			*ret_params = params;
			return true;
		}
		if (*pattern == '<') {
			const char *end = memchr(pattern, '>', word);
			size_t suffix = end ? word - (size_t)(end + 1 - pattern) : 0;

			if (segment < suffix ||
				memcmp(path + segment - suffix, pattern + word - suffix, suffix) !=
					0 ||
				!take_param(&params, path, segment - suffix))
				return false;
		} else if (word != segment || memcmp(pattern, path, word) != 0) {
			return false;
		}
		pattern += word;
		path += segment;
	}
	if (*pattern != '\0' || *path != '\0')
		return false;
	*ret_params = params;
	return true;
}

int url_number(const char *text, unsigned *ret_n)
{
	size_t digits = strspn(text, "0123456789");
	unsigned n = 0;

	if (digits == 0 || digits > 9 || text[digits] != '\0' || text[0] == '0')
		return -EINVAL;
	for (size_t i = 0; i < digits; i++)
		n = 10 * n + (unsigned)(text[i] - '0');
	*ret_n = n;
	return 0;
}

bool url_cookie(const char *header, const char *name, char *out, size_t room)
{
	const size_t name_len = strlen(name);

	for (const char *at = header; *at != '\0';) {
		size_t len;

		at += strspn(at, "; \t");
		len = strcspn(at, ";");
		if (len > name_len && at[name_len] == '=' && memcmp(at, name, name_len) == 0) {
			len -= name_len + 1;
			if (len >= room)
				return false;
			memcpy(out, at + name_len + 1, len);
			out[len] = '\0';
			return true;
		}
		at += len;
	}
	return false;
}

static int decimal(const char *text, size_t len, int64_t *ret_number)
{
	int64_t value = 0;

	if (len == 0 || len > 18 || strspn(text, "0123456789") < len)
		return -EINVAL;
	for (size_t i = 0; i < len; i++)
		value = 10 * value + (text[i] - '0');
	*ret_number = value;
	return 0;
}

/* The value, which ends where the query or its part does; NULL: not there. */
static const char *query_value(const char *query, const char *name, size_t *ret_len)
{
	const size_t name_len = strlen(name);

	for (const char *at = query; *at != '\0';) {
		size_t len = strcspn(at, "\n");

		if (len > name_len && at[name_len] == '=' && memcmp(at, name, name_len) == 0) {
			*ret_len = len - name_len - 1;
			return at + name_len + 1;
		}
		at += len;
		at += strspn(at, "\n");
	}
	return NULL;
}

int url_query_number(const char *query, const char *name, int64_t *ret_number)
{
	size_t len;
	const char *value = query_value(query, name, &len);

	return value ? decimal(value, len, ret_number) : -ENOENT;
}

int url_query_text(const char *query, const char *name, char *out, size_t room)
{
	size_t len;
	const char *value = query_value(query, name, &len);

	if (!value)
		return -ENOENT;
	if (len >= room)
		return -EMSGSIZE;
	memcpy(out, value, len);
	out[len] = '\0';
	return 0;
}

bool url_origin_is_ours(const char *origin, const char *host, bool tls)
{
	static const char https[] = "https://", http[] = "http://";

	if (*host == '\0')
		return false;
	if (strncmp(origin, https, sizeof(https) - 1) == 0)
		return strcasecmp(origin + sizeof(https) - 1, host) == 0;
	if (!tls && strncmp(origin, http, sizeof(http) - 1) == 0)
		return strcasecmp(origin + sizeof(http) - 1, host) == 0;
	return false;
}

/* ";q=0", "; q=0.0" and the like. */
static bool refuses(const char *parameters, size_t len)
{
	for (size_t i = 0; i + 2 < len; i++)
		if ((parameters[i] == 'q' || parameters[i] == 'Q') && parameters[i + 1] == '=')
			return strspn(parameters + i + 2, "0.") >=
			       strcspn(parameters + i + 2, ", \t;");
	return false;
}

bool url_accepts(const char *accept_encoding, const char *coding)
{
	for (const char *at = accept_encoding; *at != '\0';) {
		size_t len, name;

		at += strspn(at, ", \t");
		len = strcspn(at, ",");
		name = strcspn(at, ",; \t");
		if (name == strlen(coding) && strncasecmp(at, coding, name) == 0)
			return !refuses(at + name, len - name);
		at += len;
	}
	return false;
}

bool url_has_type(const char *content_type, const char *type)
{
	const size_t len = strlen(type);

	return strncasecmp(content_type, type, len) == 0 && strchr("; \t", content_type[len]);
}

bool url_bearer(const char *authorization, char *out, size_t room)
{
	static const char scheme[] = "Bearer ";
	const char *token;
	size_t len;

	if (strncasecmp(authorization, scheme, sizeof(scheme) - 1) != 0)
		return false;
	token = authorization + sizeof(scheme) - 1;
	token += strspn(token, " ");
	len = strcspn(token, " \t");
	if (len == 0 || len >= room || token[len + strspn(token + len, " \t")] != '\0')
		return false;
	memcpy(out, token, len);
	out[len] = '\0';
	return true;
}

bool url_matches(const char *if_match, const char *etag)
{
	const size_t len = strlen(etag);
	const char *at = if_match + strspn(if_match, " \t");

	if (at[0] == '*')
		return at[1 + strspn(at + 1, " \t")] == '\0';
	while (*at) {
		if (strncmp(at, etag, len) == 0 && strchr(", \t", at[len]))
			return true;
		at += strcspn(at, ",");
		at += strspn(at, ", \t");
	}
	return false;
}
