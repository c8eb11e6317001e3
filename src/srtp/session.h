/* SPDX-License-Identifier: MIT */
/*
 * SRTP and SRTCP of one peer (RFC 3711, RFC 7714), both ways, in place.
 *
 * AEAD_AES_128_GCM, which browsers take when it is offered, is ours (gcm.h) on the best cipher
 * that the machine has; AES-CM with HMAC-SHA1 is libsrtp's (libsrtp.h). Receiving: replay window
 * of SRTP_WINDOW packets for each SSRC, RTP and RTCP apart; at most SRTP_MAX_SSRCS streams, and a
 * stream only begins with an authentic packet: an SSRC that does not fit any more is refused before
 * anything is computed. What is not authentic changes nothing but the bytes of its packet, which
 * are of no use then. Sending: a packet may be late, out of its order, by less than
 * SRTP_SENT_WINDOW; a sequence number that was sent in this round, or one older than that, is
 * refused. Nothing is allocated for a packet, only when a stream begins. Owned by a peer, on its
 * worker.
 *
 * Errors: -EBADMSG not authentic, malformed or too short, -EALREADY replayed, -ENOSPC too many
 * streams or no room for the trailer, -EEXIST sent already (the packet is left as it was), -ERANGE
 * before the first index of a stream or after the last (the same), -ENOMEM, -EIO the library failed.
 */
#ifndef SRTP_SESSION_H
#define SRTP_SESSION_H

#include <stddef.h>
#include <stdint.h>

enum {
	SRTP_WINDOW = 1024,
	SRTP_MAX_SSRCS = 20, /* received ones of a peer */
	SRTP_MAX_SENT = 48,  /* sent ones: a stream and its repair for each section of an offer */
	SRTP_SENT_WINDOW = 256,
	SRTP_TRAILER = 24, /* at most what protecting adds: GCM tag, E bit and SRTCP index, spare */
};

enum srtp_suite {
	SRTP_AEAD_AES_128_GCM_SUITE = 1,
	SRTP_AES128_CM_SHA1_80_SUITE,
};

/* Who does the work. Choosing is for tests and benchmarks. */
enum srtp_backend {
	SRTP_BACKEND_BEST,
	SRTP_BACKEND_IPSEC_MB, /* GCM only, like the next */
	SRTP_BACKEND_OPENSSL,
	SRTP_BACKEND_LIBSRTP,
};

struct srtp_session;

/* Before any session and after all of them, by one thread; as often stopped as started. */
int srtp_library_start(void);
void srtp_library_stop(void);
/* For the log: what the best is for GCM here. */
const char *srtp_gcm_backend(void);

/* Keys are followed by their salts: 16 + 12 bytes for GCM, 16 + 14 for AES-CM. Not kept. */
int srtp_session_create(enum srtp_suite suite, const uint8_t *receive_key, const uint8_t *send_key,
	struct srtp_session **ret_session);
/* -ENOTSUP: not for this suite, or not on this machine. */
int srtp_session_create_on(enum srtp_backend backend, enum srtp_suite suite,
	const uint8_t *receive_key, const uint8_t *send_key, struct srtp_session **ret_session);
/* Accepts NULL. */
void srtp_session_destroy(struct srtp_session *session);

/* *len: of the packet, before and after. */
int srtp_unprotect_rtp(struct srtp_session *session, uint8_t *packet, size_t *len);
int srtp_unprotect_rtcp_compound(struct srtp_session *session, uint8_t *packet, size_t *len);
/*
 * Where the state and the key lie that protecting a packet reads: kept by who sends for hundreds of
 * sessions in turn, to have them brought into the cache one ahead, without following pointers to
 * what is not there either. NULL: nothing worth it.
 */
struct srtp_hot {
	const void *state, *key;
};
struct srtp_hot srtp_session_hot(const struct srtp_session *session);
void srtp_prefetch(const struct srtp_hot *hot);
/* `room`: bytes at `packet`, at least *len + SRTP_TRAILER. */
int srtp_protect_rtp(struct srtp_session *session, uint8_t *packet, size_t *len, size_t room);
int srtp_protect_rtcp_compound(
	struct srtp_session *session, uint8_t *packet, size_t *len, size_t room);

#endif
