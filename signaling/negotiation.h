/* SPDX-License-Identifier: MIT */
/*
 * The peer of a seat, from the offer of whoever sits there: the same for a page over its WebSocket
 * and for a program by WHIP or WHEP. Control thread. Too large for the stack.
 */
#ifndef SIGNALING_NEGOTIATION_H
#define SIGNALING_NEGOTIATION_H

#include "signaling/sdp.h"

struct classroom;
struct seat;

enum { NEGOTIATION_RESTART_US = 1000 * 1000 }; /* between two ICE restarts of one peer */

struct negotiation {
	struct sdp_offer offer;
	struct lectern_peer_params params;
	char answer[SDP_MAX_ANSWER];
	char why[SDP_WHY];
};

/* Room, member, name and role of `params`. */
void negotiation_fill_person(const struct classroom *classroom, const struct seat *seat,
	struct lectern_peer_params *params);
/* A new peer as n->params say, and its answer; the one that the seat had stays until then. Errors
 * as the engine. */
int negotiation_new_peer(struct classroom *classroom, struct seat *seat, struct negotiation *n);
/* The answer of the peer that the seat has, written again. */
int negotiation_same_peer(
	const struct classroom *classroom, const struct seat *seat, struct negotiation *n);
/* ICE of the seat's peer begins anew with the credentials of `params`, which the seat keeps.
 * -EAGAIN: it just did. */
int negotiation_restart(
	struct classroom *classroom, struct seat *seat, const struct lectern_peer_params *params);

#endif
