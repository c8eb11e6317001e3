/* SPDX-License-Identifier: MIT */
/*
 * Transport-wide feedback for a sender: when each of its packets arrived, of all streams together
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01). Its congestion control lives on it, an
 * audio-only sender's too.
 *
 * A late packet is told of again, with what came after it, if it is at most 500 ms old; otherwise
 * the sender would count it as lost. Memory is taken at the first packet that is numbered.
 */
#ifndef INGRESS_FEEDBACK_H
#define INGRESS_FEEDBACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

enum {
	FEEDBACK_ROOM = 2048, /* numbers remembered, a power of two */
	FEEDBACK_BACK_US = 500000,
	FEEDBACK_US = 100000,	   /* between feedbacks, ... */
	FEEDBACK_FAST_US = 50000,  /* ... above FEEDBACK_FAST_BPS, ... */
	FEEDBACK_SLOW_US = 250000, /* ... and below FEEDBACK_SLOW_BPS */
	FEEDBACK_FAST_BPS = 1000000,
	FEEDBACK_SLOW_BPS = 100000,
	FEEDBACK_SHARE = 20, /* of what comes, one byte in so many may go back */
};

struct feedback {
	int64_t *arrivals;     /* FEEDBACK_ROOM, by extended number; TWCC_LOST: none */
	int64_t next, highest; /* the first not told yet, the highest seen */
	uint64_t sent_us;
	uint32_t sent_bytes; /* at sent_us, on the wire */
	uint8_t count;	     /* of feedback packets */
};

void feedback_finish(struct feedback *feedback);
void feedback_arrived(struct feedback *feedback, uint16_t seq, uint64_t arrival_us);
/* When the next is due, while so much comes (0: not known yet); UINT64_MAX: nothing to tell. */
uint64_t feedback_due_us(const struct feedback *feedback, uint32_t bps);
/* Appends one feedback packet. False when there is nothing (more) to tell or no room. */
bool feedback_write(struct feedback *feedback, struct writer *w, uint32_t sender, uint32_t media,
	uint64_t now_us);

#endif
