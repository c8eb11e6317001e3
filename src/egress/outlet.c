/* SPDX-License-Identifier: MIT */
#include "egress/outlet.h"

#include <assert.h>
#include <stdlib.h>

#include "rtp/twcc.h"

enum {
	WINDOW_US = 2000000,
	REPAIR_START = 16000, /* bytes of credit */
	REPAIR_MOST = 64000,  /* a burst lost of a large keyframe */
	REPAIR_SHARE = 4,     /* one byte of repair for so many of media */
};

enum sent_state {
	SENT_NONE, /* or told as received */
	SENT_WAITING,
	SENT_LOST, /* told as lost; may yet be told as received */
};

struct outlet_sent {
	uint16_t seq;
	uint8_t state;
};

void outlet_init(struct outlet *outlet, const struct outlet_ops *ops, void *arg)
{
	*outlet = (struct outlet){.ops = ops, .arg = arg, .repair_credit = REPAIR_START};
}

void outlet_finish(struct outlet *outlet)
{
	free(outlet->sent);
	outlet->sent = NULL;
}

uint8_t *outlet_begin(struct outlet *outlet)
{
	uint8_t *packet = outlet->ops->room(outlet->arg);

	outlet->no_room += !packet;
	return packet;
}

static void number(struct outlet *outlet, const struct rtp_template *t, uint8_t *packet)
{
	uint16_t seq = outlet->twcc_seq++;

	rtp_template_set_twcc(t, packet, seq);
	if (!outlet->sent)
		outlet->sent = calloc(OUTLET_SENT, sizeof(outlet->sent[0]));
	if (outlet->sent)
		outlet->sent[seq & (OUTLET_SENT - 1)] =
			(struct outlet_sent){.seq = seq, .state = SENT_WAITING};
}

void outlet_send(struct outlet *outlet, const struct rtp_template *t, uint8_t *packet, size_t len,
	bool repair, uint64_t now_us)
{
	assert(len <= OUTLET_MAX_PACKET);
	if (t->twcc_at)
		number(outlet, t, packet);
	rtp_template_set_time(t, packet, now_us);
	if (repair)
		outlet->repair_credit -= (int32_t)len;
	else if (outlet->repair_credit < REPAIR_MOST)
		outlet->repair_credit += (int32_t)len / REPAIR_SHARE;
	outlet->packets++;
	outlet->bytes += len;
	outlet->window_bytes += len;
	outlet->ops->ready(outlet->arg, len);
}

bool outlet_may_repair(struct outlet *outlet, size_t len)
{
	bool may = outlet->repair_credit >= (int32_t)len;

	outlet->repair_denied += !may;
	return may;
}

static void take_status(struct outlet *outlet, uint16_t seq, bool arrived)
{
	struct outlet_sent *sent = &outlet->sent[seq & (OUTLET_SENT - 1)];

	if (sent->seq != seq || sent->state == SENT_NONE) {
		outlet->feedback_unmatched += sent->seq != seq;
		return;
	}
	if (sent->state == SENT_WAITING) {
		outlet->window_told++;
		outlet->window_lost += !arrived;
	} else if (arrived && outlet->window_lost > 0) {
		outlet->window_lost--;
	}
	sent->state = arrived ? SENT_NONE : SENT_LOST;
}

int outlet_feedback(struct outlet *outlet, const uint8_t *fci, size_t len)
{
	struct twcc_feedback feedback;
	int error;

	error = twcc_parse(fci, len, &feedback);
	if (error || !outlet->sent)
		return error;
	for (unsigned i = 0; i < feedback.count; i++)
		take_status(
			outlet, (uint16_t)(feedback.base + i), feedback.arrivals[i] != TWCC_LOST);
	return 0;
}

void outlet_round_trip(struct outlet *outlet, uint32_t rtt_us)
{
	if (!rtt_us)
		return;
	/* RFC 6298's smoothing. */
	outlet->rtt_us = outlet->rtt_us ? (7 * (outlet->rtt_us / 8)) + rtt_us / 8 : rtt_us;
}

void outlet_tick(struct outlet *outlet, uint64_t now_us)
{
	uint64_t passed_us = now_us - outlet->window_us;

	if (passed_us < WINDOW_US)
		return;
	outlet->bps =
		outlet->window_us ? (uint32_t)(outlet->window_bytes * 8 * 1000000 / passed_us) : 0;
	outlet->loss = outlet->window_told
			       ? (uint16_t)(outlet->window_lost * 1000 / outlet->window_told)
			       : 0;
	outlet->window_us = now_us;
	outlet->window_bytes = 0;
	outlet->window_told = outlet->window_lost = 0;
}
