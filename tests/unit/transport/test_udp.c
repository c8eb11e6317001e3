/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
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
	for (uint32_t i = 1; i < pkt->len; i++)
		assert_int_equal(pkt->data[i], pkt->data[0]);
	f->firsts[f->got++] = pkt->len ? pkt->data[0] : 0;
	f->from = *from;
	if (f->keep)
		f->kept[f->kept_count++] = pkt_ref(pkt);
}

static void put(struct udp *udp, const struct addr *to, uint8_t first, size_t len)
{
	memset(udp_place(udp, to), first, len);
	udp_commit(udp, len);
}

static void packets_arrive_whole_and_in_order(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < 50; i++)
		put(f->a, &f->at_b, (uint8_t)i, 100 + i);
	udp_recv(f->b, 7, on_packet, f);
	assert_int_equal(f->got, 0); /* nothing goes before the flush */
	udp_flush(f->a);
	udp_recv(f->b, 7, on_packet, f);
	assert_int_equal(f->got, 50);
	for (unsigned i = 0; i < f->got; i++) {
		assert_int_equal(f->firsts[i], i);
		assert_int_equal(f->lens[i], 100 + i);
	}
	assert_true(addr_equal(&f->from, &f->at_a));
	assert_int_equal(udp_counters(f->a)->sent, f->got);
}

static void each_destination_gets_its_own(void **state)
{
	struct fixture *f = *state;

	put(f->a, &f->at_b, 1, 10);
	put(f->a, &f->at_a, 2, 10);
	udp_flush(f->a);
	udp_recv(f->b, 7, on_packet, f);
	assert_int_equal(f->got, 1);
	assert_int_equal(f->firsts[0], 1);
	udp_recv(f->a, 7, on_packet, f);
	assert_int_equal(f->got, 2);
	assert_int_equal(f->firsts[1], 2);
}

static void a_full_staging_area_is_sent(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < 400; i++)
		put(f->a, &f->at_b, (uint8_t)i, i % 3 ? 1000 : 900);
	udp_flush(f->a);
	while (udp_counters(f->b)->received < 400)
		udp_recv(f->b, 7, on_packet, f);
	for (unsigned i = 0; i < f->got; i++) {
		assert_int_equal(f->firsts[i], (uint8_t)i);
		assert_int_equal(f->lens[i], i % 3 ? 1000 : 900);
	}
	assert_true(udp_counters(f->a)->send_calls > 1);
}

/* Sends packets of these sizes (0 ends) and says in how many messages they went. */
static unsigned messages_of(struct fixture *f, const uint16_t *sizes)
{
	uint64_t before = udp_counters(f->a)->messages;

	f->got = 0;
	for (unsigned i = 0; sizes[i]; i++)
		put(f->a, &f->at_b, (uint8_t)i, sizes[i]);
	udp_flush(f->a);
	udp_recv(f->b, 7, on_packet, f);
	for (unsigned i = 0; sizes[i]; i++) {
		assert_true(i < f->got);
		assert_int_equal(f->lens[i], sizes[i]);
		assert_int_equal(f->firsts[i], i);
	}
	return (unsigned)(udp_counters(f->a)->messages - before);
}

static void runs_of_one_size_are_one_message(void **state)
{
	struct fixture *f = *state;
	uint16_t many[130] = {0};

	assert_int_equal(messages_of(f, (uint16_t[]){1000, 1000, 1000, 0}), 1);
	assert_int_equal(messages_of(f, (uint16_t[]){1000, 1000, 100, 0}), 1);
	assert_int_equal(messages_of(f, (uint16_t[]){1000, 100, 1000, 100, 0}), 2);
	assert_int_equal(messages_of(f, (uint16_t[]){1000, 100, 100, 0}), 2);
	assert_int_equal(messages_of(f, (uint16_t[]){100, 1000, 0}), 2);
	assert_int_equal(messages_of(f, (uint16_t[]){100, 0}), 1);
	for (unsigned i = 0; i < 129; i++)
		many[i] = 200;
	assert_int_equal(messages_of(f, many), 3); /* 64, 64, 1 */
	for (unsigned i = 0; i < 50; i++)
		many[i] = 1450;
	many[50] = 0;
	assert_int_equal(messages_of(f, many), 2); /* 44 are 63,800 bytes */
	assert_int_equal(udp_counters(f->a)->refused, 0);
	assert_int_equal(udp_counters(f->a)->single, 5);
}

