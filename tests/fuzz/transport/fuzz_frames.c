/* SPDX-License-Identifier: MIT */
/*
 * A byte stream cut into pieces is the same packets as in one piece. The first byte chooses how long
 * the pieces are.
 */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/frames.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A digest of the packets: what they are and where each ends. */
struct got {
	uint64_t count, sum;
};

static int take(void *arg, const uint8_t *packet, size_t len)
{
	struct got *got = arg;

	assert(len > 0 && len <= LECTERN_MAX_PACKET);
	got->count++;
	for (size_t i = 0; i < len; i++)
		got->sum = got->sum * 31 + packet[i];
	got->sum = got->sum * 31 + len;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct got whole = {0}, cut = {0};
	struct frames frames;
	int whole_err, cut_err = 0;
	size_t step;

	if (size < 1)
		return 0;
	step = 1u + data[0];
	data++;
	size--;
	frames_init(&frames);
	whole_err = frames_push(&frames, data, size, take, &whole);
	frames_init(&frames);
	for (size_t at = 0; at < size && !cut_err; at += step)
		cut_err = frames_push(
			&frames, data + at, size - at < step ? size - at : step, take, &cut);
	assert(whole_err == cut_err && (!whole_err || whole_err == -EMSGSIZE));
	assert(whole.count == cut.count && whole.sum == cut.sum);
	return 0;
}
