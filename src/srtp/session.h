/* SPDX-License-Identifier: MIT */
/*
 * SRTP and SRTCP of one peer (RFC 3711, RFC 7714), both ways, in place.
 *
 * On libsrtp. Sending stands apart from receiving in this interface, so that a faster cipher can
 * take over what is sent (one key, many packets) without anybody else noticing.
 *
 * Receiving: replay window of SRTP_WINDOW packets; at most SRTP_MAX_SSRCS streams, and a stream
 * only begins with an authentic packet: an SSRC that does not fit any more is refused before
 * anything is computed. Sending: the caller never gives two packets of one SSRC the same sequence
 * number. Owned by a peer, on its worker. Errors: -EBADMSG not authentic or too short, -EALREADY
 * replayed, -ENOSPC too many streams or no room for the trailer, -ENOMEM.
 */
#ifndef SRTP_SESSION_H
#define SRTP_SESSION_H

#include <stddef.h>
#include <stdint.h>

enum {
	SRTP_WINDOW = 1024,
	SRTP_MAX_SSRCS = 20, /* received ones of a peer */
	SRTP_TRAILER = 24, /* at most what protecting adds: GCM tag, E bit and SRTCP index, spare */
};

enum srtp_suite {
	SRTP_AEAD_AES_128_GCM_SUITE = 1,
	SRTP_AES128_CM_SHA1_80_SUITE,
};

struct srtp_session;

/* Before any session and after all of them, by one thread; as often stopped as started. */
int srtp_library_start(void);
void srtp_library_stop(void);

/* Keys are followed by their salts: 16 + 12 bytes for GCM, 16 + 14 for AES-CM. Not kept. */
int srtp_session_create(enum srtp_suite suite, const uint8_t *receive_key, const uint8_t *send_key,
	struct srtp_session **ret_session);
/* Accepts NULL. */
void srtp_session_destroy(struct srtp_session *session);

/* *len: of the packet, before and after. */
int srtp_unprotect_rtp(struct srtp_session *session, uint8_t *packet, size_t *len);
int srtp_unprotect_rtcp_compound(struct srtp_session *session, uint8_t *packet, size_t *len);
/* `room`: bytes at `packet`, at least *len + SRTP_TRAILER. */
int srtp_protect_rtp(struct srtp_session *session, uint8_t *packet, size_t *len, size_t room);
int srtp_protect_rtcp_compound(
	struct srtp_session *session, uint8_t *packet, size_t *len, size_t room);

#endif
