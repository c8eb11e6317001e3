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

/* Every TCP_WINDOW_US in which it never ran empty tells how much goes. */
static void measure(struct tcp_queue *queue, uint64_t now_us)
{
	uint64_t passed_us = now_us - queue->window_us;

	if (!queue->used)
		queue->limit = TCP_QUEUE_BYTES; /* as fast as we are */
	else if (passed_us < TCP_WINDOW_US)
		return;
	else
		queue->limit = (size_t)(queue->taken * (uint64_t)TCP_STALE_US / passed_us);
	queue->taken = 0;
	queue->window_us = now_us;
}

static bool has_room(const struct tcp_queue *queue, size_t len)
{
	size_t room = TCP_QUEUE_BYTES - queue->used;

	if (HEAD + len <= TCP_QUEUE_SMALL)
		return HEAD + len <= room;
	return HEAD + len + TCP_QUEUE_RESERVE <= room && queue->used <= queue->limit;
}

bool tcp_queue_push(struct tcp_queue *queue, const uint8_t *packet, size_t len, uint64_t now_us)
{
	const uint8_t head[HEAD] = {(uint8_t)(len >> 8), (uint8_t)len};

	assert(len <= UINT16_MAX);
	measure(queue, now_us);
	if (!has_room(queue, len))
		return false;
	if (!queue->bytes)
		queue->bytes = malloc(TCP_QUEUE_BYTES);
	if (!queue->bytes)
		return false;
	put(queue, head, HEAD);
	put(queue, packet, len);
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
	queue->taken += n;
	if (!queue->used)
		queue->at = 0; /* so that a fast connection touches few pages of it */
}
