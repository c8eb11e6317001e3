/* SPDX-License-Identifier: MIT */
/*
 * STUN binding requests (RFC 8489) as an ICE-lite end sees them, on libnice's STUN agent.
 *
 * A stun_codec belongs to one worker and serves all of its agents; it keeps no state between calls.
 * Nothing here answers by itself: stun_request_read() tells whether a datagram is a binding request
 * that carries the right credentials, and only then may one of the writers be used.
 */
#ifndef ICE_STUN_H
#define ICE_STUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "lectern/types.h"

enum {
	STUN_MAX_MESSAGE = 1280, /* RFC 8489 6.1: a request fits the smallest path MTU */
	STUN_MAX_REPLY = 128,
};

struct stun_codec;

int stun_codec_create(struct stun_codec **ret_codec);
/* Accepts NULL. */
void stun_codec_destroy(struct stun_codec *codec);

/*
 * The local ufrag that a STUN request names (RFC 8445 7.2.2: USERNAME is "<ours>:<theirs>"), to
 * find the agent by; nothing is checked yet. Points into `data`. -EBADMSG: no STUN request with
 * one.
 */
int stun_local_ufrag(const uint8_t *data, size_t len, const char **ret_ufrag, size_t *ret_len);

enum stun_outcome {
	STUN_OK = 0,
	STUN_MALFORMED,	      /* not a whole STUN request, or without a valid FINGERPRINT */
	STUN_UNAUTHENTICATED, /* USERNAME or MESSAGE-INTEGRITY is not ours */
	STUN_UNKNOWN,  /* authenticated, with an attribute that we must understand and do not */
	STUN_CONFLICT, /* authenticated, and it says ICE-CONTROLLED, which only we can be */
};

struct stun_request {
	enum stun_outcome outcome;
	uint32_t priority;
	bool use_candidate;
};

/* Is it from someone who knows `username` ("<ours>:<theirs>") and our password? */
struct stun_request stun_request_read(struct stun_codec *codec, const uint8_t *data, size_t len,
	const char *username, const char *password);

/*
 * Writes the answer to the request that stun_request_read() of the same codec has just read as
 * STUN_OK, STUN_UNKNOWN or STUN_CONFLICT. Returns its length; 0 if it would be longer than the
 * request (nobody is to be made louder by us), or does not fit `room`.
 */
size_t stun_reply_write(
	struct stun_codec *codec, const struct addr *from, uint8_t *out, size_t room);

#endif
