/* SPDX-License-Identifier: MIT */
/*
 * As much SDP as a load client needs: offers and answers for one BUNDLE group of Opus and VP8, and
 * what matters of the ones it gets. Apart from signaling/sdp, so that the two ends are not wrong in
 * the same way. No state.
 */
#ifndef BENCH_SDP_H
#define BENCH_SDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SDP_SECTIONS = 64,
	SDP_TEXT = 128 * 1024,
};

/* Of our own offers; an answer takes over the other end's. */
enum {
	SDP_OPUS = 111,
	SDP_VP8 = 96,
	SDP_VP8_RTX = 97,
	SDP_EXT_LEVEL = 1,
	SDP_EXT_TWCC = 3,
	SDP_EXT_MID = 4,
};

struct sdp_section {
	bool video, rejected;
	bool sends; /* the one who wrote it does */
	char mid[32];
	uint8_t pt, rtx_pt; /* 0: none that we know */
	uint8_t ext_level, ext_twcc, ext_mid;
	bool nack, pli;
	uint32_t ssrc, rtx_ssrc; /* of what the one who wrote it sends */
};

struct sdp {
	char ufrag[260], pwd[260], fingerprint[100], setup[16];
	char ip[64]; /* the first IPv4 candidate over UDP; a loopback one before others */
	uint16_t port;
	bool lite;
	unsigned count;
	struct sdp_section sections[SDP_SECTIONS];
};

/* A section of an offer of ours. */
struct sdp_section *sdp_add(struct sdp *sdp, bool video, bool sends);
/* -EBADMSG: no credentials, fingerprint, candidate or section in it. */
int sdp_read(const char *text, struct sdp *ret_sdp);
/* NUL-terminated; -ENOSPC. */
int sdp_write(const struct sdp *sdp, char *out, size_t room);

#endif
