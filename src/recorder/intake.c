/* SPDX-License-Identifier: MIT */
#include "recorder/intake.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/log.h"
#include "recorder/recorder.h"
#include "recorder/track.h"
#include "rtp/packet.h"

enum {
	TRACK_BUCKETS = 64,
	BATCH = 256,  /* datagrams of one connection before it is another's turn */
	DRAIN = 8192, /* datagrams of a worker before a recording is closed */
};

/* A track of a connection, by the number that the worker gave it. */
struct sent_track {
	struct list of_bucket;
	uint32_t number;
	struct track *track;
};

struct connection {
	struct list of_intake;
	struct intake *intake;
	int fd;
	bool greeted, control;
	bool dead; /* closed; freed at the end of the turn */
	struct list tracks[TRACK_BUCKETS];
};

struct intake {
	int listener, signals, wake_fd;
	struct recorder *recorder;
	struct list connections;
	unsigned connection_count, control_count;
	bool stopping;
	uint64_t alone_us; /* since when no server has been there */
	uint8_t buffer[WIRE_MAX];
};

/* --- what the recorder says --- */

static void send_to(struct connection *connection, uint16_t type, const void *body, size_t len)
{
	uint8_t out[sizeof(struct wire_head) + sizeof(struct wire_sealed) +
		    sizeof(struct wire_fault)];
	struct wire_head head = {WIRE_VERSION, type, (uint32_t)(sizeof(head) + len)};

	memcpy(out, &head, sizeof(head));
	memcpy(out + sizeof(head), body, len);
	if (connection->fd >= 0 &&
		send(connection->fd, out, head.size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		log_warn("intake", "not told type=%u error=%s", type, strerror(errno));
}

static void send_to_control(struct intake *intake, uint16_t type, const void *body, size_t len)
{
	list_each (node, &intake->connections) {
		struct connection *connection = list_of(node, struct connection, of_intake);

		if (connection->control)
			send_to(connection, type, body, len);
	}
}

static void on_sealed(void *user, const struct wire_sealed *sealed)
{
	send_to_control(user, WIRE_SEALED, sealed, sizeof(*sealed));
}

static void on_fault(void *user, const struct wire_fault *fault)
{
	send_to_control(user, WIRE_FAULT, fault, sizeof(*fault));
}

static void on_keyframe(void *user, void *owner, uint32_t track)
{
	struct wire_end body = {.track = track};

	(void)user;
	send_to(owner, WIRE_KEYFRAME, &body, sizeof(body));
}

static const struct recorder_ops recorder_ops = {
	.sealed = on_sealed,
	.fault = on_fault,
	.keyframe = on_keyframe,
};

/* --- what is said to it --- */

static const char *name_part(const char *at, const char *end)
{
	while (at < end && ((*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9') || *at == '-'))
		at++;
	return at;
}

bool intake_name_is_good(const char *name, size_t room)
{
	const char *end = memchr(name, 0, room), *slash, *last;

	if (!end)
		return false;
	slash = name_part(name, end);
	if (slash == name || *slash != '/')
		return false;
	last = name_part(slash + 1, end);
	return last == end && last > slash + 1;
}

static bool text_is_good(const char *text, size_t room)
{
	return memchr(text, 0, room) != NULL;
}

static struct sent_track *find_track(struct connection *connection, uint32_t number)
{
	list_each (node, &connection->tracks[number % TRACK_BUCKETS]) {
		struct sent_track *sent = list_of(node, struct sent_track, of_bucket);

		if (sent->number == number)
			return sent;
	}
	return NULL;
}

static void end_track(struct connection *connection, struct sent_track *sent, uint64_t now_us)
{
	recorder_end(connection->intake->recorder, sent->track, now_us);
	list_remove(&sent->of_bucket);
	free(sent);
}

/* Each handler gets a body of at least its type's size, aligned; `rest` is what follows that. */
typedef int handler_fn(struct connection *connection, const void *body, const uint8_t *rest,
	size_t rest_len, uint64_t now_us);

static int on_hello(struct connection *c, const void *body, const uint8_t *rest, size_t rest_len,
	uint64_t now_us)
{
	const struct wire_hello *hello = body;

	(void)rest;
	(void)rest_len;
	(void)now_us;
	if (c->greeted || hello->control > 1)
		return -EBADMSG;
	c->greeted = true;
	c->control = hello->control;
	c->intake->control_count += c->control;
	log_info("intake", "%s connected", c->control ? "control" : "worker");
	return 0;
}

static int on_open(struct connection *c, const void *body, const uint8_t *rest, size_t rest_len,
	uint64_t now_us)
{
	const struct wire_open *open = body;

	(void)rest;
	(void)rest_len;
	if (!intake_name_is_good(open->recording, sizeof(open->recording)))
		return -EBADMSG;
	recorder_open(c->intake->recorder, open, now_us);
	return 0;
}

static int on_event(struct connection *c, const void *body, const uint8_t *rest, size_t rest_len,
	uint64_t now_us)
{
	const struct wire_event *event = body;
	int r;

	if (!intake_name_is_good(event->recording, sizeof(event->recording)) ||
		event->text_len != rest_len)
		return -EBADMSG;
	r = recorder_event(c->intake->recorder, event, (const char *)rest, now_us);
	if (r < 0)
		log_warn("intake", "event not written recording=%s error=%s", event->recording,
			strerror(-r));
	return 0;
}

static void drain_workers(struct intake *intake);

static int on_close(struct connection *c, const void *body, const uint8_t *rest, size_t rest_len,
	uint64_t now_us)
{
	const struct wire_recording *which = body;

	(void)rest;
	(void)rest_len;
	if (!intake_name_is_good(which->recording, sizeof(which->recording)))
		return -EBADMSG;
	drain_workers(c->intake);
	recorder_close(c->intake->recorder, which->recording, now_us);
	return 0;
}

static int on_query(struct connection *c, const void *body, const uint8_t *rest, size_t rest_len,
	uint64_t now_us)
{
	const struct wire_recording *which = body;

	(void)rest;
	(void)rest_len;
	if (!intake_name_is_good(which->recording, sizeof(which->recording)))
		return -EBADMSG;
	recorder_query(c->intake->recorder, which->recording, now_us);
	return 0;
}

static int on_track(struct connection *c, const void *body, const uint8_t *rest, size_t rest_len,
	uint64_t now_us)
{
	const struct wire_track *wire = body;
	struct sent_track *sent = find_track(c, wire->track);
	int r;

	(void)rest;
	(void)rest_len;
	if (!intake_name_is_good(wire->recording, sizeof(wire->recording)) ||
		!text_is_good(wire->member, sizeof(wire->member)) || !*wire->member ||
		!text_is_good(wire->name, sizeof(wire->name)) ||
		!text_is_good(wire->role, sizeof(wire->role)))
		return -EBADMSG;
	if (sent) /* the worker begins it anew */
		end_track(c, sent, now_us);
	sent = calloc(1, sizeof(*sent));
	r = sent ? recorder_track(c->intake->recorder, wire, c, now_us, &sent->track) : -ENOMEM;
	if (r < 0) {
		free(sent);
		log_warn("intake", "track not taken member=%s codec=%u error=%s", wire->member,
			wire->codec, strerror(-r));
		return 0; /* its packets are of no track and are dropped */
	}
	sent->number = wire->track;
	list_append(&c->tracks[sent->number % TRACK_BUCKETS], &sent->of_bucket);
	return 0;
}

static int on_rtp(struct connection *c, const void *body, const uint8_t *rest, size_t rest_len,
	uint64_t now_us)
{
	static const struct rtp_exts no_exts;
	const struct wire_rtp *rtp = body;
	struct sent_track *sent = find_track(c, rtp->track);
	struct rtp_names names;
	struct pkt *pkt;

	if (rtp->packet_len != rest_len)
		return -EBADMSG;
	if (!sent || rest_len > PKT_ROOM)
		return 0;
	pkt = recorder_buffer(c->intake->recorder, now_us);
	if (!pkt)
		return 0;
	memcpy(pkt->data, rest, rest_len);
	pkt->len = (uint32_t)rest_len;
	pkt->arrival_us = rtp->arrival_us;
	if (rtp_packet_parse(pkt, &no_exts, &names) == 0)
		recorder_packet(c->intake->recorder, sent->track, pkt, now_us);
	pkt_put(pkt);
	return 0;
}

static int on_report(struct connection *c, const void *body, const uint8_t *rest, size_t rest_len,
	uint64_t now_us)
{
	const struct wire_report *report = body;
	struct sent_track *sent = find_track(c, report->track);

	(void)rest;
	(void)rest_len;
	if (sent)
		recorder_report(c->intake->recorder, sent->track, report, now_us);
	return 0;
}

static int on_end(struct connection *c, const void *body, const uint8_t *rest, size_t rest_len,
	uint64_t now_us)
{
	const struct wire_end *end = body;
	struct sent_track *sent = find_track(c, end->track);

	(void)rest;
	(void)rest_len;
	if (sent)
		end_track(c, sent, now_us);
	return 0;
}

enum from { ANYONE, CONTROL, WORKER };

static const struct message {
	handler_fn *handler;
	size_t size;
	enum from from;
	bool has_rest;
} messages[] = {
	[WIRE_HELLO] = {on_hello, sizeof(struct wire_hello), ANYONE, false},
	[WIRE_OPEN] = {on_open, sizeof(struct wire_open), CONTROL, false},
	[WIRE_EVENT] = {on_event, sizeof(struct wire_event), CONTROL, true},
	[WIRE_CLOSE] = {on_close, sizeof(struct wire_recording), CONTROL, false},
	[WIRE_QUERY] = {on_query, sizeof(struct wire_recording), CONTROL, false},
	[WIRE_TRACK] = {on_track, sizeof(struct wire_track), WORKER, false},
	[WIRE_RTP] = {on_rtp, sizeof(struct wire_rtp), WORKER, true},
	[WIRE_REPORT] = {on_report, sizeof(struct wire_report), WORKER, false},
	[WIRE_END] = {on_end, sizeof(struct wire_end), WORKER, false},
};

static bool may_send(const struct connection *c, const struct message *message)
{
	if (message->from == ANYONE)
		return true;
	return c->greeted && c->control == (message->from == CONTROL);
}

int intake_datagram(struct connection *c, const void *data, size_t len, uint64_t now_us)
{
	union {
		struct wire_open open;
		struct wire_event event;
		struct wire_track track;
		struct wire_rtp rtp;
		struct wire_report report;
	} body;
	struct wire_head head;
	const struct message *message;
	size_t size;

	if (len < sizeof(head))
		return -EBADMSG;
	memcpy(&head, data, sizeof(head));
	if (head.version != WIRE_VERSION || head.size != len ||
		head.type >= sizeof(messages) / sizeof(*messages) || !messages[head.type].handler)
		return -EBADMSG;
	message = &messages[head.type];
	size = sizeof(head) + message->size;
	if (!may_send(c, message) || len < size || (len > size && !message->has_rest))
		return -EBADMSG;
	memcpy(&body, (const uint8_t *)data + sizeof(head), message->size);
	return message->handler(c, &body, (const uint8_t *)data + size, len - size, now_us);
}

/* --- connections --- */

struct connection *intake_connect(struct intake *intake, int fd)
{
	struct connection *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->intake = intake;
	c->fd = fd;
	for (unsigned i = 0; i < TRACK_BUCKETS; i++)
		list_init(&c->tracks[i]);
	list_append(&intake->connections, &c->of_intake);
	intake->connection_count++;
	return c;
}

void intake_disconnect(struct connection *c, uint64_t now_us)
{
	struct intake *intake = c->intake;

	if (c->dead)
		return;
	c->dead = true;
	for (unsigned i = 0; i < TRACK_BUCKETS; i++)
		list_each (node, &c->tracks[i])
			end_track(c, list_of(node, struct sent_track, of_bucket), now_us);
	if (c->greeted)
		log_info("intake", "%s gone", c->control ? "control" : "worker");
	if (c->control && --intake->control_count == 0) {
		drain_workers(intake);
		intake->alone_us = now_us;
		recorder_close_all(intake->recorder, now_us);
	}
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

/* Nothing is freed while somebody up the stack may still hold it. */
static void reap(struct intake *intake)
{
	list_each (node, &intake->connections) {
		struct connection *c = list_of(node, struct connection, of_intake);

		if (!c->dead)
			continue;
		list_remove(node);
		intake->connection_count--;
		free(c);
	}
}

static void accept_one(struct intake *intake)
{
	int fd = accept4(intake->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (intake->connection_count == INTAKE_MAX_CONNECTIONS || !intake_connect(intake, fd)) {
		log_warn("intake", "connection refused: too many");
		close(fd);
	}
}

static void receive(struct connection *c, unsigned most)
{
	struct intake *intake = c->intake;

	for (unsigned i = 0; i < most && !c->dead && c->fd >= 0; i++) {
		/* MSG_TRUNC: the datagram's own length, so that one cut short is seen as such. */
		ssize_t n = recv(
			c->fd, intake->buffer, sizeof(intake->buffer), MSG_DONTWAIT | MSG_TRUNC);
		uint64_t now_us = clock_now_us();

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			intake_disconnect(c, now_us);
			return;
		}
		if (n > (ssize_t)sizeof(intake->buffer) ||
			intake_datagram(c, intake->buffer, (size_t)n, now_us) < 0) {
			log_error("intake", "malformed datagram, connection closed size=%zd", n);
			intake_disconnect(c, now_us);
			return;
		}
	}
}

/* What workers sent before control closed a recording is still of it, though it lies in other
 * sockets. */
static void drain_workers(struct intake *intake)
{
	list_each (node, &intake->connections) {
		struct connection *c = list_of(node, struct connection, of_intake);

		if (!c->control)
			receive(c, DRAIN);
	}
}

void intake_turn(struct intake *intake)
{
	uint64_t count;
	ssize_t n = read(intake->wake_fd, &count, sizeof(count));

	if (n > 0)
		recorder_turn(intake->recorder, clock_now_us());
	reap(intake);
}

/* --- the loop --- */

static bool is_over(struct intake *intake, uint64_t now_us)
{
	if (intake->stopping)
		return recorder_idle(intake->recorder) ||
		       now_us - intake->alone_us >= INTAKE_STOP_US;
	return intake->control_count == 0 && now_us - intake->alone_us >= INTAKE_WAIT_US &&
	       recorder_idle(intake->recorder);
}

static void begin_stop(struct intake *intake, uint64_t now_us)
{
	log_info("intake", "told to end: sealing");
	list_each (node, &intake->connections) /* what has come already still counts */
		receive(list_of(node, struct connection, of_intake), BATCH);
	intake->stopping = true;
	intake->alone_us = now_us;
	recorder_close_all(intake->recorder, now_us);
}

static unsigned fill(struct intake *intake, struct pollfd *fds, struct connection **which)
{
	unsigned count = 0;

	/* While it ends, nothing new is let in; what it has to say still goes out. */
	fds[count++] = (struct pollfd){intake->stopping ? -1 : intake->listener, POLLIN, 0};
	fds[count++] = (struct pollfd){intake->stopping ? -1 : intake->signals, POLLIN, 0};
	fds[count++] = (struct pollfd){intake->wake_fd, POLLIN, 0};
	list_each (node, &intake->connections) {
		struct connection *c = list_of(node, struct connection, of_intake);

		which[count] = c;
		fds[count++] = (struct pollfd){intake->stopping ? -1 : c->fd, POLLIN, 0};
	}
	return count;
}

static void wait_and_serve(struct intake *intake)
{
	struct pollfd fds[3 + INTAKE_MAX_CONNECTIONS];
	struct connection *which[3 + INTAKE_MAX_CONNECTIONS];
	unsigned count = fill(intake, fds, which);

	if (poll(fds, count, INTAKE_TICK_MS) < 0)
		return;
	for (unsigned i = 3; i < count; i++)
		if (fds[i].revents)
			receive(which[i], BATCH);
	if (fds[0].revents)
		accept_one(intake);
	if (fds[1].revents)
		begin_stop(intake, clock_now_us());
}

void intake_run(struct intake *intake)
{
	uint64_t ticked_us = clock_now_us();

	intake->alone_us = ticked_us;
	for (;;) {
		uint64_t now_us;

		wait_and_serve(intake);
		intake_turn(intake);
		now_us = clock_now_us();
		if (now_us - ticked_us < INTAKE_TICK_MS * 1000)
			continue;
		ticked_us = now_us;
		recorder_tick(intake->recorder, now_us);
		if (is_over(intake, now_us))
			return;
	}
}

int intake_create(int listener, int signals, int root, struct intake **ret_intake)
{
	struct intake *intake = calloc(1, sizeof(*intake));
	int r;

	if (!intake)
		return -ENOMEM;
	intake->listener = listener;
	intake->signals = signals;
	list_init(&intake->connections);
	intake->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = intake->wake_fd < 0 ? -errno
				: recorder_create(root, intake->wake_fd, &recorder_ops, intake,
					  &intake->recorder);
	if (r < 0) {
		intake_destroy(intake);
		return r;
	}
	*ret_intake = intake;
	return 0;
}

void intake_destroy(struct intake *intake)
{
	if (!intake)
		return;
	list_each (node, &intake->connections)
		intake_disconnect(list_of(node, struct connection, of_intake), clock_now_us());
	reap(intake);
	recorder_destroy(intake->recorder);
	if (intake->wake_fd >= 0)
		close(intake->wake_fd);
	free(intake);
}
