/* SPDX-License-Identifier: MIT */
#include "signaling/exchange.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "academy/token.h"
#include "signaling/answer.h"
#include "signaling/head.h"
#include "signaling/perform.h"
#include "signaling/request.h"
#include "signaling/upload.h"
#include "signaling/work.h"

enum {
	BODY_DEPTH_KEYS = 64, /* keys of a body's object */
};

struct exchange {
	/* given */
	struct lws *wsi; /* NULL: the connection is gone, a job is not */
	/* owned */
	struct request *request;
	unsigned char *chunk; /* LWS_PRE + EXCHANGE_CHUNK, from the first byte of a body on */
	/* state */
	struct exchanges *exchanges;
	struct list node;  /* of exchanges.all */
	bool called;	   /* the whole request is here and was given to its route */
	bool whole;	   /* of an upload: its last byte is here */
	bool busy;	   /* a job has the request or the chunk */
	bool ready;	   /* the answer is there */
	bool started;	   /* its head went out */
	int64_t left;	   /* bytes of the body to send, those in the chunk included */
	ssize_t filled;	   /* bytes in the chunk; negative errno: the file could not be read */
	bool waiting;	   /* for room to write; input is off */
	uint64_t moved_us; /* when the other end last took something */
};

static void destroy(struct exchange *exchange)
{
	list_remove(&exchange->node);
	request_destroy(exchange->request);
	free(exchange->chunk);
	free(exchange);
}

void exchange_end(struct exchange *exchange)
{
	if (!exchange)
		return;
	exchange->wsi = NULL;
	if (!exchange->busy)
		destroy(exchange);
}

/* True: the connection is still there. */
static bool job_ended(struct exchange *exchange)
{
	exchange->busy = false;
	if (exchange->wsi)
		return true;
	destroy(exchange);
	return false;
}

static void write_on(struct exchange *exchange)
{
	exchange->waiting = false;
	lws_rx_flow_control(exchange->wsi, 1);
	lws_callback_on_writable(exchange->wsi);
}

static void tick(lws_sorted_usec_list_t *sul);

static void keep_ticking(struct exchanges *exchanges)
{
	exchanges->ticking = true;
	lws_sul_schedule(exchanges->context, 0, &exchanges->timer, tick, EXCHANGE_TICK_US);
}

static void wait_for_room(struct exchange *exchange)
{
	exchange->waiting = true;
	lws_rx_flow_control(exchange->wsi, 0);
	if (!exchange->exchanges->ticking)
		keep_ticking(exchange->exchanges);
}

static void wait_for_job(struct exchange *exchange)
{
	exchange->busy = true;
	lws_rx_flow_control(exchange->wsi, 0);
}

static bool has_room(const struct exchange *exchange)
{
	struct pollfd fd = {.fd = lws_get_socket_fd(exchange->wsi), .events = POLLOUT};

	return poll(&fd, 1, 0) != 0;
}

static void tick(lws_sorted_usec_list_t *sul)
{
	struct exchanges *exchanges = lws_container_of(sul, struct exchanges, timer);
	const uint64_t now_us = clock_now_us();

	exchanges->ticking = false;
	list_each (it, &exchanges->all) {
		struct exchange *exchange = list_of(it, struct exchange, node);

		if (!exchange->waiting)
			continue;
		if (clock_passed(exchange->moved_us, HTTP_STALL_S * 1000000ULL, now_us))
			lws_set_timeout(
				exchange->wsi, PENDING_TIMEOUT_HTTP_CONTENT, LWS_TO_KILL_ASYNC);
		else if (has_room(exchange))
			write_on(exchange);
		else if (!exchanges->ticking)
			keep_ticking(exchanges);
	}
}

void exchanges_init(struct exchanges *exchanges, struct server *server, struct lws_context *context)
{
	*exchanges = (struct exchanges){.server = server, .context = context};
	list_init(&exchanges->all);
}

void exchanges_finish(struct exchanges *exchanges)
{
	lws_sul_cancel(&exchanges->timer);
}

static void moved(struct exchange *exchange)
{
	exchange->moved_us = clock_now_us();
	lws_set_timeout(exchange->wsi, NO_PENDING_TIMEOUT, 0);
}

/* JSON is written out only now, on the control thread, after `finish`. */
static void answer_ready(struct exchange *exchange)
{
	struct answer *answer = &exchange->request->answer;

	if (answer->json) {
		answer->body = json_dumps(answer->json, JSON_COMPACT);
		answer->length = answer->body ? (int64_t)strlen(answer->body) : 0;
	}
	answer->open = exchange->request->route && exchange->request->route->stream;
	exchange->left = exchange->request->head ? 0 : answer->length;
	exchange->ready = true;
	moved(exchange);
	write_on(exchange);
}

