/* SPDX-License-Identifier: MIT */
#include "base/ring.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

/*
 * The two counters only grow; their difference is the fill. Each side has a cache line of its own,
 * with what it last saw of the other's counter: so a line changes hands only when one side has
 * used up what it knows of, not with every entry.
 */
struct ring {
	struct {
		_Alignas(64) atomic_size_t pushed;
		size_t popped_seen;
	} producer;
	struct {
		_Alignas(64) atomic_size_t popped;
		size_t pushed_seen;
	} consumer;
	_Alignas(64) size_t room; /* never changes, as `size` */
	size_t size;
	_Alignas(64) uint8_t entries[];
};

int ring_create(size_t room, size_t size, struct ring **ret_ring)
{
	struct ring *ring;
	size_t bytes;

	assert(room > 0 && (room & (room - 1)) == 0 && size > 0 && size % 8 == 0);
	bytes = (sizeof(*ring) + room * size + 63) & ~(size_t)63;
	ring = aligned_alloc(64, bytes);
	if (!ring)
		return -ENOMEM;
	atomic_init(&ring->producer.pushed, 0);
	atomic_init(&ring->consumer.popped, 0);
	ring->producer.popped_seen = ring->consumer.pushed_seen = 0;
	ring->room = room;
	ring->size = size;
	*ret_ring = ring;
	return 0;
}

void ring_destroy(struct ring *ring)
{
	free(ring);
}

static void *entry(struct ring *ring, size_t number)
{
	return ring->entries + (number & (ring->room - 1)) * ring->size;
}

void *ring_place(struct ring *ring)
{
	size_t pushed = atomic_load_explicit(&ring->producer.pushed, memory_order_relaxed);

	if (pushed - ring->producer.popped_seen == ring->room)
		ring->producer.popped_seen =
			atomic_load_explicit(&ring->consumer.popped, memory_order_acquire);
	return pushed - ring->producer.popped_seen == ring->room ? NULL : entry(ring, pushed);
}

void ring_push(struct ring *ring)
{
	size_t pushed = atomic_load_explicit(&ring->producer.pushed, memory_order_relaxed);

	assert(pushed - ring->producer.popped_seen < ring->room);
	atomic_store_explicit(&ring->producer.pushed, pushed + 1, memory_order_release);
}

void *ring_front(struct ring *ring)
{
	size_t popped = atomic_load_explicit(&ring->consumer.popped, memory_order_relaxed);

	if (popped == ring->consumer.pushed_seen)
		ring->consumer.pushed_seen =
			atomic_load_explicit(&ring->producer.pushed, memory_order_acquire);
	return popped == ring->consumer.pushed_seen ? NULL : entry(ring, popped);
}

void ring_pop(struct ring *ring)
{
	size_t popped = atomic_load_explicit(&ring->consumer.popped, memory_order_relaxed);

	assert(popped != ring->consumer.pushed_seen);
	atomic_store_explicit(&ring->consumer.popped, popped + 1, memory_order_release);
}
