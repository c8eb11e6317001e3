/* SPDX-License-Identifier: MIT */
#include "rtp/red.h"

#include <assert.h>
#include <errno.h>

/* RFC 2198 3: F says that another header follows; the last one has neither offset nor length. */
static int read_heads(struct reader *r, struct red *red)
{
	for (;;) {
		uint8_t first = read_u8(r);
		uint32_t rest;

		if (r->bad || red->count == RED_MAX_BLOCKS)
			return -EBADMSG;
		red->blocks[red->count].pt = first & 0x7f;
		if (!(first & 0x80)) {
			red->count++;
			return 0;
		}
		rest = read_u24(r);
		red->blocks[red->count].ago = (uint16_t)(rest >> 10);
		red->blocks[red->count].len = rest & RED_MAX_LEN;
		red->count++;
	}
}

int red_parse(const uint8_t *payload, size_t len, struct red *ret_red)
{
	struct reader r = reader_of(payload, len);
	struct red red = {0};
	struct red_block *primary;

	if (len > UINT16_MAX || read_heads(&r, &red))
		return -EBADMSG;
	primary = &red.blocks[red.count - 1];
	for (struct red_block *block = red.blocks; block < primary; block++) {
		block->at = (uint16_t)r.pos;
		read_bytes(&r, block->len);
	}
	if (r.bad)
		return -EBADMSG;
	primary->at = (uint16_t)r.pos;
	primary->len = (uint16_t)reader_left(&r);
	*ret_red = red;
	return 0;
}

void red_write_heads(struct writer *w, const struct red_block *blocks, unsigned count)
{
	assert(count >= 1 && count <= RED_MAX_BLOCKS);
	for (unsigned i = 0; i + 1 < count; i++) {
		assert(blocks[i].ago <= RED_MAX_AGO && blocks[i].len <= RED_MAX_LEN);
		write_u8(w, 0x80 | blocks[i].pt);
		write_u24(w, (uint32_t)blocks[i].ago << 10 | blocks[i].len);
	}
	write_u8(w, blocks[count - 1].pt & 0x7f);
}
