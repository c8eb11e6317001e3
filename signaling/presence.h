/* SPDX-License-Identifier: MIT */
/*
 * What is to be written down of one member's presence in class, out of what the engine says every
 * two seconds of a link that lives.
 *
 * A stretch lasts as long as the link lives, PRESENCE_STRETCH_MS at most. sent_ms is the time in
 * which audio was sent to the member; heard_ms is the share of it that the member's own client
 * acknowledged, packet by packet, in its receiver reports (RFC 3550 6.4.1). What was acknowledged
 * late counts in the stretch in which the report came. Pure: no clock, no database.
 */
#ifndef SIGNALING_PRESENCE_H
#define SIGNALING_PRESENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "src/academy/attendance.h"

enum {
	PRESENCE_STRETCH_MS = 30 * 1000,
	PRESENCE_SILENT_MS = 6 * 1000, /* no word of the link for so long: the stretch is over */
	PRESENCE_STEP_MS = 2 * 1000,   /* what a first word of the link stands for */
};

/* What the engine says: packets since the peer was made. */
struct presence_link {
	enum attendance_link quality;
	unsigned rtt_ms, loss_permille;
	uint64_t audio_sent, audio_acked;
};

struct presence {
	int64_t from_ms, to_ms; /* the open stretch; 0: none */
	int64_t sent_ms, heard_ms;
	enum attendance_link worst;
	unsigned rtt_ms, loss_permille;

	/* since the peer was made */
	uint64_t audio_sent, audio_acked;
	int64_t sent_total_ms, heard_total_ms;
};

void presence_on_link(struct presence *presence, const struct presence_link *link, int64_t now_ms);
/* True: a stretch is over and in `row` (kind, times, figures). `now` as it is also when leaving. */
bool presence_cut(
	struct presence *presence, int64_t now_ms, bool leaving, struct attendance_row *row);

#endif
