/* SPDX-License-Identifier: MIT */
/*
 * RTCP: a compound packet is checked as a whole and then told block by block; builders append to a
 * writer (RFC 3550 6, RFC 4585, RFC 5104, RFC 5506: reduced-size is accepted).
 *
 * Unknown packet types are skipped. A compound whose lengths do not fit is refused (-EBADMSG)
 * before the first callback. A NACK tells each sequence number by itself, at most RTCP_MAX_NACKS of
 * a compound. Any callback may be NULL.
 */
#ifndef RTP_RTCP_H
#define RTP_RTCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum {
	RTCP_MAX_NACKS = 512, /* sequence numbers of one compound that are looked at */
	RTCP_MAX_BLOCKS = 31, /* report blocks of one SR or RR: a five-bit count */
};

/* RFC 3550 6.4.1, sender info */
struct rtcp_sr {
	uint32_t ssrc;
	uint64_t ntp; /* 32.32 */
	uint32_t rtp_timestamp;
	uint32_t packets, octets;
};

/* RFC 3550 6.4.1, report block */
struct rtcp_block {
	uint32_t ssrc;
	uint8_t fraction; /* lost, in 1/256 */
	int32_t lost;	  /* cumulative, 24 bits signed */
	uint32_t highest; /* extended highest sequence number */
	uint32_t jitter;  /* in timestamp units */
	uint32_t lsr, dlsr;
};

struct rtcp_handler {
	void (*sr)(void *arg, const struct rtcp_sr *sr);
	void (*block)(void *arg, const struct rtcp_block *block); /* of an SR or an RR */
	void (*bye)(void *arg, uint32_t ssrc);
	void (*nack)(void *arg, uint32_t media_ssrc, uint16_t seq);
	void (*keyframe)(void *arg, uint32_t media_ssrc); /* PLI */
	/* FIR: a command with the number of the last one is a repetition (RFC 5104 4.3.1.1). */
	void (*fir)(void *arg, uint32_t media_ssrc, uint8_t command);
	/* What follows the two SSRCs, for twcc_parse(); borrowed. */
	void (*twcc)(void *arg, uint32_t media, const uint8_t *fci, size_t len);
};

int rtcp_parse(const uint8_t *data, size_t len, const struct rtcp_handler *handler, void *arg);

void rtcp_write_sr(
	struct writer *w, const struct rtcp_sr *sr, const struct rtcp_block *blocks, size_t count);
void rtcp_write_rr(
	struct writer *w, uint32_t sender, const struct rtcp_block *blocks, size_t count);
void rtcp_write_sdes(struct writer *w, uint32_t ssrc, const char *cname);
/* Sequence numbers in rising order; RFC 4585 6.2.1. */
void rtcp_write_nack(
	struct writer *w, uint32_t sender, uint32_t media, const uint16_t *seqs, size_t count);
void rtcp_write_pli(struct writer *w, uint32_t sender, uint32_t media);
void rtcp_write_fir(struct writer *w, uint32_t sender, uint32_t media, uint8_t command);
void rtcp_write_bye(struct writer *w, const uint32_t *ssrcs, size_t count);

/* Our NTP clock is the monotonic one: any epoch serves, as long as all streams share it. */
uint64_t rtcp_ntp_of_us(uint64_t us);
int64_t rtcp_us_of_ntp(uint64_t ntp);
/* RFC 3550 6.4.1: round trip by the lsr and dlsr of a block about what we sent; 0: cannot tell. */
uint32_t rtcp_round_trip_us(const struct rtcp_block *block, uint64_t now_us);

#endif
