/* SPDX-License-Identifier: MIT */
/* RTCP compounds, with the transport-wide feedback in them as egress reads it. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "rtp/rtcp.h"
#include "rtp/twcc.h"

static unsigned nacks;

static void on_sr(void *arg, const struct rtcp_sr *sr)
{
	(void)arg;
	(void)rtcp_us_of_ntp(sr->ntp);
}

static void on_block(void *arg, const struct rtcp_block *block)
{
	(void)arg;
	(void)rtcp_round_trip_us(block, 123456789);
}

static void on_bye(void *arg, uint32_t ssrc)
{
	(void)arg;
	(void)ssrc;
}

static void on_nack(void *arg, uint32_t ssrc, uint16_t seq)
{
	(void)arg;
	(void)ssrc;
	(void)seq;
	nacks++;
}

static void on_fir(void *arg, uint32_t ssrc, uint8_t command)
{
	(void)arg;
	(void)ssrc;
	(void)command;
}

static void on_twcc(void *arg, uint32_t media, const uint8_t *fci, size_t len)
{
	static struct twcc_feedback feedback;

	(void)arg;
	(void)media;
	if (twcc_parse(fci, len, &feedback))
		return;
	assert(feedback.count > 0 && feedback.count <= TWCC_MAX_STATUS);
	for (unsigned i = 0; i < feedback.count; i++)
		assert(feedback.arrivals[i] >= TWCC_LOST);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct rtcp_handler handler = {
		on_sr, on_block, on_bye, on_nack, on_bye, on_fir, on_twcc};

	nacks = 0;
	(void)rtcp_parse(data, size, &handler, NULL);
	assert(nacks <= RTCP_MAX_NACKS);
	return 0;
}
