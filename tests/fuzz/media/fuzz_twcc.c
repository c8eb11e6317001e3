/* SPDX-License-Identifier: MIT */
/* Transport-wide feedback: what is written of any arrivals parses back to the same. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "rtp/twcc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int64_t arrivals[TWCC_MAX_STATUS];
	static struct twcc_feedback back;
	static uint8_t out[1200];
	struct writer w = writer_of(out, sizeof(out));
	int64_t at_us = 1000000000;
	unsigned count = 0, written;
	size_t len;

	(void)twcc_parse(data, size, &back);
	for (; count < size && count < TWCC_MAX_STATUS; count++) {
		at_us += (data[count] & 0x40 ? 40000 : 250) * (int64_t)(data[count] & 0x3f);
		arrivals[count] = count && data[count] & 0x80 ? TWCC_LOST : at_us;
	}
	if (!count)
		return 0;
	written = twcc_write(&w, 1, 2, 3, data[0], arrivals, count);
	assert(!w.bad && written <= count && w.len % 4 == 0);
	if (!written)
		return 0;
	len = w.len - 12 - (out[0] & 0x20 ? out[w.len - 1] : 0u);
	assert(twcc_parse(out + 12, len, &back) == 0 && back.count == written);
	for (unsigned i = 0; i < written; i++)
		assert(back.arrivals[i] ==
			(arrivals[i] == TWCC_LOST ? TWCC_LOST : arrivals[i] / 250 * 250));
	return 0;
}
