/* SPDX-License-Identifier: MIT */
/* What the files of a classroom share: classroom.c, carry_out.c, peers.c, tape.c, live.c. */
#ifndef SIGNALING_CLASSROOM_PRIV_H
#define SIGNALING_CLASSROOM_PRIV_H

#include "signaling/classroom.h"

/* The class has ended: everybody gets a bye that names the recording. */
void classroom_send_away(struct classroom *classroom);
/* Brings the video slots of every peer in line with the stage. */
void classroom_show_all(struct classroom *classroom);
/* By a job; a failure is logged. */
void set_session_state(
	struct live *live, const struct session *session, enum session_state state, int64_t at_ms);

#endif
