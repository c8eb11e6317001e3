/* SPDX-License-Identifier: MIT */
#include "recorder/jsonl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Jansson allows 2048 levels; a recursion that deep over a small object costs more than it says. */
static bool shallow(const char *text, size_t len)
{
	bool in_string = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
		else if (!in_string && (c == '{' || c == '['))
			depth++;
		else if (!in_string && (c == '}' || c == ']'))
			depth--;
		if (depth > JSONL_MAX_DEPTH)
			return false;
	}
	return true;
}

json_t *jsonl_parse(const char *text, size_t len)
{
	json_t *line;

	if (len > JSONL_MAX_LINE || !shallow(text, len))
		return NULL;
	line = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	if (line && !json_is_object(line)) {
		json_decref(line);
		return NULL;
	}
	return line;
}

/* Gives the whole lines of buf[0..len) to `fn`; returns how many bytes they took. */
static size_t take_lines(const char *buf, size_t len, jsonl_fn *fn, void *user, unsigned *bad)
{
	size_t taken = 0;
	const char *newline;

	while ((newline = memchr(buf + taken, '\n', len - taken))) {
		size_t line_len = (size_t)(newline - (buf + taken));
		json_t *line = jsonl_parse(buf + taken, line_len);

		if (line)
			fn(user, line);
		else if (line_len > 0)
			(*bad)++;
		json_decref(line);
		taken += line_len + 1;
	}
	return taken;
}

int jsonl_read(int dir, const char *name, jsonl_fn *fn, void *user, unsigned *ret_bad)
{
	enum { ROOM = 2 * JSONL_MAX_LINE };
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), r = 0;
	size_t len = 0;
	unsigned bad = 0;
	char *buf;

	if (fd < 0)
		return -errno;
	buf = malloc(ROOM);
	if (!buf) {
		close(fd);
		return -ENOMEM;
	}
	for (;;) {
		ssize_t n = read(fd, buf + len, ROOM - len);
		size_t taken;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			r = -errno;
		if (n <= 0)
			break;
		len += (size_t)n;
		taken = take_lines(buf, len, fn, user, &bad);
		memmove(buf, buf + taken, len - taken);
		len -= taken;
		if (len == ROOM) { /* no newline in all that: not ours */
			len = 0;
			bad++;
		}
	}
	free(buf);
	close(fd);
	if (r == 0 && ret_bad)
		*ret_bad = bad;
	return r;
}

char *jsonl_line(json_t *object, size_t *ret_len)
{
	char *text = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(10)) : NULL,
	     *line = NULL;
	size_t len = text ? strlen(text) : 0;

	json_decref(object);
	if (text)
		line = realloc(text, len + 2);
	if (!line) {
		free(text);
		return NULL;
	}
	memcpy(line + len, "\n", 2);
	*ret_len = len + 1;
	return line;
}

const char *jsonl_string(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

int64_t jsonl_int(const json_t *object, const char *key, int64_t otherwise)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) ? (int64_t)json_integer_value(value) : otherwise;
}

void jsonl_copy(const json_t *object, const char *key, char *out, size_t room)
{
	const char *value = jsonl_string(object, key);
	size_t len = strnlen(value, room - 1);

	while (value[len] && len > 0 && ((unsigned char)value[len] & 0xc0) == 0x80)
		len--;
	memcpy(out, value, len);
	out[len] = 0;
}