static void run_route(struct store *store, void *arg)
{
	struct exchange *exchange = arg;

	perform(store, exchange->request);
}

static void run_saw(struct store *store, void *arg)
{
	struct exchange *exchange = arg;

	perform_saw(store, exchange->request);
}

static int submit(struct exchange *exchange, int lane, void (*run)(struct store *, void *),
	void (*done)(void *))
{
	struct work *work = exchange->request->server->work;
	int r = work ? work_submit_to(work, lane, run, done, exchange) : -ESHUTDOWN;

	if (r == 0)
		wait_for_job(exchange);
	return r;
}

struct note {
	int64_t site, token;
};

static void run_note(struct store *store, void *arg)
{
	const struct note *note = arg;

	token_used(store, note->site, note->token, clock_wall_ms());
}

/* Of a request that only read; nothing depends on it. */
static void note_token(const struct request *request)
{
	struct note *note;

	if (request->token == 0 || request->token_noted || !request->server->work)
		return;
	note = malloc(sizeof(*note));
	if (!note)
		return;
	*note = (struct note){request->who.person.site, request->token};
	if (work_submit_to(request->server->work, WORK_WRITE, run_note, free, note) < 0)
		free(note);
}

static void saw_done(void *arg)
{
	struct exchange *exchange = arg;
	struct request *request = exchange->request;

	if (request->route->finish)
		request->route->finish(request);
	if (job_ended(exchange))
		answer_ready(exchange);
}

static void route_done(void *arg)
{
	struct exchange *exchange = arg;
	struct request *request = exchange->request;

	note_token(request);
	if (perform_must_tell(request)) {
		if (submit(exchange, WORK_WRITE, run_saw, saw_done) == 0)
			return;
		request_fail(request, -EBUSY);
	}
	saw_done(exchange);
}

static void run_prove(struct store *store, void *arg)
{
	struct exchange *exchange = arg;

	exchange->request->route->prove(store, exchange->request);
}

static void submit_route(struct exchange *exchange)
{
	if (submit(exchange, exchange->request->route->lane, run_route, route_done) == 0)
		return;
	request_fail(exchange->request, -EBUSY);
	saw_done(exchange);
}

static void prove_done(void *arg)
{
	struct exchange *exchange = arg;

	if (exchange->request->answer.status != 0)
		saw_done(exchange);
	else
		submit_route(exchange);
}

static bool parse_body(struct request *request)
{
	if (request->text_len == 0 || request->route->stream || request->route->upload)
		return true;
	request->body = json_loadb(request->text, request->text_len, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(request->body) && json_object_size(request->body) <= BODY_DEPTH_KEYS)
		return true;
	request_error(request, 400, "bad_request", "The body is not a JSON object.");
	return false;
}

static void call_route(struct exchange *exchange)
{
	struct request *request = exchange->request;

	exchange->called = true;
	if (!parse_body(request)) {
		answer_ready(exchange);
		return;
	}
	if (request->route->admit && !request->route->admit(request)) {
		answer_ready(exchange);
		return;
	}
	moved(exchange);
	/* Whoever is nobody yet is judged before anything is hashed for them. */
	if (!request->route->prove ||
		(request->route->right != ACCESS_PUBLIC_USE && request->who.person.id == 0)) {
		submit_route(exchange);
	} else if (submit(exchange, WORK_PROOF, run_prove, prove_done) < 0) {
		request_fail(request, -EBUSY);
		saw_done(exchange);
	}
}

/*
 * An upload: first the question whether it may be, then chunk after chunk to the disk, then the
 * route. Between them input is off, but for what libwebsockets has read already.
 */
static void go_on(struct exchange *exchange);

static void run_admit(struct store *store, void *arg)
{
	struct exchange *exchange = arg;

	perform_admit(store, exchange->request);
}

static void run_write(struct store *store, void *arg)
{
	struct exchange *exchange = arg;

	(void)store;
	upload_write(exchange->request->upload);
}

static void run_end(struct store *store, void *arg)
{
	struct exchange *exchange = arg;

	(void)store;
	upload_end(exchange->request->upload);
}

/* A body that nobody reads must not be taken for the next request. */
static void answer_and_close(struct exchange *exchange)
{
	exchange->request->answer.close = true;
	exchange->called = true;
	answer_ready(exchange);
}

static void admitted(void *arg)
{
	struct exchange *exchange = arg;

	if (!job_ended(exchange))
		return;
	if (exchange->request->answer.status == 0)
		go_on(exchange);
	else
		answer_and_close(exchange);
}

static void written(void *arg)
{
	struct exchange *exchange = arg;

	if (job_ended(exchange))
		go_on(exchange);
}

