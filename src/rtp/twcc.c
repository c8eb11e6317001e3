/* SPDX-License-Identifier: MIT */
#include "rtp/twcc.h"
#include "base/bytes.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>

/* draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1 */
enum {
	DELTA_US = 250,
	REFERENCE_US = 64000,
	STATUS_LOST = 0,
	STATUS_SMALL = 1,  /* 8 bits, unsigned */
	STATUS_LARGE = 2,  /* 16 bits, signed */
	VECTOR_STATUS = 7, /* two-bit statuses in a vector chunk */
	RUN_MAX = 0x1fff,
	HEAD = 20, /* bytes before the chunks */
};

/* Lost counts as no step; false: too far for 16 bits. */
static bool delta_of(int64_t arrival_us, int64_t *last_steps, int *ret_status, int16_t *ret_delta)
{
	int64_t steps, delta;

	*ret_status = STATUS_LOST;
	if (arrival_us == TWCC_LOST)
		return true;
	steps = arrival_us / DELTA_US;
	delta = steps - *last_steps;
	if (delta < INT16_MIN || delta > INT16_MAX)
		return false;
	*last_steps = steps;
	*ret_status = delta >= 0 && delta <= UINT8_MAX ? STATUS_SMALL : STATUS_LARGE;
	*ret_delta = (int16_t)delta;
	return true;
}

/* What is to be written, worked out before a byte is, since the head tells its length. */
struct plan {
	uint8_t status[TWCC_MAX_STATUS];
	int16_t delta[TWCC_MAX_STATUS];
	unsigned count;
};

/* How many statuses the chunk at `i` covers: a run if that is longer than a vector. */
static unsigned chunk_span(const struct plan *plan, unsigned i, bool *ret_run)
{
	unsigned left = plan->count - i;
	unsigned run = 1;

	while (run < left && run < RUN_MAX && plan->status[i + run] == plan->status[i])
		run++;
	*ret_run = run >= VECTOR_STATUS || run == left;
	if (*ret_run)
		return run;
	return left < VECTOR_STATUS ? left : VECTOR_STATUS;
}

static size_t plan_size(const struct plan *plan)
{
	size_t size = HEAD;
	bool run;

	for (unsigned i = 0; i < plan->count; i += chunk_span(plan, i, &run))
		size += 2;
	for (unsigned i = 0; i < plan->count; i++)
		size += plan->status[i]; /* 0, 1 and 2 are also the sizes of the deltas */
	return size;
}

static void make_plan(
	struct plan *plan, int64_t reference, const int64_t *arrivals, unsigned count, size_t room)
{
	int64_t last = reference * (REFERENCE_US / DELTA_US);
	size_t size = HEAD;

	plan->count = 0;
	for (unsigned i = 0; i < count && i < TWCC_MAX_STATUS; i++) {
		int status;

		if (!delta_of(arrivals[i], &last, &status, &plan->delta[i]))
			return;
		/* At worst each seventh begins a chunk; the padding may take 3 bytes. */
		size += (size_t)status + (i % VECTOR_STATUS == 0 ? 2 : 0);
		if (size + 3 > room)
			return;
		plan->status[i] = (uint8_t)status;
		plan->count = i + 1;
	}
}

static void write_chunk(
	struct writer *w, const struct plan *plan, unsigned i, unsigned span, bool run)
{
	uint16_t chunk;

	if (run) {
		write_u16(w, (uint16_t)(plan->status[i] << 13 | span));
		return;
	}
	chunk = 0xc000;
	for (unsigned k = 0; k < span; k++)
		chunk |= (uint16_t)(plan->status[i + k] << (2 * (VECTOR_STATUS - 1 - k)));
	write_u16(w, chunk);
}