static void works_without_segmenting_or_joining(void **state)
{
	struct fixture *f = *state;
	const uint16_t sizes[] = {1000, 1000, 1000, 300, 1000, 1000, 0};

	assert_int_equal(udp_set_joining(f->b, false), 0);
	assert_int_equal(messages_of(f, sizes), 2);
	assert_int_equal(udp_counters(f->b)->joined, 0);
	udp_set_segmenting(f->a, false);
	assert_int_equal(messages_of(f, sizes), 6);
	assert_int_equal(udp_set_joining(f->b, true), 0);
	assert_int_equal(messages_of(f, sizes), 6);
	udp_set_segmenting(f->a, true);
	assert_int_equal(messages_of(f, sizes), 2);
	assert_int_equal(udp_counters(f->b)->joined, 6);
}

/* Refused with EINVAL: a message that is to be taken apart must have checksums. */
static void a_refused_message_goes_again_one_by_one(void **state)
{
	struct fixture *f = *state;
	const uint16_t sizes[] = {1000, 1000, 300, 700, 700, 700, 0};
	int on = 1;

	assert_int_equal(setsockopt(udp_fd(f->a), SOL_SOCKET, SO_NO_CHECK, &on, sizeof(on)), 0);
	assert_int_equal(messages_of(f, sizes), 6);
	assert_int_equal(f->got, 6);			  /* none twice */
	assert_int_equal(udp_counters(f->a)->refused, 2); /* both waited already */
	assert_int_equal(messages_of(f, sizes), 6);
	assert_int_equal(f->got, 6);
	assert_int_equal(udp_counters(f->a)->refused, 2); /* it is remembered */
	assert_int_equal(udp_counters(f->a)->sent, 12);
	assert_int_equal(udp_counters(f->a)->not_sent, 0);
	/* of that destination only */
	put(f->a, &f->at_a, 1, 10);
	put(f->a, &f->at_a, 1, 10);
	udp_flush(f->a);
	assert_int_equal(udp_counters(f->a)->refused, 3);
	assert_int_equal(udp_counters(f->a)->sent, 14);
}

static void set_mtu(int mtu)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq up = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	struct ifreq request = {.ifr_name = "lo", .ifr_mtu = mtu};

	assert_int_equal(ioctl(fd, SIOCSIFMTU, &request), 0);
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &up), 0);
	close(fd);
}

/* In a network of its own, if that may be made, whose MTU is below the packets' size. */
static void a_narrow_path_loses_nothing(void **state)
{
	struct fixture *f = *state;
	const uint16_t sizes[] = {1200, 1200, 1200, 1100, 0};
	int ours = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	unsigned messages;

	if (unshare(CLONE_NEWNET) < 0) {
		close(ours);
		skip();
	}
	set_mtu(1000);
	tear_down(state);
	set_up(state);
	f = *state;
	messages = messages_of(f, sizes);
	assert_int_equal(f->got, 4);
	assert_int_equal(messages, 4);
	assert_int_equal(udp_counters(f->a)->refused, 1);
	assert_int_equal(messages_of(f, sizes), 4);
	assert_int_equal(udp_counters(f->a)->refused, 1);
	assert_int_equal(udp_counters(f->a)->not_sent, 0);
	assert_int_equal(setns(ours, CLONE_NEWNET), 0);
	close(ours);
}

/* Chance that is the same in every run. */
static unsigned dice(void)
{
	static uint64_t state = 1;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 40);
}

