/* SPDX-License-Identifier: MIT */
/*
 * What people may write where other people will read it. The text is UTF-8 already (whoever parsed
 * it saw to that); here is judged what it would do to the lines around it.
 *
 * Refused are control characters, and those that turn the direction of what stands beside them
 * (U+202A to U+202E, U+2066 to U+2069) or end a line (U+2028, U+2029). No state, any thread.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* 1 to room - 1 bytes of one line, not of spaces alone: a name, a title. */
bool text_is_line(const char *text, size_t room);
/* The same, or "". */
bool text_is_line_or_empty(const char *text, size_t room);
/* Up to room - 1 bytes of lines and paragraphs. */
bool text_is_prose(const char *text, size_t room);

#endif
