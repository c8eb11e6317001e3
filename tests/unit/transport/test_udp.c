/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lectern/types.h"
#include "net/udp.h"

struct fixture {
	struct pkt_pool *pool;
	struct udp *a, *b;
	struct addr at_a, at_b;
	unsigned got;
	uint32_t lens[1024];
	uint8_t firsts[1024];
	struct addr from;
	struct pkt *kept[64];
	unsigned kept_count;
	bool keep;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	assert_int_equal(pkt_pool_create(256, &f->pool), 0);
	assert_int_equal(udp_create("127.0.0.1", 0, f->pool, &f->a), 0);
	assert_int_equal(udp_create("127.0.0.1", 0, f->pool, &f->b), 0);
	addr_parse("127.0.0.1", udp_port(f->a), &f->at_a);
	addr_parse("127.0.0.1", udp_port(f->b), &f->at_b);
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < f->kept_count; i++)
		pkt_put(f->kept[i]);
	udp_destroy(f->a);
	udp_destroy(f->b);
	pkt_pool_destroy(f->pool); /* asserts that every packet came back */
	free(f);
	return 0;
}

static void on_packet(void *arg, struct pkt *pkt, const struct addr *from)
{
	struct fixture *f = arg;

	f->lens[f->got] = pkt->len;
	f->firsts[f->got++] = pkt->len ? pkt->data[0] : 0;
	f->from = *from;
	if (f->keep)
		f->kept[f->kept_count++] = pkt_ref(pkt);
}

static void put(
	struct udp *udp, struct udp_batch **owner, const struct addr *to, uint8_t first, size_t len)
{
	uint8_t *place = udp_place(udp, owner, to);

	memset(place, first, len);
	udp_commit(*owner, len);
}

static void batches_arrive_whole_and_in_order(void **state)
{
	struct fixture *f = *state;
	struct udp_batch *batch = NULL;

	for (unsigned i = 0; i < 3 * UDP_BATCH_PACKETS + 1; i++)
		put(f->a, &batch, &f->at_b, (uint8_t)i, 100 + i);
	assert_non_null(batch);
	udp_recv(f->b, 7, on_packet, f);
	assert_int_equal(f->got, 0); /* nothing goes before the flush */
	udp_flush(f->a);
	assert_null(batch); /* the owner knows that it is gone */
	udp_recv(f->b, 7, on_packet, f);
	assert_int_equal(f->got, 3 * UDP_BATCH_PACKETS + 1);
	for (unsigned i = 0; i < f->got; i++) {
		assert_int_equal(f->firsts[i], i);
		assert_int_equal(f->lens[i], 100 + i);
	}
	assert_true(addr_equal(&f->from, &f->at_a));
	assert_int_equal(udp_counters(f->a)->sent, f->got);
}

static void another_destination_begins_another_batch(void **state)
{
	struct fixture *f = *state;
	struct udp_batch *batch = NULL;

	put(f->a, &batch, &f->at_b, 1, 10);
	put(f->a, &batch, &f->at_a, 2, 10);
	udp_flush(f->a);
	udp_recv(f->b, 7, on_packet, f);
	assert_int_equal(f->got, 1);
	assert_int_equal(f->firsts[0], 1);
	udp_recv(f->a, 7, on_packet, f);
	assert_int_equal(f->got, 2);
	assert_int_equal(f->firsts[1], 2);
}

static void without_a_free_batch_what_waits_is_sent(void **state)
{
	struct fixture *f = *state;
	struct udp_batch *owners[UDP_BATCHES + 1] = {NULL};

	for (unsigned i = 0; i < UDP_BATCHES + 1; i++)
		put(f->a, &owners[i], &f->at_b, (uint8_t)i, 10);
	assert_null(owners[0]);
	assert_non_null(owners[UDP_BATCHES]);
	udp_recv(f->b, 7, on_packet, f);
	assert_int_equal(f->got, UDP_BATCHES);
	udp_disown(&owners[UDP_BATCHES]); /* its owner goes, the packet does not */
	udp_flush(f->a);
	udp_recv(f->b, 7, on_packet, f);
	assert_int_equal(f->got, UDP_BATCHES + 1);
}

