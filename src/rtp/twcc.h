/* SPDX-License-Identifier: MIT */
/*
 * Transport-wide feedback on the wire (draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1).
 *
 * Pure coding: which packets to tell of is the business of ingress/feedback, what to make of what
 * is told that of egress/link. Times are in steps of 250 us from a 24-bit reference of 64 ms, which
 * wraps after 12 days.
 */
#ifndef RTP_TWCC_H
#define RTP_TWCC_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum {
	TWCC_LOST = -1,		/* as an arrival time: it did not arrive */
	TWCC_MAX_STATUS = 2048, /* packets of one feedback that are told or looked at */
};

/*
 * Appends a whole RTCP packet about `count` sequence numbers from `base`. arrivals[i] is the
 * arrival of base + i in microseconds, or TWCC_LOST; one of them must have arrived. Returns for how
 * many it had room: fewer when the writer is full or a time lies too far from the one before (+-8
 * s).
 */
unsigned twcc_write(struct writer *w, uint32_t sender, uint32_t media, uint8_t feedback_count,
	uint16_t base, const int64_t *arrivals, unsigned count);

struct twcc_feedback {
	uint16_t base;
	uint16_t count;
	uint8_t feedback_count;
	int64_t arrivals[TWCC_MAX_STATUS]; /* us since the receiver's reference 0, or TWCC_LOST */
};

/* `fci` as rtcp_handler.twcc gives it. -EBADMSG. Writes ret_feedback only on success, and of its
 * arrivals only the first `count`. */
int twcc_parse(const uint8_t *fci, size_t len, struct twcc_feedback *ret_feedback);

#endif
