/* SPDX-License-Identifier: MIT */
/* Redundant audio: blocks lie one after the other within the payload, and written again are the
 * same. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "rtp/red.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t heads[RED_HEAD * RED_MAX_BLOCKS];
	struct writer w = writer_of(heads, sizeof(heads));
	struct red red;
	size_t at;

	if (red_parse(data, size, &red))
		return 0;
	assert(red.count >= 1 && red.count <= RED_MAX_BLOCKS);
	red_write_heads(&w, red.blocks, red.count);
	assert(!w.bad && w.len <= size && memcmp(heads, data, w.len) == 0);
	at = w.len;
	for (unsigned i = 0; i < red.count; at += red.blocks[i++].len)
		assert(red.blocks[i].at == at);
	assert(at == size);
	return 0;
}
