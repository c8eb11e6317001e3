/* SPDX-License-Identifier: MIT */
/* The TCP side of a port, with real connections on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/tcp.h"

enum { PATIENCE_US = 10 * 1000000 };

/* A first byte says what the one behind the socket does with the packet. */
enum { JUNK = 0, KEEP = 1, ANSWER = 2, CLOSE = 3 };

struct fixture {
	struct pkt_pool *pool;
	struct loop *loop;
	struct tcp *tcp;
	struct addr last, gone;
	unsigned got, gone_count;
	uint32_t lens[4096];
};

static void send_one(struct tcp *tcp, uint32_t number, uint8_t fill, size_t len)
{
	memset(tcp_place(tcp, number), fill, len);
	tcp_commit(tcp, len);
}

static void on_packet(void *arg, struct pkt *pkt, const struct addr *from)
{
	struct fixture *f = arg;

	f->last = *from;
	f->lens[f->got++ % 4096] = pkt->len;
	if (pkt->data[0] == KEEP)
		tcp_keep(f->tcp, from->tcp);
	if (pkt->data[0] == ANSWER)
		send_one(f->tcp, from->tcp, 0x55, 50);
	if (pkt->data[0] == CLOSE) {
		send_one(f->tcp, from->tcp, 0x66, 60);
		tcp_close(f->tcp, from->tcp);
	}
}

static void on_gone(void *arg, const struct addr *addr, uint64_t now_us)
{
	struct fixture *f = arg;

	(void)now_us;
	f->gone = *addr;
	f->gone_count++;
	tcp_close(f->tcp, addr->tcp); /* harmless */
}

static const struct tcp_ops ops = {on_packet, on_gone};

static void on_woken(void *arg, uint64_t now_us)
{
	(void)arg;
	(void)now_us;
}

static void on_turn_end(void *arg, uint64_t now_us)
{
	struct fixture *f = arg;

	tcp_flush(f->tcp, now_us);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct loop_hooks hooks = {on_woken, on_turn_end, f};
	struct tcp_config config = {.ip = "127.0.0.1", .ops = &ops, .arg = f};

	*state = f;
	assert_int_equal(pkt_pool_create(64, &f->pool), 0);
	assert_int_equal(loop_create(&hooks, &f->loop), 0);
	config.loop = f->loop;
	config.pool = f->pool;
	assert_int_equal(tcp_create(&config, &f->tcp), 0);
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	tcp_destroy(f->tcp);
	loop_destroy(f->loop);
	pkt_pool_destroy(f->pool); /* asserts that every packet came back */
	free(f);
	return 0;
}

#define UNTIL(f, condition)                                                                        \
	for (uint64_t end_us = clock_now_us() + PATIENCE_US; !(condition);                         \
		loop_turn((f)->loop, 5))                                                           \
	assert_true(clock_now_us() < end_us)

/* From 127.0.0.`host`. */
static int connect_from(const struct fixture *f, unsigned host)
{
	struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	from.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + host);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons(tcp_port(f->tcp));
	assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static void write_frame(int fd, uint8_t first, size_t len)
{
	uint8_t frame[2 + 2000] = {(uint8_t)(len >> 8), (uint8_t)len, first};

	assert_int_equal(send(fd, frame, 2 + len, MSG_NOSIGNAL), 2 + len);
}

static int keep_one(struct fixture *f)
{
	int fd = connect_from(f, 1);
	unsigned got = f->got;

	write_frame(fd, KEEP, 20);
	UNTIL(f, f->got > got);
	return fd;
}

static bool is_closed(int fd)
{
	uint8_t unused[64];
	ssize_t n;

	while ((n = recv(fd, unused, sizeof(unused), MSG_DONTWAIT)) > 0)
		;
	return n == 0 || errno == ECONNRESET;
}

