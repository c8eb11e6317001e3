/* SPDX-License-Identifier: MIT */
#include "net/frames.h"

#include <errno.h>

#include "base/bytes.h"

void frames_init(struct frames *frames)
{
	frames->have = 0;
}

/* Moves bytes into `part` until it has `want` of them, or the reader has no more. */
static void fill(struct frames *frames, struct reader *in, size_t want)
{
	size_t n = want - frames->have;

	if (n > reader_left(in))
		n = reader_left(in);
	if (n)
		memcpy(frames->part + frames->have, read_bytes(in, n), n);
	frames->have += n;
}

int frames_push(struct frames *frames, const uint8_t *data, size_t len, frames_fn *each, void *arg)
{
	struct reader in = reader_of(data, len);
	int err = 0;

	while (!err && reader_left(&in)) {
		struct reader head = reader_of(frames->part, FRAMES_HEAD);
		size_t packet_len;

		if (frames->have < FRAMES_HEAD)
			fill(frames, &in, FRAMES_HEAD);
		if (frames->have < FRAMES_HEAD)
			break;
		packet_len = read_u16(&head);
		if (packet_len > LECTERN_MAX_PACKET)
			return -EMSGSIZE;
		fill(frames, &in, FRAMES_HEAD + packet_len);
		if (frames->have < FRAMES_HEAD + packet_len)
			break;
		frames->have = 0;
		if (packet_len)
			err = each(arg, frames->part + FRAMES_HEAD, packet_len);
	}
	return err;
}
