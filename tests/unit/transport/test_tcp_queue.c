/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "net/tcp_queue.h"

enum { LARGE = 1200, SMALL = 100 };

static uint8_t packet[LARGE];

/* Takes up to `most` bytes out, and appends them to `out` where there is one. */
static size_t drain(struct tcp_queue *queue, size_t most, uint8_t *out)
{
	struct iovec pieces[2];
	unsigned count = tcp_queue_pieces(queue, pieces);
	size_t total = 0;

	for (unsigned i = 0; i < count && total < most; i++) {
		size_t n = pieces[i].iov_len < most - total ? pieces[i].iov_len : most - total;

		if (out)
			memcpy(out + total, pieces[i].iov_base, n);
		total += n;
	}
	tcp_queue_sent(queue, total);
	return total;
}

static void bytes_come_out_in_order_round_the_ring(void **state)
{
	struct tcp_queue queue = {0};
	uint8_t out[2 + LARGE];

	(void)state;
	assert_true(tcp_queue_push(&queue, packet, SMALL, 0)); /* so that it never runs empty */
	for (unsigned i = 0; i < 1000; i++) {
		memset(packet, (int)i, sizeof(packet));
		assert_true(tcp_queue_push(&queue, packet, 700 + i % 500, i));
		assert_int_equal(drain(&queue, i ? 2 + 700 + (i - 1) % 500 : 2 + SMALL, out),
			i ? 2 + 700 + (i - 1) % 500 : 2 + SMALL);
		if (i) {
			assert_int_equal(out[0] << 8 | out[1], 700 + (i - 1) % 500);
			assert_int_equal(out[2], (i - 1) & 0xff);
			assert_int_equal(out[700 + (i - 1) % 500 + 1], (i - 1) & 0xff);
		}
	}
	tcp_queue_finish(&queue);
}

static void large_packets_leave_room_for_small_ones(void **state)
{
	struct tcp_queue queue = {0};
	unsigned large = 0, small = 0;

	(void)state;
	while (tcp_queue_push(&queue, packet, LARGE, 0))
		large++;
	assert_in_range(large * (LARGE + 2), TCP_QUEUE_BYTES - TCP_QUEUE_RESERVE - LARGE - 2,
		TCP_QUEUE_BYTES - TCP_QUEUE_RESERVE);
	while (tcp_queue_push(&queue, packet, SMALL, 0))
		small++;
	assert_true(small * (SMALL + 2) >= TCP_QUEUE_RESERVE - SMALL - 2);
	assert_int_equal(queue.used, large * (LARGE + 2) + small * (SMALL + 2));
	tcp_queue_finish(&queue);
}

/* 30 kB a second get through of 130: what waits must not become seconds old. */
static void a_slow_connection_is_not_late(void **state)
{
	struct tcp_queue queue = {0};
	uint64_t now_us = 0;
	unsigned refused = 0;
	size_t most = 0;

	(void)state;
	for (unsigned i = 0; i < 2000; i++, now_us += 10000) {
		refused += !tcp_queue_push(&queue, packet, LARGE, now_us);
		assert_true(tcp_queue_push(&queue, packet, SMALL, now_us));
		drain(&queue, 300, NULL);
		most = queue.used > most && i > 200 ? queue.used : most;
	}
	assert_in_range(refused, 1500, 1999);
	assert_in_range(most, 30 * TCP_STALE_US / 1000 / 2, 2 * 30 * TCP_STALE_US / 1000);
	tcp_queue_finish(&queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_come_out_in_order_round_the_ring),
		cmocka_unit_test(large_packets_leave_room_for_small_ones),
		cmocka_unit_test(a_slow_connection_is_not_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
