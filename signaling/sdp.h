/* SPDX-License-Identifier: MIT */
/*
 * The one offer of a member and our one answer (RFC 8866, 8829, 9143, 8853; a whitelist of what we
 * understand, everything else in an offer is passed over).
 *
 * Sections in order: the first sending audio section is the microphone, the first and second
 * sending video sections are camera and screen; receiving sections are slots of their medium,
 * counted from 0. More or fewer sections, rejected and inactive ones are fine. We negotiate Opus,
 * VP8, VP9, AV1 and H.264 with RTX, and the extensions and feedback of struct lectern_section: to
 * send the first of the offer's formats that we forward, to receive all of them. The answer is
 * ICE-lite and the DTLS server.
 *
 * Lip sync: audio slot 0 and video slot 1 (the lead's) share a stream, every other slot has its
 * own.
 *
 * No state, any thread; the offer is borrowed until return. -EBADMSG: it cannot work; the reason is
 * in `why`, English, for a log. Limits: lectern/types.h and below.
 */
#ifndef SIGNALING_SDP_H
#define SIGNALING_SDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lectern/engine.h"

enum {
	SDP_MAX_OFFER =
		120000, /* bytes; a browser that offers every codec of 16 sections needs 60000 */
	SDP_MAX_ANSWER = 48 * 1024,
	SDP_MAX_LINE = 4096,
	SDP_MAX_FORMATS = 64, /* payload types of a section */
	SDP_WHY = 128,
};

enum sdp_medium { SDP_OTHER, SDP_AUDIO, SDP_VIDEO };

enum sdp_direction { SDP_SENDRECV, SDP_SENDONLY, SDP_RECVONLY, SDP_INACTIVE };

enum sdp_extension {
	SDP_EXT_MID,
	SDP_EXT_RID,
	SDP_EXT_RRID,
	SDP_EXT_TWCC,
	SDP_EXT_LEVEL,
	SDP_EXT_ABS_SEND_TIME,
	SDP_EXT_DD,
	SDP_EXTENSIONS
};

enum sdp_encoding {
	SDP_ENC_OTHER,
	SDP_ENC_OPUS,
	SDP_ENC_VP8,
	SDP_ENC_VP9,
	SDP_ENC_AV1,
	SDP_ENC_H264,
	SDP_ENC_RTX,
	SDP_ENC_RED,
};

struct sdp_format {
	uint8_t pt;
	uint8_t apt; /* RTX: of which payload type, RFC 4588 8.1; RED: of all blocks, RFC 2198 5 */
	enum sdp_encoding encoding;
	bool fec, dtx; /* Opus, RFC 7587 6.1 */
	/* VP9: profile-id (RFC 9628 6); AV1: profile (AV1 RTP specification 7.2.1) */
	bool has_profile;
	uint8_t profile;
	/* H.264, RFC 6184 8.1 */
	bool has_level_id;
	uint32_t level_id;	    /* profile-level-id */
	uint8_t packetization_mode; /* 0: not told */
	bool nack, pli, fir, twcc;
};

/* What decides the transport; at the session or in a section. */
struct sdp_transport {
	char ufrag[LECTERN_MAX_UFRAG + 1], pwd[LECTERN_MAX_PWD + 1];
	char fingerprint[96];
	bool other_hash; /* a fingerprint by another hash than SHA-256 */
	bool passive;	 /* setup:passive: we could not be the server */
};

struct sdp_section {
	enum sdp_medium medium;
	char media[16], proto[32], formats_text[256]; /* of the m-line, to answer a rejected one */
	bool rejected; /* port 0 without bundle-only, or not in the BUNDLE group */
	bool bundle_only, mux, rsize;
	enum sdp_direction direction;
	char mid[LECTERN_MAX_MID];
	size_t format_count;
	struct sdp_format formats[SDP_MAX_FORMATS];
	struct {
		uint8_t id; /* 0: not offered */
		enum sdp_direction direction;
	} extensions[SDP_EXTENSIONS];
	size_t rid_count;
	char rids[LECTERN_MAX_RIDS][LECTERN_MAX_RID];
	uint32_t ssrc, rtx_ssrc;
	struct sdp_transport transport;
};

struct sdp_offer {
	bool has_bundle, allow_mixed;
	struct sdp_transport transport; /* the one of the whole BUNDLE group */
	size_t section_count;
	struct sdp_section sections[LECTERN_MAX_SECTIONS];
};

/* What is told of ICE alone, without a new offer (RFC 8840 9). */
struct sdp_fragment {
	char ufrag[LECTERN_MAX_UFRAG + 1], pwd[LECTERN_MAX_PWD + 1]; /* "": neither */
	unsigned candidates;
};

int sdp_parse(const char *text, size_t len, struct sdp_offer *ret_offer, char why[SDP_WHY]);
int sdp_fragment_parse(
	const char *text, size_t len, struct sdp_fragment *ret_fragment, char why[SDP_WHY]);

/* Of WHIP only what the client sends is taken (`only` SDP_SENDONLY), of WHEP only what it receives
 * (SDP_RECVONLY): sections that do both do that, the others become inactive. False: none does. */
bool sdp_restrict(struct sdp_offer *offer, enum sdp_direction only);
/* New credentials of ours, for a new peer and for an ICE restart. */
void sdp_new_credentials(struct lectern_peer_params *params);

/*
 * Fills the transport and the sections of `params`; room and person are the caller's. With
 * `previous` (what this same peer has) our SSRCs, CNAME and credentials stay, but for new
 * credentials when the offer's have changed (ICE restart, RFC 8839 4.4.1.1); the sections must not
 * have changed.
 */
int sdp_negotiate(const struct sdp_offer *offer, const struct lectern_peer_params *previous,
	struct lectern_peer_params *params, char why[SDP_WHY]);

/* The answer, NUL-terminated, into `out` of SDP_MAX_ANSWER bytes; `version` counts the answers of
 * this peer from 1. -ENOSPC. */
int sdp_write(const struct sdp_offer *offer, const struct lectern_peer_params *params,
	const struct lectern_endpoint *endpoint, unsigned version, char *out);
/* Our side of ICE alone, into `out` of SDP_MAX_ANSWER bytes: the answer to a fragment that restarts
 * it. -ENOSPC. */
int sdp_fragment_write(const struct lectern_peer_params *params,
	const struct lectern_endpoint *endpoint, char *out);

#endif
