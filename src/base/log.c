/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

enum { LOG_LINE = 1024 }; /* bytes of a line; longer ones are cut */

static const char *const level_names[] = {
	[LOG_ERROR] = "error",
	[LOG_WARN] = "warn",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

static atomic_int level_max = LOG_INFO;

void log_set_level(enum log_level level)
{
	atomic_store_explicit(&level_max, (int)level, memory_order_relaxed);
}

int log_level_parse(const char *name, enum log_level *ret_level)
{
	for (size_t i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++) {
		if (strcasecmp(name, level_names[i]) == 0) {
			*ret_level = (enum log_level)i;
			return 0;
		}
	}
	return -EINVAL;
}

static size_t write_prefix(char *line, size_t room, enum log_level level, const char *area)
{
	struct timespec now;
	struct tm utc;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	len = strftime(line, room, "%Y-%m-%dT%H:%M:%S", &utc);
	len += (size_t)snprintf(line + len, room - len,
		".%03ldZ %-5s %.32s: ", now.tv_nsec / 1000000, level_names[level], area);
	return len;
}

void log_write(enum log_level level, const char *area, const char *format, ...)
{
	char line[LOG_LINE];
	va_list args;
	size_t start, len;
	int n;

	if ((int)level > atomic_load_explicit(&level_max, memory_order_relaxed))
		return;
	start = write_prefix(line, sizeof(line), level, area);
	va_start(args, format);
	n = vsnprintf(line + start, sizeof(line) - start, format, args);
	va_end(args);
	if (n < 0)
		return;
	len = strlen(line);
	/* What a remote said must not forge a line of its own. */
	for (size_t i = start; i < len; i++) {
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	}
	line[len++] = '\n'; /* in place of the NUL */
	(void)!write(STDERR_FILENO, line, len);
}
