/* SPDX-License-Identifier: MIT */
/*
 * RTP packets: parse what comes, write the head of what goes (RFC 3550 5.1, RFC 8285).
 *
 * Parsing fills offsets and values (struct pkt_rtp), never pointers. A header can be parsed before
 * SRTP has checked the packet, to learn whose it is; the rest only after. What is sent gets a new
 * header from a template made once for each stream: fixed header and the extensions negotiated with
 * that receiver, nothing else of the sender's header goes on.
 * Errors: -EBADMSG for anything that is not RTP or does not fit its own lengths.
 */
#ifndef RTP_PACKET_H
#define RTP_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pkt.h"
#include "lectern/engine.h"
#include "lectern/types.h"

enum {
	RTP_ELEMENT_SHORT = 16,		/* bytes of a value that one-byte headers can have */
	RTP_ELEMENT_GROWTH = 4 + 2 + 3, /* of a header by rtp_template_add(), but for the value */
};

/* Negotiated header extension ids, 1 to 14; 0: not negotiated. */
struct rtp_exts {
	uint8_t mid;	       /* RFC 9143 15 */
	uint8_t rid, rrid;     /* RFC 8852 */
	uint8_t twcc;	       /* draft-holmer-rmcat-transport-wide-cc-extensions-01 */
	uint8_t level;	       /* RFC 6464 */
	uint8_t abs_send_time; /* http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time */
	uint8_t dd;	       /* AV1 RTP specification, appendix A */
};

/* Names that a packet carried; empty: it carried none. */
struct rtp_names {
	char mid[LECTERN_MAX_MID];
	char rid[LECTERN_MAX_RID];
	char rrid[LECTERN_MAX_RID];
};

/* RFC 5761 4: an RTCP packet on a port shared with RTP. */
bool rtp_is_rtcp(const uint8_t *data, size_t len);

/* Every extension that the peer's sections negotiated: with BUNDLE an id means the same in all. */
struct rtp_exts rtp_exts_of(const struct lectern_section *sections, size_t count);

/* Header only: works on a packet that is still encrypted; payload_len and padding stay 0. */
int rtp_header_parse(const uint8_t *data, size_t len, const struct rtp_exts *exts,
	struct pkt_rtp *ret_rtp, struct rtp_names *ret_names);
/* A whole plaintext packet: data and len in, pkt->rtp out. */
int rtp_packet_parse(struct pkt *pkt, const struct rtp_exts *exts, struct rtp_names *ret_names);

/* Where in a written header the values lie that are known only when it is sent; 0: absent. */
struct rtp_template {
	uint8_t bytes[64];
	uint8_t len;
	uint8_t twcc_at, abs_send_time_at, level_at;
	bool wide; /* two-byte headers (RFC 8285 4.3) */
};

/* Ids of 0 are left out; `mid` may be empty. */
void rtp_template_init(
	struct rtp_template *t, uint32_t ssrc, const struct rtp_exts *exts, const char *mid);
/* The same with two-byte headers, for elements of more than 16 bytes. */
void rtp_template_init_wide(
	struct rtp_template *t, uint32_t ssrc, const struct rtp_exts *exts, const char *mid);
/* Writes t->len bytes. */
void rtp_template_write(const struct rtp_template *t, uint8_t *out, uint8_t pt, bool marker,
	uint16_t seq, uint32_t timestamp);
/* Adds an element to the header that was written at `out` and is `len` bytes long now; by at
 * most RTP_ELEMENT_GROWTH and the value's length. Returns its new length. */
size_t rtp_template_add(const struct rtp_template *t, uint8_t *out, size_t len, uint8_t id,
	const uint8_t *value, uint8_t value_len);
void rtp_template_set_level(
	const struct rtp_template *t, uint8_t *packet, uint8_t level, bool voice);
/* At twcc_at and abs_send_time_at of the template; 0: nothing happens. */
void rtp_set_twcc(uint8_t *packet, uint8_t at, uint16_t seq);
/* 24 bits, 6.18 fixed point seconds. */
void rtp_set_send_time(uint8_t *packet, uint8_t at, uint64_t now_us);

#endif
