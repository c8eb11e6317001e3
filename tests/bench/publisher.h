/* SPDX-License-Identifier: MIT */
/*
 * The sending half of a member: makes the RTP packets of traffic.h when they are due, keeps the
 * last ones for retransmission, answers keyframe requests, and tells what a sender report says.
 *
 * Knows no socket, no clock and no keys: packets in the clear go to `send`, which protects them in
 * place (there is room for the tag behind them). A frame goes out in one burst; a keyframe, which
 * is four times as large, is paced as browsers do it. Belongs to a member.
 */
#ifndef BENCH_PUBLISHER_H
#define BENCH_PUBLISHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rtp/rtcp.h"

enum {
	PUBLISHER_HISTORY = 1024,
	PUBLISHER_PACKET = 1400,
	PUBLISHER_KEYFRAME_APART_US = 100 * 1000, /* however many ask */
	PUBLISHER_PACE_US = 2500,		  /* between packets of a keyframe */
};

struct publisher;

struct publisher_track {
	uint32_t ssrc, rtx_ssrc;
	uint8_t pt, rtx_pt; /* pt 0: not sent at all; rtx_pt 0: sent again as it was */
	uint8_t ext_mid, ext_twcc, ext_level;
	char mid[16];
};

struct publisher_config {
	struct publisher_track audio, video;
	void (*send)(void *arg, uint8_t *packet, size_t len);
	void *arg;
};

int publisher_create(
	const struct publisher_config *config, uint64_t now_us, struct publisher **ret_publisher);
/* Accepts NULL. */
void publisher_destroy(struct publisher *publisher);

/* Sends what is due. */
void publisher_tick(struct publisher *publisher, uint64_t now_us);
void publisher_keyframe(struct publisher *publisher, uint32_t ssrc);
void publisher_nack(struct publisher *publisher, uint32_t ssrc, uint16_t seq);
/* False: nothing was sent on it yet, or there is no such track. */
bool publisher_report(
	const struct publisher *publisher, bool video, uint64_t now_us, struct rtcp_sr *ret_sr);
uint64_t publisher_sent(const struct publisher *publisher);
uint64_t publisher_keyframes(const struct publisher *publisher);

#endif
