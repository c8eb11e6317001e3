/* SPDX-License-Identifier: MIT */
/* The server as a peer sees it: framing, assets, upgrades, limits, slow and rude clients. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <strings.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/clock.h"
#include "signaling/http.h"
#include "tests/unit/academy/serve.h"

#define JSON "Content-Type: application/json\r\n"
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static void check_security(const struct reply *reply)
{
	assert_non_null(
		strstr(reply_header(reply, "content-security-policy"), "default-src 'none'"));
	assert_string_equal(reply_header(reply, "x-content-type-options"), "nosniff");
	assert_string_equal(reply_header(reply, "referrer-policy"), "no-referrer");
	assert_non_null(strstr(reply_header(reply, "permissions-policy"), "camera=(self)"));
}

static void every_answer_protects_the_browser(void **state)
{
	static const char *const paths[] = {"/", "/healthz", "/nothing", "/u/1/api/v1/me",
		"/assets/x.js", "/assets/main-1a2b.js", "/signin/x", "/u/1", "/u/1/ws", "/..", "//",
		"/u/1/media/x/y"};

	for (size_t i = 0; i < COUNT(paths); i++) {
		struct reply reply = serve_ask(*state, NULL, "GET", paths[i], "", NULL);

		assert_true(reply.status >= 200);
		check_security(&reply);
		reply_free(&reply);
	}
}

static void raw_requests(void **state)
{
	static const struct {
		const char *bytes;
		int status; /* 0: closed without a word is fine too; -1: anything from 400 on */
	} rows[] = {
		{"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 200},
		{"GET /healthz HTTP/1.0\r\n\r\n", 200},
		{"HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 200},
		{"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 405},
		{"DELETE /u/1/api/v1/me HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 405},
		{"POST /u/1/api/v1/sessions HTTP/1.1\r\nHost: x\r\n\r\n", 411},
		{"POST /u/1/api/v1/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
		 "chunked\r\n\r\n0\r\n\r\n",
			411},
		{"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: "
		 "chunked\r\n\r\n",
			411},
		{"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
			400},
		{"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400},
		{"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\na", 400},
		{"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1x\r\n\r\na", 400},
		{"POST /u/1/api/v1/signout HTTP/1.1\r\nHost: x\r\nContent-Length: 16385\r\n\r\n",
			413},
		{"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999999\r\n\r\n",
			413},
		{"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 400},
		{"GET /\0/healthz HTTP/1.1\r\nHost: x\r\n\r\n", 0},
		{"GET healthz HTTP/1.1\r\nHost: x\r\n\r\n", -1},
		{"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", -1},
		{"CONNECT / HTTP/1.1\r\nHost: x\r\n\r\n", 0},
		{"OPTIONS / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 405},
		{"PUT /u/1/api/v1/me HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 405},
		{"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade, "
		 "HTTP2-Settings\r\n"
		 "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n",
			400},
		{"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: foo\r\nConnection: Upgrade\r\n\r\n", -1},
		{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 0},
		{"\r\n\r\n\r\n", 0},
		{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 not TLS here\r\n\r\n", 0},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		int fd = serve_connect(*state);
		struct reply reply;

		serve_send(fd, rows[i].bytes, strlen(rows[i].bytes));
		if (rows[i].status <= 0)
			shutdown(fd, SHUT_WR);
		reply = serve_read(fd, 1);
		if (rows[i].status > 0 ? reply.status != rows[i].status
				       : (reply.status != 0 && reply.status < 400) ||
						 (rows[i].status < 0 && reply.status == 0))
			fail_msg("%zu: %.60s -> %d", i, rows[i].bytes, reply.status);
		reply_free(&reply);
		close(fd);
	}
	assert_int_equal(serve_status(*state, NULL, "GET", "/healthz", "", NULL), 200);
}

static void heads_have_a_limit(void **state)
{
	const size_t len = 2 * HTTP_MAX_HEADERS;
	char *header = malloc(len + 1);

	memset(header, 'a', len);
	memcpy(header, "X-Long: ", 8);
	memcpy(header + len - 2, "\r\n", 3);
	assert_true(serve_status(*state, NULL, "GET", "/healthz", header, NULL) != 200);
	memcpy(header, "Cookie: ", 8);
	assert_true(serve_status(*state, NULL, "GET", "/healthz", header, NULL) != 200);
	free(header);
	assert_int_equal(serve_status(*state, NULL, "GET", "/healthz", "", NULL), 200);
}

static void not_the_method_says_which(void **state)
{
	struct serve *serve = *state;
	struct reply reply = serve_ask(serve, &serve->a.trainee, "POST", "/api/v1/me", JSON, "{}");

	assert_int_equal(reply.status, 405);
	assert_string_equal(reply_header(&reply, "allow"), "GET, HEAD, PATCH");
	assert_non_null(strstr(reply.body, "\"error\":\"bad_request\""));
	reply_free(&reply);
	reply = serve_ask(serve, NULL, "GET", "/nothing", "", NULL);
	assert_int_equal(reply.status, 404);
	assert_string_equal(reply_header(&reply, "content-type"), "application/json");
	assert_non_null(strstr(reply.body, "\"error\":\"not_found\""));
	reply_free(&reply);
}

static void a_head_is_a_get_without_a_body(void **state)
{
	struct serve *serve = *state;
	struct reply get = serve_ask(serve, &serve->a.trainee, "GET", "/api/v1/me", "", NULL);
	struct reply head = serve_ask(serve, &serve->a.trainee, "HEAD", "/api/v1/me", "", NULL);
	int fd = serve_connect(serve);
	static const char two[] = "HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
				  "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

	assert_int_equal(head.status, 200);
	assert_int_equal(strtoul(reply_header(&head, "content-length"), NULL, 10), get.len);
	reply_free(&get);
	reply_free(&head);
	/* Nothing of a body lies between the two. */
	serve_send(fd, two, sizeof(two) - 1);
	head = serve_read(fd, 1);
	get = serve_read(fd, 0);
	assert_int_equal(get.status, 200);
	assert_string_equal(get.body, "{\"ok\":true}");
	reply_free(&get);
	reply_free(&head);
	close(fd);
}

static void requests_follow_one_another(void **state)
{
	struct serve *serve = *state;
	char post[512];
	int fd = serve_connect(serve), len;
	struct reply reply;

	/* A body, and the next request in the same bytes. */
	len = snprintf(post, sizeof(post),
		"PATCH /u/%u/api/v1/me HTTP/1.1\r\nHost: x\r\nCookie: lectern=%s\r\n" JSON
		"Content-Length: 17\r\n\r\n{\"language\":\"nl\"}"
		"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
		serve->a.trainee.person.n, serve->a.trainee.cookie);
	for (int i = 0; i < 20; i++) {
		serve_send(fd, post, (size_t)len);
		reply = serve_read(fd, 0);
		assert_int_equal(reply.status, 200);
		assert_non_null(strstr(reply.body, "\"language\":\"nl\""));
		reply_free(&reply);
		reply = serve_read(fd, 0);
		assert_int_equal(reply.status, 200);
		assert_string_equal(reply.body, "{\"ok\":true}");
		reply_free(&reply);
	}
	close(fd);
}

static void a_request_may_come_in_pieces(void **state)
{
	struct serve *serve = *state;
	char post[512];
	int fd = serve_connect(serve), len;
	struct reply reply;

	len = snprintf(post, sizeof(post),
		"PATCH /u/%u/api/v1/me HTTP/1.1\r\nHost: x\r\nCookie: lectern=%s\r\n" JSON
		"Content-Length: 17\r\n\r\n{\"language\":\"fr\"}",
		serve->a.trainee.person.n, serve->a.trainee.cookie);
	for (int i = 0; i < len; i++) {
		serve_send(fd, post + i, 1);
		usleep(100);
	}
	reply = serve_read(fd, 0);
	assert_int_equal(reply.status, 200);
	reply_free(&reply);
	close(fd);
}

static void the_pages_of_the_client(void **state)
{
	static const char *const pages[] = {
		"/", "/?link=expired", "/u/1/", "/u/1/class/xyz", "/u/1/a/b.c"};
	struct reply reply;

	for (size_t i = 0; i < COUNT(pages); i++) {
		reply = serve_ask(*state, NULL, "GET", pages[i], "", NULL);
		assert_int_equal(reply.status, 200);
		assert_string_equal(reply_header(&reply, "cache-control"), "no-store");
		assert_non_null(strstr(reply_header(&reply, "content-type"), "text/html"));
		assert_non_null(strstr(reply.body, "<title>Lectern"));
		reply_free(&reply);
	}
	reply = serve_ask(*state, NULL, "GET", "/u/12", "", NULL);
	assert_int_equal(reply.status, 303);
	assert_string_equal(reply_header(&reply, "location"), "/u/12/");
	reply_free(&reply);
}

static void the_start_page_leads_to_who_came_last(void **state)
{
	struct reply reply =
		serve_ask(*state, NULL, "GET", "/", "Cookie: lectern_last=7\r\n", NULL);

	assert_int_equal(reply.status, 303);
	assert_string_equal(reply_header(&reply, "location"), "/u/7/");
	reply_free(&reply);
	assert_int_equal(serve_status(*state, NULL, "GET", "/?link=expired",
				 "Cookie: lectern_last=7\r\n", NULL),
		200);
	assert_int_equal(
		serve_status(*state, NULL, "GET", "/", "Cookie: lectern_last=//x\r\n", NULL), 200);
}

static void assets_in_the_smallest_form(void **state)
{
	static const struct {
		const char *path, *accept;
		int status;
		const char *body, *encoding;
	} rows[] = {
		{"/assets/main-1a2b.js", "", 200, "plain", ""},
		{"/assets/main-1a2b.js", "Accept-Encoding: gzip, deflate, br\r\n", 200, "brotli",
			"br"},
		{"/assets/main-1a2b.js", "Accept-Encoding: gzip\r\n", 200, "gzip", "gzip"},
		{"/assets/main-1a2b.js", "Accept-Encoding: br;q=0, gzip\r\n", 200, "gzip", "gzip"},
		{"/assets/only-3c4d.css", "Accept-Encoding: br\r\n", 200, "css", ""},
		{"/assets/none.js", "", 404, NULL, ""},
		{"/assets/notes.txt", "", 404, NULL, ""},
		{"/assets/main-1a2b.js.br", "", 404, NULL, ""},
		{"/assets/", "", 404, NULL, ""},
		{"/assets", "", 404, NULL, ""},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct reply reply =
			serve_ask(*state, NULL, "GET", rows[i].path, rows[i].accept, NULL);

		if (reply.status != rows[i].status)
			fail_msg("%s: %d", rows[i].path, reply.status);
		assert_string_equal(reply_header(&reply, "content-encoding"), rows[i].encoding);
		if (rows[i].body) {
			assert_string_equal(reply.body, rows[i].body);
			assert_non_null(strstr(reply_header(&reply, "cache-control"), "immutable"));
			assert_string_equal(reply_header(&reply, "vary"), "Accept-Encoding");
		}
		reply_free(&reply);
	}
}

static void no_path_leads_out(void **state)
{
	static const char *const paths[] = {
		"/assets/../lectern.db",
		"/assets/..%2flectern.db",
		"/assets/%2e%2e/index.html",
		"/assets/%2e%2e%2findex.html",
		"/assets/..%5cindex.html",
		"/assets/....//index.html",
		"/assets/./main-1a2b.js/..%2f..%2flectern.db",
		"/assets/.hidden.js",
		"/assets//etc/passwd",
		"/assets/%252e%252e%252findex.html",
		"/../../../../etc/passwd",
		"/%2e%2e/%2e%2e/etc/passwd",
		"/assets/main-1a2b.js%00.css",
		"/assets/main-1a2b.js/",
	};

	for (size_t i = 0; i < COUNT(paths); i++) {
		struct reply reply = serve_ask(*state, NULL, "GET", paths[i], "", NULL);

		if (reply.status == 200 && !strstr(reply.body, "<title>Lectern"))
			fail_msg("%s gave \"%.40s\"", paths[i], reply.body);
		reply_free(&reply);
	}
}

static int upgrade(
	struct serve *serve, const struct visitor *who, const char *path, const char *headers)
{
	char all[512];

	snprintf(all, sizeof(all),
		"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s",
		headers);
	return serve_status(serve, who, "GET", path, all, NULL);
}

static void the_websocket_is_guarded(void **state)
{
	struct serve *serve = *state;
	const struct visitor *who = &serve->a.trainee;
	struct visitor other = *who;
	char ours[256], bad[256];
	static const struct {
		const char *origin;
		bool port;
	} foreign[] = {{"null", false}, {"http://evil.example", false},
		{"http://sub.localhost:", true}, {"http://localhost:1", true},
		{"http://localhost", false}, {"ftp://localhost:", true}};

	snprintf(ours, sizeof(ours),
		"Sec-WebSocket-Protocol: lectern\r\nOrigin: http://localhost:%u\r\n", serve->port);
	assert_int_equal(upgrade(serve, who, "/ws", ours), 101);
	assert_int_equal(upgrade(serve, who, "/ws", "Sec-WebSocket-Protocol: lectern\r\n"), 403);
	for (size_t i = 0; i < COUNT(foreign); i++) {
		char port[8];

		snprintf(port, sizeof(port), "%u", serve->port);
		snprintf(bad, sizeof(bad), "Sec-WebSocket-Protocol: lectern\r\nOrigin: %s%s\r\n",
			foreign[i].origin, foreign[i].port ? port : "");
		assert_int_equal(upgrade(serve, who, "/ws", bad), 403);
	}
	assert_int_equal(upgrade(serve, NULL, "/u/1/ws", ours), 401);
	other.person.n++;
	assert_int_equal(upgrade(serve, &other, "/ws", ours), 401);
	assert_int_equal(upgrade(serve, who, "/wsx", ours), 404);
	assert_int_equal(upgrade(serve, NULL, "/ws", ours), 404);
	snprintf(bad, sizeof(bad),
		"Sec-WebSocket-Protocol: http\r\nOrigin: http://localhost:%u\r\n", serve->port);
	assert_int_equal(upgrade(serve, who, "/ws", bad), 400);
	snprintf(bad, sizeof(bad), "Origin: http://localhost:%u\r\n", serve->port);
	assert_int_equal(upgrade(serve, who, "/ws", bad), 400);
	assert_int_equal(serve_status(serve, who, "GET", "/ws", "", NULL), 426);
}

/* Never an extension: a compressed frame can be a bomb. */
static void no_extension_is_agreed_on(void **state)
{
	struct serve *serve = *state;
	char headers[512];
	struct reply reply;

	snprintf(headers, sizeof(headers),
		"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: lectern\r\n"
		"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
		"Origin: http://localhost:%u\r\n",
		serve->port);
	reply = serve_ask(serve, &serve->a.trainee, "GET", "/ws", headers, NULL);
	assert_int_equal(reply.status, 101);
	assert_string_equal(reply_header(&reply, "sec-websocket-extensions"), "");
	reply_free(&reply);
}

/* Reads what is there until the other end closes; milliseconds that it took. */
static uint64_t drain(int fd)
{
	static char bytes[65536];
	const uint64_t start = clock_now_us();

	while (recv(fd, bytes, sizeof(bytes), 0) > 0)
		;
	return (clock_now_us() - start) / 1000;
}

static void await_close(int fd, uint64_t limit_ms)
{
	struct pollfd hang_up = {.fd = fd, .events = POLLRDHUP};

	assert_int_equal(poll(&hang_up, 1, (int)limit_ms), 1);
}

/* Of the server's process, in clock ticks (100 a second). */
static long cpu_ticks(const struct serve *serve)
{
	char path[64];
	long user, system;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", serve->pid);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld",
				 &user, &system),
		2);
	fclose(file);
	return user + system;
}

static void one_who_pipelines_and_takes_nothing_costs_nothing(void **state)
{
	static const char two[] = "GET /assets/huge-7a8b.js HTTP/1.1\r\nHost: x\r\n\r\n"
				  "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
	int fds[10], small = 4096;
	long before;

	for (int i = 0; i < 10; i++) {
		fds[i] = serve_connect(*state);
		setsockopt(fds[i], SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
		serve_send(fds[i], two, sizeof(two) - 1);
	}
	usleep(500000);
	before = cpu_ticks(*state);
	usleep(1000000);
	assert_in_range(cpu_ticks(*state) - before, 0, 20);
	for (int i = 0; i < 10; i++)
		close(fds[i]);
}

static void what_was_pipelined_is_answered_in_turn(void **state)
{
	static const char two[] = "GET /assets/big-5e6f.js HTTP/1.1\r\nHost: x\r\n\r\n"
				  "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
	int fd = serve_connect(*state);
	struct reply reply;

	serve_send(fd, two, sizeof(two) - 1);
	reply = serve_read(fd, 0);
	assert_int_equal(reply.len, 3000000);
	reply_free(&reply);
	reply = serve_read(fd, 0);
	assert_string_equal(reply.body, "{\"ok\":true}");
	reply_free(&reply);
	close(fd);
}

static void one_who_reads_slowly_gets_it_all(void **state)
{
	static const char get[] =
		"GET /assets/big-5e6f.js HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
	int fd = serve_connect(*state), small = 32768;
	struct reply reply;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	serve_send(fd, get, sizeof(get) - 1);
	usleep(300000);
	reply = serve_read(fd, 0);
	assert_int_equal(reply.status, 200);
	assert_int_equal(reply.len, 3000000);
	assert_int_equal(strspn(reply.body, "x"), 3000000);
	reply_free(&reply);
	drain(fd);
	close(fd);
}

static void those_who_hang_up_leave_nothing(void **state)
{
	static const char get[] = "GET /assets/big-5e6f.js HTTP/1.1\r\nHost: x\r\n\r\n";

	for (int i = 0; i < 200; i++) {
		int fd = serve_connect(*state);

		serve_send(fd, get, sizeof(get) - 1 - (size_t)(i % 3 == 0));
		close(fd);
	}
	assert_int_equal(serve_status(*state, NULL, "GET", "/healthz", "", NULL), 200);
}

/* A head that never ends is given up in HTTP_TIMEOUT_S, and holds up nobody. */
static void slow_heads_do_not_hold_up_others(void **state)
{
	enum { SLOW = 200 };
	int fds[SLOW];
	char byte;

	for (int i = 0; i < SLOW; i++) {
		fds[i] = serve_connect(*state);
		serve_send(fds[i], "GET / HTTP/1.1\r\nX: ", 19);
	}
	assert_int_equal(serve_status(*state, NULL, "GET", "/healthz", "", NULL), 200);
	/* answered while the first of them is still waited for */
	assert_int_equal(recv(fds[0], &byte, 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
	await_close(fds[0], 2000 * HTTP_TIMEOUT_S);
	for (int i = 0; i < SLOW; i++)
		close(fds[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_answer_protects_the_browser),
		cmocka_unit_test(raw_requests),
		cmocka_unit_test(heads_have_a_limit),
		cmocka_unit_test(not_the_method_says_which),
		cmocka_unit_test(a_head_is_a_get_without_a_body),
		cmocka_unit_test(requests_follow_one_another),
		cmocka_unit_test(a_request_may_come_in_pieces),
		cmocka_unit_test(the_pages_of_the_client),
		cmocka_unit_test(the_start_page_leads_to_who_came_last),
		cmocka_unit_test(assets_in_the_smallest_form),
		cmocka_unit_test(no_path_leads_out),
		cmocka_unit_test(the_websocket_is_guarded),
		cmocka_unit_test(no_extension_is_agreed_on),
		cmocka_unit_test(one_who_pipelines_and_takes_nothing_costs_nothing),
		cmocka_unit_test(what_was_pipelined_is_answered_in_turn),
		cmocka_unit_test(one_who_reads_slowly_gets_it_all),
		cmocka_unit_test(those_who_hang_up_leave_nothing),
		cmocka_unit_test(slow_heads_do_not_hold_up_others),
	};

	return cmocka_run_group_tests(tests, serve_setup, serve_teardown);
}
