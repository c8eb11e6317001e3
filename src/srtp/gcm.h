/* SPDX-License-Identifier: MIT */
/*
 * SRTP and SRTCP with AES-128-GCM (RFC 7714), both ways, over one of the ciphers of aead.h.
 *
 * Receiving: for each SSRC the roll-over counter and a replay window of SRTP_WINDOW packets, for
 * RTP and for RTCP; nothing of it changes unless a packet is authentic. The windows are allocated
 * when a stream begins (at most twice SRTP_MAX_SSRCS in the life of a session), never for a packet.
 * Sending: for each of SRTP_MAX_SENT SSRCs the last SRTP_SENT_WINDOW indices, so that none goes
 * out twice under the same key: that would give away the key stream and the means to forge.
 * Errors and ownership are those of session.h.
 */
#ifndef SRTP_GCM_H
#define SRTP_GCM_H

#include <stddef.h>
#include <stdint.h>

#include "srtp/aead.h"

enum { GCM_SALT = 12 };

/* Session keys of one direction. */
struct gcm_keys {
	uint8_t rtp[AEAD_KEY], rtp_salt[GCM_SALT];
	uint8_t rtcp[AEAD_KEY], rtcp_salt[GCM_SALT];
};

struct gcm;
struct srtp_hot;

/* `master`: a key of 16 bytes and its salt of 12. -ENOMEM, -EIO. */
int gcm_keys_derive(const uint8_t *master, struct gcm_keys *ret_keys);

int gcm_create(const struct aead *aead, const struct gcm_keys *receive, const struct gcm_keys *send,
	struct gcm **ret_gcm);
/* Accepts NULL. */
void gcm_destroy(struct gcm *gcm);

int gcm_open_rtp(struct gcm *gcm, uint8_t *packet, size_t *len);
int gcm_open_rtcp(struct gcm *gcm, uint8_t *packet, size_t *len);
/* See srtp_session_hot(). */
struct srtp_hot gcm_hot(const struct gcm *gcm);
void gcm_prefetch(const struct srtp_hot *hot);
int gcm_seal_rtp(struct gcm *gcm, uint8_t *packet, size_t *len, size_t room);
int gcm_seal_rtcp(struct gcm *gcm, uint8_t *packet, size_t *len, size_t room);

#endif