static void too_long_is_dropped_and_counted(void **state)
{
	struct fixture *f = *state;
	struct udp_batch *batch = NULL;

	put(f->a, &batch, &f->at_b, 1, LECTERN_MAX_PACKET + 1);
	put(f->a, &batch, &f->at_b, 2, LECTERN_MAX_PACKET);
	udp_flush(f->a);
	udp_recv(f->b, 7, on_packet, f);
	assert_int_equal(f->got, 1);
	assert_int_equal(f->firsts[0], 2);
	assert_int_equal(udp_counters(f->b)->too_long, 1);
}

static void an_empty_pool_does_not_leave_the_socket_full(void **state)
{
	struct fixture *f = *state;
	struct pkt *held[256];
	unsigned count = 0;
	struct udp_batch *batch = NULL;

	while (count < 256 && (held[count] = pkt_get(f->pool)) != NULL)
		count++;
	put(f->a, &batch, &f->at_b, 1, 10);
	udp_flush(f->a);
	udp_recv(f->b, 7, on_packet, f);
	assert_int_equal(f->got, 0);
	assert_int_equal(udp_counters(f->b)->no_buffer, 1);
	while (count > 0)
		pkt_put(held[--count]);
	put(f->a, &batch, &f->at_b, 2, 10);
	udp_flush(f->a);
	udp_recv(f->b, 7, on_packet, f);
	assert_int_equal(f->got, 1);
	assert_int_equal(f->firsts[0], 2);
}

static void a_kept_packet_is_not_overwritten(void **state)
{
	struct fixture *f = *state;
	struct udp_batch *batch = NULL;

	f->keep = true;
	put(f->a, &batch, &f->at_b, 0x11, 10);
	udp_flush(f->a);
	udp_recv(f->b, 7, on_packet, f);
	put(f->a, &batch, &f->at_b, 0x22, 10);
	udp_flush(f->a);
	udp_recv(f->b, 8, on_packet, f);
	assert_int_equal(f->kept_count, 2);
	assert_int_equal(f->kept[0]->data[0], 0x11);
	assert_int_equal(f->kept[1]->data[0], 0x22);
	assert_int_equal(f->kept[0]->arrival_us, 7);
}

/* One socket for both families, and IPv4 has its own form on the near side of it. */
static void a_dual_stack_socket_speaks_both(void **state)
{
	struct fixture *f = *state;
	struct udp *dual, *six;
	struct udp_batch *batch = NULL, *back = NULL;
	struct addr to4, to6, from6;

	assert_int_equal(udp_create("::", 0, f->pool, &dual), 0);
	assert_int_equal(udp_create("::1", 0, f->pool, &six), 0);
	addr_parse("127.0.0.1", udp_port(dual), &to4);
	addr_parse("::1", udp_port(dual), &to6);
	addr_parse("::1", udp_port(six), &from6);
	put(f->a, &batch, &to4, 4, 10);
	udp_flush(f->a);
	put(six, &back, &to6, 6, 10);
	udp_flush(six);
	udp_recv(dual, 7, on_packet, f);
	assert_int_equal(f->got, 2);
	assert_int_equal(f->firsts[1], 6);
	assert_true(addr_equal(&f->from, &from6));
	put(dual, &batch, &f->at_a, 44, 10);
	put(dual, &back, &from6, 66, 10);
	udp_flush(dual);
	udp_recv(f->a, 7, on_packet, f);
	assert_int_equal(f->firsts[2], 44);
	assert_true(addr_equal(&f->from, &to4));
	udp_recv(six, 7, on_packet, f);
	assert_int_equal(f->firsts[3], 66);
	assert_true(addr_equal(&f->from, &to6));
	udp_destroy(dual);
	udp_destroy(six);
}

static void a_port_in_use_is_said_at_once(void **state)
{
	struct fixture *f = *state;
	struct udp *udp = NULL;

	assert_int_equal(udp_create("127.0.0.1", udp_port(f->a), f->pool, &udp), -EADDRINUSE);
	assert_null(udp);
	assert_int_equal(udp_create("localhost", 0, f->pool, &udp), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			batches_arrive_whole_and_in_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			another_destination_begins_another_batch, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			without_a_free_batch_what_waits_is_sent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(too_long_is_dropped_and_counted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_empty_pool_does_not_leave_the_socket_full, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_kept_packet_is_not_overwritten, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_dual_stack_socket_speaks_both, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_port_in_use_is_said_at_once, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