static void ended(void *arg)
{
	struct exchange *exchange = arg;
	int failure = upload_failure(exchange->request->upload);

	if (!job_ended(exchange))
		return;
	if (failure == 0) {
		call_route(exchange);
		return;
	}
	request_fail(exchange->request, failure);
	answer_and_close(exchange);
}

static void give_up(struct exchange *exchange)
{
	request_fail(exchange->request, -EBUSY);
	answer_and_close(exchange);
}

static void go_on(struct exchange *exchange)
{
	struct upload *upload = exchange->request->upload;
	int r = 0;

	if (exchange->busy || exchange->called)
		return;
	if (exchange->whole || upload_is_full(upload)) {
		upload_turn(upload);
		r = submit(exchange, WORK_FILE, exchange->whole ? run_end : run_write,
			exchange->whole ? ended : written);
	} else {
		lws_set_timeout(exchange->wsi, PENDING_TIMEOUT_HTTP_CONTENT, HTTP_STALL_S);
		lws_rx_flow_control(exchange->wsi, 1);
	}
	if (r < 0)
		give_up(exchange);
}

static void begin_upload(struct exchange *exchange)
{
	struct request *request = exchange->request;
	int r = upload_create(
		request->server->config->data, request->body_length, &request->upload);

	if (r == 0) {
		moved(exchange);
		r = submit(exchange, WORK_READ, run_admit, admitted);
	}
	if (r < 0)
		give_up(exchange);
}

/* A person of another number, no cookie, an old cookie: all the same from outside. */
static bool check_who(struct exchange *exchange)
{
	struct request *request = exchange->request;
	const struct identity *who = NULL;

	/* An API token is for the database to know. */
	if (request->route->right == ACCESS_PUBLIC_USE || !request->below_n)
		return true;
	if (request->n != 0)
		who = head_identity(request->server, exchange->wsi, request->n);
	if (!who) {
		request_error(request, 401, "signed_out", "You are not signed in here.");
		return false;
	}
	request->who = *who;
	return true;
}

static bool check_stream(struct exchange *exchange)
{
	struct request *request = exchange->request;
	const char *type = request->route->stream;
	char text[64];

	if (type[0] == '\0' || head_has_type(exchange->wsi, type))
		return true;
	snprintf(text, sizeof(text), "Send %s.", type);
	request_error(request, 415, "bad_request", text);
	return false;
}

/* A page of another site can make a browser send neither JSON nor our Origin. */
static bool check_changing(struct exchange *exchange)
{
	struct request *request = exchange->request;

	if (request->route->stream)
		return check_stream(exchange);
	if (request->method == METHOD_GET)
		return true;
	if (head_origin(request->server, exchange->wsi) == ORIGIN_FOREIGN) {
		request_error(request, 403, "forbidden", "The request came from another site.");
		return false;
	}
	/* It has no body, and no page of another origin may send it unasked (Fetch). */
	if (request->method == METHOD_DELETE)
		return true;
	if (!request->route->upload && !head_has_type(exchange->wsi, "application/json")) {
		request_error(request, 415, "bad_request", "Send application/json.");
		return false;
	}
	return true;
}

/* A body that nobody reads must not be taken for the next request. */
static bool turn_away(struct exchange *exchange)
{
	exchange->request->answer.close |= head_has_body(exchange->wsi);
	return false;
}

static bool accept_request(struct exchange *exchange, int64_t *ret_length)
{
	struct request *request = exchange->request;

	if (head_read(exchange->wsi, request) < 0)
		return false;
	if (!request_route(request))
		return turn_away(exchange);
	if (head_length(exchange->wsi, request, ret_length) < 0)
		return false;
	if (!check_who(exchange) || !check_changing(exchange))
		return turn_away(exchange);
	request->body_length = *ret_length;
	request->text_room = request->route->upload ? 0 : (size_t)*ret_length;
	request->text = malloc(request->text_room + 1);
	if (request->text)
		return true;
	request_fail(request, -ENOMEM);
	return turn_away(exchange);
}

int exchange_begin(struct exchanges *exchanges, struct lws *wsi, struct exchange **ret_exchange)
{
	struct exchange *exchange = calloc(1, sizeof(*exchange));
	int64_t length = 0;

	if (!exchange)
		return -1;
	exchange->request = request_create(exchanges->server);
	if (!exchange->request) {
		free(exchange);
		return -1;
	}
	exchange->exchanges = exchanges;
	exchange->wsi = wsi;
	list_append(&exchanges->all, &exchange->node);
	*ret_exchange = exchange;
	if (!accept_request(exchange, &length)) {
		exchange->called = true;
		answer_ready(exchange);
	} else if (exchange->request->route->upload) {
		exchange->whole = length == 0;
		begin_upload(exchange);
	} else if (length == 0) {
		call_route(exchange);
	}
	return 0;
}

