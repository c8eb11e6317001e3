/* SPDX-License-Identifier: MIT */
/*
 * One line a message to standard error: time, level, area, text as key=value where it can be.
 * Only peer, engine, recorder, signaling and the mains log; library folders return errors and
 * count. Never called per packet. Thread-safe: one write(2) a line.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_set_level(enum log_level level);
/* -EINVAL if `name` is none of error, warn, info, debug. */
int log_level_parse(const char *name, enum log_level *ret_level);
void log_write(enum log_level level, const char *area, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define log_error(area, ...) log_write(LOG_ERROR, area, __VA_ARGS__)
#define log_warn(area, ...) log_write(LOG_WARN, area, __VA_ARGS__)
#define log_info(area, ...) log_write(LOG_INFO, area, __VA_ARGS__)
#define log_debug(area, ...) log_write(LOG_DEBUG, area, __VA_ARGS__)

#endif
