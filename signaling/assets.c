/* SPDX-License-Identifier: MIT */
#include "signaling/assets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "signaling/request.h"

static const struct {
	const char *ending, *type;
} types[] = {
	{".css", "text/css; charset=utf-8"},
	{".html", "text/html; charset=utf-8"},
	{".js", "text/javascript; charset=utf-8"},
	{".json", "application/json"},
	{".png", "image/png"},
	{".svg", "image/svg+xml"},
	{".webmanifest", "application/manifest+json"},
	{".woff2", "font/woff2"},
};

bool assets_name_is_good(const char *name)
{
	size_t len =
		strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

	return len > 0 && name[len] == '\0' && name[0] != '.';
}

static const char *type_of(const char *name)
{
	const char *ending = strrchr(name, '.');

	for (size_t i = 0; ending && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(ending, types[i].ending) == 0)
			return types[i].type;
	return NULL;
}

static int open_file(const struct request *request, const char *name, const char *more)
{
	char path[LECTERN_MAX_PATH + 2 * URL_PARAM];

	snprintf(path, sizeof(path), "%s/%s%s", request->server->config->http.web_client, name,
		more);
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

static int open_smallest(const struct request *request, const char *name, const char **ret_encoding)
{
	int fd = -1;

	*ret_encoding = "br";
	if (request->takes_br)
		fd = open_file(request, name, ".br");
	if (fd >= 0)
		return fd;
	*ret_encoding = "gzip";
	if (request->takes_gzip)
		fd = open_file(request, name, ".gz");
	if (fd >= 0)
		return fd;
	*ret_encoding = NULL;
	return open_file(request, name, "");
}

static bool serve(struct request *request, const char *name, const char *cache)
{
	const char *encoding;
	int fd = open_smallest(request, name, &encoding);

	if (fd < 0)
		return false;
	request_file(request, fd, type_of(name), cache, false);
	if (request->answer.status == 200) {
		request->answer.encoding = encoding;
		request->answer.vary = true;
	}
	return true;
}

void assets_page(struct store *store, struct request *request)
{
	(void)store;
	if (!serve(request, "index.html", "no-store"))
		request_error(request, 503, "unavailable",
			"The web client is not there. Build it, or set http.web_client to its "
			"folder.");
}

void assets_file(struct store *store, struct request *request)
{
	const char *file = request->params.values[request->params.count - 1];
	char name[URL_PARAM + 8];

	(void)store;
	snprintf(name, sizeof(name), "assets/%s", file);
	if (!assets_name_is_good(file) || !type_of(file) ||
		!serve(request, name, "public, max-age=31536000, immutable"))
		request_fail(request, -ENOENT);
}
