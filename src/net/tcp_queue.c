/* SPDX-License-Identifier: MIT */
#include "net/tcp_queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 2 };

void tcp_queue_finish(struct tcp_queue *queue)
{
	free(queue->bytes);
	*queue = (struct tcp_queue){0};
}

static void put(struct tcp_queue *queue, const uint8_t *data, size_t len)
{
	size_t end = (queue->at + queue->used) % TCP_QUEUE_BYTES;
	size_t first = TCP_QUEUE_BYTES - end;

	if (first > len)
		first = len;
	memcpy(queue->bytes + end, data, first);
	memcpy(queue->bytes, data + first, len - first);
	queue->used += len;
}

static bool has_room(const struct tcp_queue *queue, size_t len, uint64_t now_us)
{
	size_t room = TCP_QUEUE_BYTES - queue->used;

	if (HEAD + len <= TCP_QUEUE_SMALL)
		return HEAD + len <= room;
	return HEAD + len + TCP_QUEUE_RESERVE <= room &&
	       !(queue->mark && now_us >= queue->mark_us + TCP_STALE_US);
}

bool tcp_queue_push(struct tcp_queue *queue, const uint8_t *packet, size_t len, uint64_t now_us)
{
	const uint8_t head[HEAD] = {(uint8_t)(len >> 8), (uint8_t)len};

	assert(len <= UINT16_MAX);
	if (!has_room(queue, len, now_us))
		return false;
	if (!queue->bytes)
		queue->bytes = malloc(TCP_QUEUE_BYTES);
	if (!queue->bytes)
		return false;
	put(queue, head, HEAD);
	put(queue, packet, len);
	if (!queue->mark) {
		queue->mark = queue->used;
		queue->mark_us = now_us;
	}
	return true;
}

unsigned tcp_queue_pieces(const struct tcp_queue *queue, struct iovec pieces[2])
{
	size_t first = TCP_QUEUE_BYTES - queue->at;

	if (!queue->used)
		return 0;
	if (first >= queue->used) {
		pieces[0] = (struct iovec){queue->bytes + queue->at, queue->used};
		return 1;
	}
	pieces[0] = (struct iovec){queue->bytes + queue->at, first};
	pieces[1] = (struct iovec){queue->bytes, queue->used - first};
	return 2;
}

void tcp_queue_sent(struct tcp_queue *queue, size_t n)
{
	assert(n <= queue->used);
	queue->used -= n;
	queue->at = (queue->at + n) % TCP_QUEUE_BYTES;
	queue->mark = n < queue->mark ? queue->mark - n : 0;
	if (!queue->used)
		queue->at = 0; /* so that a fast connection touches few pages of it */
}