unsigned twcc_write(struct writer *w, uint32_t sender, uint32_t media, uint8_t feedback_count,
	uint16_t base, const int64_t *arrivals, unsigned count)
{
	struct plan plan;
	int64_t reference;
	size_t size, padding;
	unsigned span, first = 0;
	bool run;

	while (first < count && arrivals[first] == TWCC_LOST)
		first++;
	assert(first < count);
	reference = arrivals[first] / REFERENCE_US;
	make_plan(&plan, reference, arrivals, count, w->bad ? 0 : w->room - w->len);
	if (plan.count == 0)
		return 0;
	size = plan_size(&plan);
	padding = (4 - size % 4) % 4;
	write_u8(w, (uint8_t)(2 << 6 | (padding ? 1 << 5 : 0) | 15));
	write_u8(w, 205);
	write_u16(w, (uint16_t)((size + padding) / 4 - 1));
	write_u32(w, sender);
	write_u32(w, media);
	write_u16(w, base);
	write_u16(w, (uint16_t)plan.count);
	write_u24(w, (uint32_t)reference & 0xffffff);
	write_u8(w, feedback_count);
	for (unsigned i = 0; i < plan.count; i += span) {
		span = chunk_span(&plan, i, &run);
		write_chunk(w, &plan, i, span, run);
	}
	for (unsigned i = 0; i < plan.count; i++) {
		if (plan.status[i] == STATUS_SMALL)
			write_u8(w, (uint8_t)plan.delta[i]);
		else if (plan.status[i] == STATUS_LARGE)
			write_u16(w, (uint16_t)plan.delta[i]);
	}
	write_be(w, padding, padding); /* zeros, the last byte tells how many */
	return plan.count;
}

/* The statuses of one chunk, at most `left`; returns how many it tells. */
static unsigned read_chunk(struct reader *r, uint8_t *status, unsigned left)
{
	uint16_t chunk = read_u16(r);
	bool run = !(chunk & 0x8000);
	bool two_bits = chunk & 0x4000;
	unsigned n = run ? chunk & RUN_MAX : two_bits ? VECTOR_STATUS : 2 * VECTOR_STATUS;

	if (r->bad)
		return 0;
	if (n > left)
		n = left;
	for (unsigned i = 0; i < n; i++) {
		if (run)
			status[i] = chunk >> 13 & 3;
		else if (two_bits)
			status[i] = chunk >> (2 * (VECTOR_STATUS - 1 - i)) & 3;
		else
			status[i] = chunk >> (2 * VECTOR_STATUS - 1 - i) & 1;
	}
	return n;
}

static int read_statuses(struct reader *r, uint8_t *status, unsigned count)
{
	for (unsigned done = 0, n; done < count; done += n) {
		n = read_chunk(r, status + done, count - done);
		if (n == 0)
			return -EBADMSG;
	}
	return 0;
}

int twcc_parse(const uint8_t *fci, size_t len, struct twcc_feedback *ret_feedback)
{
	struct reader r = reader_of(fci, len), ahead;
	uint8_t status[TWCC_MAX_STATUS] BYTES_UNFILLED;
	uint16_t base = read_u16(&r);
	uint16_t count = read_u16(&r);
	int64_t at_us = (int64_t)read_u24(&r) * REFERENCE_US;
	uint8_t feedback_count = read_u8(&r);

	if (r.bad || count == 0 || count > TWCC_MAX_STATUS || read_statuses(&r, status, count))
		return -EBADMSG;
	ahead = r;
	for (unsigned i = 0; i < count; i++) /* 3 is reserved */
		read_bytes(&ahead, status[i] <= STATUS_LARGE ? status[i] : SIZE_MAX);
	if (ahead.bad)
		return -EBADMSG;
	for (unsigned i = 0; i < count; i++) {
		if (status[i] == STATUS_SMALL)
			at_us += read_u8(&r) * DELTA_US;
		else if (status[i] == STATUS_LARGE)
			at_us += (int16_t)read_u16(&r) * DELTA_US;
		/* Deltas may lead to before the reference; no time is mistaken for a loss. */
		ret_feedback->arrivals[i] = status[i] == STATUS_LOST ? TWCC_LOST
					    : at_us < 0		     ? 0
								     : at_us;
	}
	ret_feedback->base = base;
	ret_feedback->count = count;
	ret_feedback->feedback_count = feedback_count;
	return 0;
}
