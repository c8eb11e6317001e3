/* SPDX-License-Identifier: MIT */
/* Words and numbers out of a line of SDP: the bounded reader of base/bytes, for text. */
#ifndef SIGNALING_SDP_TEXT_H
#define SIGNALING_SDP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* The next line without its end (CRLF or LF). */
struct reader sdp_line(struct reader *r);
/* What comes before the next `stop`, which is passed over, or all that is left. */
struct reader sdp_word(struct reader *r, char stop);
/* Is what is left exactly `literal`? */
bool sdp_is(const struct reader *r, const char *literal);
/* Passes over `prefix` if it comes next. */
bool sdp_skip(struct reader *r, const char *prefix);
/* A decimal number that is all that is left, at most max. */
bool sdp_number(struct reader r, uint64_t max, uint64_t *ret_value);
/* Copies what is left with a NUL; false if it does not fit, is empty, or has another byte than
 * visible ASCII. */
bool sdp_copy(struct reader r, char *out, size_t room);
/* The same for at least `least` characters of those that ICE allows (RFC 8839 5.4: ice-char). */
bool sdp_copy_ice(struct reader r, size_t least, char *out, size_t room);

#endif
