/* SPDX-License-Identifier: MIT */
/*
 * Members who came by HTTP with an offer and a token, not by a page: WHIP (RFC 9725) to teach, WHEP
 * (draft-ietf-wish-whep) to watch. api/whip.c is their HTTP.
 *
 * Such a member has a seat like any other, without a WebSocket. Who teaches is an instructor whose
 * microphone, camera and (a second video section) screen are on; who watches is a trainee who sends
 * nothing. The seat is the resource of the protocol: when it goes, by DELETE, because the member
 * was removed, its media stopped for good or the class ended, the resource is gone.
 *
 * A player with a single video section sees the screen while one is shared, else the lead's camera,
 * else another's; one with more has the slots of src/room/stage.h.
 *
 * Control thread. Limits: those of the room. Errors are told at each call.
 */
#ifndef SIGNALING_WHIP_H
#define SIGNALING_WHIP_H

#include <stdbool.h>
#include <stddef.h>

#include "lectern/engine.h"
#include "signaling/sdp.h"
#include "src/academy/stream.h"

struct class_facts;
struct classroom;
struct live;
struct negotiation;
struct seat;

enum {
	WHIP_RESOURCE = 23, /* base64url of 16 random bytes, with its NUL */
	WHIP_ETAG = 32,
};

/* What a seat has of it; owned by the seat. */
struct whip {
	enum stream_direction direction;
	char resource[WHIP_RESOURCE];
	char hash[SIGNIN_HASH]; /* of the token that it came with */
	bool one_picture;	/* has a single video slot */
};

struct whip_ask {
	const struct class_facts *facts;
	enum stream_direction direction;
	const char *name; /* what the others see */
	const char *hash;
	const char *offer;
	size_t offer_len;
};

/*
 * Takes a seat as the offer says; the answer is in n->answer. -EBADMSG: the offer cannot work, see
 * n->why; -ESHUTDOWN: the class is over; -EAGAIN: it is not open yet; -ENOSPC: full.
 */
int whip_open(struct live *live, const struct whip_ask *ask, struct negotiation *n,
	struct classroom **ret_classroom, struct seat **ret_seat);
/* -ENOENT: no such resource (any more); -EACCES: it came with another token. */
int whip_find(struct live *live, int64_t session, enum stream_direction direction,
	const char *resource, const char *hash, struct classroom **ret_classroom,
	struct seat **ret_seat);
/* The entity tag of the seat's ICE session, with its quotes (RFC 9725 4.3.1); returns out. */
const char *whip_etag(const struct seat *seat, char out[WHIP_ETAG]);

/*
 * A PATCH. 0: candidates, of which the server has no need, since the checks that it answers come
 * from them; 1: ICE begins anew, and our side of it is in `answer` (SDP_MAX_ANSWER). -EAGAIN: it
 * just did.
 */
int whip_patch(struct classroom *classroom, struct seat *seat, const struct sdp_fragment *fragment,
	char *answer);
/* The member leaves; the seat is gone. */
void whip_close(struct classroom *classroom, struct seat *seat);

/* The engine says so of the seat's peer; the seat may be gone afterwards. */
void whip_on_peer(struct classroom *classroom, struct seat *seat, enum lectern_peer_state state);

#endif
