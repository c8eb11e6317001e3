/* SPDX-License-Identifier: MIT */
#include "ingress/seqlog.h"

#include <string.h>

#include "rtp/seq.h"

static bool test_and_set(struct seqlog *log, int64_t seq)
{
	uint64_t *word = &log->seen[(seq & (SEQLOG_WINDOW - 1)) / 64];
	uint64_t bit = (uint64_t)1 << (seq & 63);
	bool was = *word & bit;

	*word |= bit;
	return was;
}

static void forget(struct seqlog *log, int64_t seq)
{
	log->seen[(seq & (SEQLOG_WINDOW - 1)) / 64] &= ~((uint64_t)1 << (seq & 63));
}

static void start(struct seqlog *log, uint16_t seq)
{
	memset(log, 0, sizeof(*log));
	log->started = true;
	/* Far from 0, so that what came before the first is not negative. */
	log->first = log->highest = (int64_t)seq + 65536;
	test_and_set(log, log->highest);
	log->received = 1;
}

static enum seqlog_result jump(struct seqlog *log, uint16_t seq, int64_t *ret_seq)
{
	if (!log->jumped || seq != log->jump_seq) {
		log->jumped = true;
		log->jump_seq = (uint16_t)(seq + 1);
		return SEQLOG_JUMP;
	}
	start(log, seq);
	*ret_seq = log->highest;
	return SEQLOG_RESTART;
}

static void advance(struct seqlog *log, int64_t seq)
{
	int64_t from = log->highest + 1;

	if (seq - from >= SEQLOG_WINDOW)
		memset(log->seen, 0, sizeof(log->seen));
	else
		for (int64_t i = from; i <= seq; i++)
			forget(log, i);
	log->highest = seq;
}

enum seqlog_result seqlog_put(struct seqlog *log, uint16_t seq, bool repaired, int64_t *ret_seq)
{
	int64_t extended;

	if (!log->started) {
		start(log, seq);
		*ret_seq = log->highest;
		return SEQLOG_NEW;
	}
	extended = seq_extend(seq, log->highest);
	if (extended > log->highest + SEQLOG_DROPOUT || extended <= log->highest - SEQLOG_WINDOW)
		return repaired ? SEQLOG_OLD : jump(log, seq, ret_seq);
	log->jumped = false;
	if (extended > log->highest)
		advance(log, extended);
	if (test_and_set(log, extended))
		return SEQLOG_DUPLICATE;
	if (extended < log->first)
		log->first = extended;
	log->received += !repaired;
	*ret_seq = extended;
	return SEQLOG_NEW;
}

void seqlog_jitter(struct seqlog *log, uint32_t timestamp, uint64_t arrival_us, uint32_t clock_rate)
{
	int32_t transit = (int32_t)((uint32_t)(arrival_us * clock_rate / 1000000) - timestamp);
	int32_t step = transit - log->transit;

	if (log->has_transit)
		log->jitter += (uint32_t)(step < 0 ? -step : step) - ((log->jitter + 8) >> 4);
	log->has_transit = true;
	log->transit = transit;
}

uint64_t seqlog_expected(const struct seqlog *log)
{
	return log->started ? (uint64_t)(log->highest - log->first + 1) : 0;
}

void seqlog_block(struct seqlog *log, struct rtcp_block *block)
{
	uint64_t expected = seqlog_expected(log);
	int64_t lost = (int64_t)(expected - log->received);
	uint64_t span = expected - log->expected_before;
	int64_t span_lost = (int64_t)(span - (log->received - log->received_before));

	block->lost = lost > 0x7fffff ? 0x7fffff : lost < -0x800000 ? -0x800000 : (int32_t)lost;
	block->fraction = span && span_lost > 0 ? (uint8_t)(span_lost * 255 / (int64_t)span) : 0;
	block->highest = (uint32_t)(log->highest - 65536);
	block->jitter = log->jitter >> 4;
	log->expected_before = expected;
	log->received_before = log->received;
}