static void packets_come_whole_wherever_they_are_cut(void **state)
{
	struct fixture *f = *state;
	int fd = keep_one(f);
	uint8_t frame[2 + 30] = {0, 30};

	for (size_t cut = 1; cut < sizeof(frame); cut++) {
		unsigned got = f->got;

		assert_int_equal(send(fd, frame, cut, 0), cut);
		for (unsigned i = 0; i < 3; i++)
			loop_turn(f->loop, 0);
		assert_int_equal(f->got, got);
		assert_int_equal(
			send(fd, frame + cut, sizeof(frame) - cut, 0), sizeof(frame) - cut);
		UNTIL(f, f->got > got);
		assert_int_equal(f->lens[got], 30);
	}
	assert_int_not_equal(f->last.tcp, 0);
	assert_int_equal(f->last.u.in.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
	close(fd);
}

static void answers_are_framed(void **state)
{
	struct fixture *f = *state;
	int fd = connect_from(f, 1);
	uint8_t in[100];

	write_frame(fd, ANSWER, 20);
	UNTIL(f, recv(fd, in, sizeof(in), MSG_PEEK | MSG_DONTWAIT) == 52);
	recv(fd, in, sizeof(in), 0);
	assert_int_equal(in[0] << 8 | in[1], 50);
	assert_int_equal(in[2], 0x55);
	assert_int_equal(in[51], 0x55);
	assert_int_equal(tcp_connections(f->tcp), 1); /* answered: it may ask again */
	close(fd);
}

static void who_has_nothing_for_us_is_closed_at_once(void **state)
{
	struct fixture *f = *state;
	int junk = connect_from(f, 1), http = connect_from(f, 1), shut = connect_from(f, 1);

	write_frame(junk, JUNK, 20);
	assert_int_equal(send(http, "GET / HTTP/1.1\r\n\r\n", 18, 0), 18);
	write_frame(shut, CLOSE, 20);
	UNTIL(f, is_closed(junk) && is_closed(http) && is_closed(shut));
	assert_int_equal(tcp_count(f->tcp, TCP_UNANSWERED), 1);
	assert_int_equal(tcp_count(f->tcp, TCP_BAD_FRAME), 1);
	assert_int_equal(tcp_connections(f->tcp), 0);
	assert_int_equal(f->gone_count, 0);
	close(junk);
	close(http);
	close(shut);
}

static void who_says_nothing_is_closed_in_time(void **state)
{
	struct fixture *f = *state;
	int silent = connect_from(f, 1), half = connect_from(f, 1), kept = keep_one(f);
	uint64_t now_us = clock_now_us();

	assert_int_equal(send(half, "\0\x20\0", 3, 0), 3);
	UNTIL(f, tcp_count(f->tcp, TCP_ACCEPTED) == 3);
	for (unsigned i = 0; i < 3; i++)
		loop_turn(f->loop, 1);
	tcp_expire(f->tcp, now_us + TCP_FIRST_US - 1000000);
	assert_int_equal(tcp_connections(f->tcp), 3);
	tcp_expire(f->tcp, now_us + TCP_FIRST_US + 1000000);
	assert_int_equal(tcp_connections(f->tcp), 1);
	assert_int_equal(f->gone_count, 0); /* nobody knew them */
	tcp_expire(f->tcp, now_us + TCP_IDLE_US - 1000000);
	assert_int_equal(tcp_connections(f->tcp), 1);
	tcp_expire(f->tcp, now_us + TCP_IDLE_US + 1000000);
	assert_int_equal(f->gone_count, 1);
	assert_true(addr_equal(&f->gone, &f->last));
	assert_true(is_closed(silent) && is_closed(half) && is_closed(kept));
	close(silent);
	close(half);
	close(kept);
}

static void the_end_of_a_connection_is_told(void **state)
{
	struct fixture *f = *state;
	struct linger reset = {.l_onoff = 1};
	int ended = keep_one(f), broken = keep_one(f);

	close(ended);
	UNTIL(f, f->gone_count == 1);
	setsockopt(broken, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(broken);
	UNTIL(f, f->gone_count == 2);
	assert_true(addr_equal(&f->gone, &f->last));
	send_one(f->tcp, f->last.tcp, 1, 10); /* harmless */
	loop_turn(f->loop, 0);
	/* the place in the table is used again, the number is not */
	close(keep_one(f));
	assert_int_not_equal(f->last.tcp, f->gone.tcp);
}

/* What is left after a while of not reading is whole packets, the small ones all. */
static void a_slow_reader_loses_whole_packets(void **state)
{
	struct fixture *f = *state;
	int fd = connect_from(f, 1), size = 4096;
	uint8_t buffer[65536], part[2];
	size_t have = 0, large = 0, small = 0;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	write_frame(fd, KEEP, 20);
	UNTIL(f, f->got == 1);
	for (unsigned i = 0; i < 4000; i++) {
		send_one(f->tcp, f->last.tcp, 0x77, 1200);
		if (i % 40 == 0)
			send_one(f->tcp, f->last.tcp, 0x22, 100);
		loop_turn(f->loop, 0);
	}
	assert_true(tcp_count(f->tcp, TCP_NOT_READING) > 1000);
	tcp_close(f->tcp, UINT32_MAX); /* nobody */
	fcntl(fd, F_SETFL, O_NONBLOCK);
	for (uint64_t end_us = clock_now_us() + PATIENCE_US;
		large + small < tcp_count(f->tcp, TCP_QUEUED) && clock_now_us() < end_us;) {
		size_t at = 0;
		ssize_t n;

		loop_turn(f->loop, 1);
		n = recv(fd, buffer + have, sizeof(buffer) - have, 0);
		have += n > 0 ? (size_t)n : 0;
		while (have - at >= sizeof(part)) {
			size_t len = (size_t)(buffer[at] << 8 | buffer[at + 1]);

			assert_true(len == 1200 || len == 100);
			if (have - at < 2 + len)
				break;
			for (size_t i = 0; i < len; i++)
				assert_int_equal(buffer[at + 2 + i], len == 100 ? 0x22 : 0x77);
			large += len == 1200;
			small += len == 100;
			at += 2 + len;
		}
		memmove(buffer, buffer + at, have - at);
		have -= at;
	}
	assert_int_equal(large + small, tcp_count(f->tcp, TCP_QUEUED));
	assert_int_equal(have, 0);
	assert_int_equal(small, 100);
	close(fd);
}

static void one_address_has_its_share_and_no_more(void **state)
{
	struct fixture *f = *state;
	int fds[TCP_STRANGERS_PER_ADDRESS + 1];

	for (unsigned i = 0; i <= TCP_STRANGERS_PER_ADDRESS; i++)
		fds[i] = connect_from(f, 1);
	UNTIL(f, tcp_count(f->tcp, TCP_CROWDED) == 1);
	assert_int_equal(tcp_connections(f->tcp), TCP_STRANGERS_PER_ADDRESS);
	close(connect_from(f, 2)); /* another has its own */
	UNTIL(f, tcp_count(f->tcp, TCP_ACCEPTED) == TCP_STRANGERS_PER_ADDRESS + 1);
	for (unsigned i = 0; i <= TCP_STRANGERS_PER_ADDRESS; i++)
		close(fds[i]);
}

static void the_oldest_stranger_gives_way(void **state)
{
	struct fixture *f = *state;
	int fds[TCP_STRANGERS + 1], kept = keep_one(f);

	for (unsigned i = 0; i <= TCP_STRANGERS; i++) {
		fds[i] = connect_from(f, 10 + i % 100);
		UNTIL(f, tcp_count(f->tcp, TCP_ACCEPTED) == i + 2);
	}
	assert_int_equal(tcp_count(f->tcp, TCP_EVICTED), 1);
	assert_true(is_closed(fds[0]));
	assert_false(is_closed(fds[1]));
	assert_false(is_closed(kept));
	for (unsigned i = 0; i <= TCP_STRANGERS; i++)
		close(fds[i]);
	close(kept);
}

static void without_buffers_packets_are_lost_and_counted(void **state)
{
	struct fixture *f = *state;
	int fd = keep_one(f);
	struct pkt *held[64];
	unsigned count = 0;

	while (count < 64 && (held[count] = pkt_get(f->pool)) != NULL)
		count++;
	write_frame(fd, KEEP, 20);
	UNTIL(f, tcp_count(f->tcp, TCP_NO_BUFFER) == 1);
	while (count > 0)
		pkt_put(held[--count]);
	write_frame(fd, KEEP, 21);
	UNTIL(f, f->got == 2);
	assert_int_equal(f->lens[1], 21);
	close(fd);
}

static void a_port_in_use_is_said_at_once(void **state)
{
	struct fixture *f = *state;
	struct tcp_config config = {.ip = "127.0.0.1",
		.port = tcp_port(f->tcp),
		.loop = f->loop,
		.pool = f->pool,
		.ops = &ops};
	struct tcp *tcp = NULL;

	assert_int_equal(tcp_create(&config, &tcp), -EADDRINUSE);
	config.ip = "localhost";
	assert_int_equal(tcp_create(&config, &tcp), -EINVAL);
	assert_null(tcp);
	tcp_destroy(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(packets_come_whole_wherever_they_are_cut),
		TEST(answers_are_framed),
		TEST(who_has_nothing_for_us_is_closed_at_once),
		TEST(who_says_nothing_is_closed_in_time),
		TEST(the_end_of_a_connection_is_told),
		TEST(a_slow_reader_loses_whole_packets),
		TEST(one_address_has_its_share_and_no_more),
		TEST(the_oldest_stranger_gives_way),
		TEST(without_buffers_packets_are_lost_and_counted),
		TEST(a_port_in_use_is_said_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