/* Any mix of sizes and destinations arrives as it was put, byte by byte. */
static void any_mix_arrives(void **state)
{
	struct fixture *f = *state;
	static uint16_t sizes[2][100];

	for (unsigned round = 0; round < 50; round++) {
		unsigned count[2] = {0}, size = 1;

		for (unsigned i = 0; i < 100; i++) {
			unsigned to = dice() % 8 == 0;

			if (dice() % 4 == 0)
				size = 1 + dice() % LECTERN_MAX_PACKET;
			put(f->a, to ? &f->at_a : &f->at_b, (uint8_t)count[to], size);
			sizes[to][count[to]++] = (uint16_t)size;
		}
		udp_flush(f->a);
		for (unsigned to = 0; to < 2; to++) {
			f->got = 0;
			udp_recv(to ? f->a : f->b, 7, on_packet, f);
			assert_int_equal(f->got, count[to]);
			for (unsigned i = 0; i < f->got; i++) {
				assert_int_equal(f->lens[i], sizes[to][i]);
				assert_int_equal(f->firsts[i], (uint8_t)i);
			}
		}
	}
}

static void too_long_is_dropped_and_counted(void **state)
{
	struct fixture *f = *state;

	put(f->a, &f->at_b, 1, LECTERN_MAX_PACKET + 1);
	put(f->a, &f->at_b, 2, LECTERN_MAX_PACKET);
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

	while (count < 256 && (held[count] = pkt_get(f->pool)) != NULL)
		count++;
	put(f->a, &f->at_b, 1, 10);
	udp_flush(f->a);
	udp_recv(f->b, 7, on_packet, f);
	assert_int_equal(f->got, 0);
	assert_int_equal(udp_counters(f->b)->no_buffer, 1);
	while (count > 0)
		pkt_put(held[--count]);
	put(f->a, &f->at_b, 2, 10);
	udp_flush(f->a);
	udp_recv(f->b, 7, on_packet, f);
	assert_int_equal(f->got, 1);
	assert_int_equal(f->firsts[0], 2);
}

static void a_kept_packet_is_not_overwritten(void **state)
{
	struct fixture *f = *state;

	f->keep = true;
	put(f->a, &f->at_b, 0x11, 10);
	udp_flush(f->a);
	udp_recv(f->b, 7, on_packet, f);
	put(f->a, &f->at_b, 0x22, 10);
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
	struct addr to4, to6, from6;

	assert_int_equal(udp_create("::", 0, f->pool, &dual), 0);
	assert_int_equal(udp_create("::1", 0, f->pool, &six), 0);
	addr_parse("127.0.0.1", udp_port(dual), &to4);
	addr_parse("::1", udp_port(dual), &to6);
	addr_parse("::1", udp_port(six), &from6);
	put(f->a, &to4, 4, 10);
	udp_flush(f->a);
	put(six, &to6, 6, 10);
	udp_flush(six);
	udp_recv(dual, 7, on_packet, f);
	assert_int_equal(f->got, 2);
	assert_int_equal(f->firsts[1], 6);
	assert_true(addr_equal(&f->from, &from6));
	put(dual, &f->at_a, 44, 10);
	put(dual, &f->at_a, 45, 10); /* a run, over the mapped address too */
	put(dual, &from6, 66, 10);
	udp_flush(dual);
	udp_recv(f->a, 7, on_packet, f);
	assert_int_equal(f->firsts[2], 44);
	assert_int_equal(f->firsts[3], 45);
	assert_int_equal(udp_counters(dual)->segments, 2);
	assert_true(addr_equal(&f->from, &to4));
	udp_recv(six, 7, on_packet, f);
	assert_int_equal(f->firsts[4], 66);
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
			packets_arrive_whole_and_in_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each_destination_gets_its_own, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_full_staging_area_is_sent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			runs_of_one_size_are_one_message, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			works_without_segmenting_or_joining, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_refused_message_goes_again_one_by_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_narrow_path_loses_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(any_mix_arrives, set_up, tear_down),
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