int exchange_body(struct exchange *exchange, const void *data, size_t len)
{
	struct request *request;

	/* Nobody waits for it: the connection closes after the answer. */
	if (!exchange || exchange->called)
		return 0;
	request = exchange->request;
	if (request->upload) {
		if (upload_add(request->upload, data, len) < 0)
			return -1;
		go_on(exchange);
		return 0;
	}
	if (len > request->text_room - request->text_len)
		return -1;
	memcpy(request->text + request->text_len, data, len);
	request->text_len += len;
	return 0;
}

int exchange_body_end(struct exchange *exchange)
{
	if (!exchange || exchange->called)
		return 0;
	exchange->whole = true;
	if (exchange->request->upload)
		go_on(exchange);
	else
		call_route(exchange);
	return 0;
}

static void read_chunk(struct store *store, void *arg)
{
	struct exchange *exchange = arg;
	struct answer *answer = &exchange->request->answer;
	size_t wanted = EXCHANGE_CHUNK;

	(void)store;
	if (exchange->left < (int64_t)wanted)
		wanted = (size_t)exchange->left;
	exchange->filled = pread(answer->fd, exchange->chunk + LWS_PRE, wanted, answer->offset);
	if (exchange->filled > 0)
		answer->offset += exchange->filled;
	else
		exchange->filled = exchange->filled < 0 ? -errno : -ENODATA;
}

static void chunk_done(void *arg)
{
	struct exchange *exchange = arg;

	if (job_ended(exchange))
		write_on(exchange);
}

static void copy_chunk(struct exchange *exchange)
{
	struct answer *answer = &exchange->request->answer;
	size_t len = EXCHANGE_CHUNK;

	if (exchange->left < (int64_t)len)
		len = (size_t)exchange->left;
	memcpy(exchange->chunk + LWS_PRE, answer->body + answer->offset, len);
	answer->offset += (int64_t)len;
	exchange->filled = (ssize_t)len;
}

/* 1: the chunk has bytes; 0: they are on their way; negative: they cannot be had. */
static int fill_chunk(struct exchange *exchange)
{
	if (exchange->filled > 0)
		return 1;
	if (exchange->filled < 0)
		return -1;
	if (!exchange->chunk)
		exchange->chunk = malloc(LWS_PRE + EXCHANGE_CHUNK);
	if (!exchange->chunk)
		return -1;
	if (exchange->request->answer.fd < 0) {
		copy_chunk(exchange);
		return 1;
	}
	return submit(exchange, WORK_FILE, read_chunk, chunk_done);
}

static int send_chunk(struct exchange *exchange)
{
	const size_t len = (size_t)exchange->filled;
	bool last = exchange->left == exchange->filled;

	if (lws_write(exchange->wsi, exchange->chunk + LWS_PRE, len,
		    last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < 0)
		return -1;
	exchange->left -= exchange->filled;
	exchange->filled = 0;
	moved(exchange);
	return 0;
}

static int complete(struct exchange **at)
{
	struct exchange *exchange = *at;
	struct lws *wsi = exchange->wsi;
	bool close = exchange->request->answer.close;

	*at = NULL;
	destroy(exchange);
	return close || lws_http_transaction_completed(wsi) ? -1 : 0;
}

int exchange_send(struct exchange **at)
{
	struct exchange *exchange = *at;
	int r;

	if (!exchange || !exchange->ready || exchange->busy)
		return 0;
	if (!exchange->started) {
		exchange->started = true;
		if (answer_write_head(
			    exchange->wsi, &exchange->request->answer, exchange->left > 0) < 0)
			return -1;
	} else {
		r = fill_chunk(exchange);
		if (r <= 0)
			return r;
		if (send_chunk(exchange) < 0)
			return -1;
	}
	if (exchange->left == 0)
		return complete(at);
	if (lws_send_pipe_choked(exchange->wsi))
		wait_for_room(exchange);
	else
		lws_callback_on_writable(exchange->wsi);
	return 0;
}

int exchange_refuse_upgrade(struct lws *wsi, unsigned status, const char *code, const char *text)
{
	unsigned char body[LWS_PRE + 512];
	struct answer answer = {
		.status = status, .type = "application/json", .cache = "no-store", .close = true};
	char *json = (char *)body + LWS_PRE;

	answer.length = snprintf(
		json, sizeof(body) - LWS_PRE, "{\"error\":\"%s\",\"text\":\"%s\"}", code, text);
	assert(answer.length < (int64_t)(sizeof(body) - LWS_PRE));
	if (answer_write_head(wsi, &answer, true) < 0 ||
		lws_write(wsi, (unsigned char *)json, (size_t)answer.length, LWS_WRITE_HTTP_FINAL) <
			0)
		return -1;
	return 1;
}
