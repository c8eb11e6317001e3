/* SPDX-License-Identifier: MIT */
#include "net/tcp.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lectern/types.h"
#include "net/frames.h"
#include "net/tcp_queue.h"

enum {
	TICK_US = 500 * 1000,
	BACKLOG = 256,
	ACCEPT_TURN = 64,
	READ_BYTES = 32 * 1024, /* of one connection in one turn */
};

struct connection {
	/* given */
	struct tcp *tcp;
	struct addr addr; /* the other end, and our number for it */
	/* owned */
	struct loop_io io; /* fd -1: it has ended, and waits for the end of the turn */
	struct tcp_queue queue;
	struct frames frames;
	/* state */
	struct list of_tcp;   /* strangers, kept or ended */
	struct list of_flush; /* it has something to write, and the socket may take it */
	bool kept;
	bool full;	   /* waits until the socket takes more */
	bool answered;	   /* something was sent to it */
	uint64_t heard_us; /* last packet; before that: accepted */
};

struct tcp {
	/* given */
	struct loop *loop;
	struct pkt_pool *pool;
	const struct tcp_ops *ops;
	void *arg;
	/* owned */
	struct loop_io listener;
	struct loop_timer tick;
	struct loop_work burial;
	struct connection *connections[TCP_CONNECTIONS];
	struct list strangers, kept; /* strangers: the oldest first */
	/* state */
	struct list ended, flush;
	bool has_tick, listening;
	unsigned count, stranger_count;
	uint32_t generation; /* of the next number */
	uint64_t now_us;     /* of this turn */
	uint64_t counts[TCP_COUNTS];
	uint8_t in[READ_BYTES];
	uint32_t placed; /* whom `out` is for */
	uint8_t out[PKT_ROOM];
};

static struct connection *find(const struct tcp *tcp, uint32_t number)
{
	struct connection *c = tcp->connections[number % TCP_CONNECTIONS];

	return c && c->addr.tcp == number ? c : NULL;
}

/* ---- the end of a connection ---- */

static void free_connection(struct connection *c)
{
	list_remove(&c->of_tcp);
	tcp_queue_finish(&c->queue);
	free(c);
}

/* Events of this turn may still point to it. */
static void bury(struct loop_work *work, uint64_t now_us)
{
	struct tcp *tcp = list_of(work, struct tcp, burial);

	(void)now_us;
	while (!list_empty(&tcp->ended))
		free_connection(list_of(tcp->ended.next, struct connection, of_tcp));
}

static void shut(struct connection *c)
{
	struct tcp *tcp = c->tcp;

	loop_io_remove(tcp->loop, &c->io);
	close(c->io.fd);
	c->io.fd = -1;
	tcp->connections[c->addr.tcp % TCP_CONNECTIONS] = NULL;
	tcp->count--;
	tcp->stranger_count -= !c->kept;
	list_remove(&c->of_flush);
	list_remove(&c->of_tcp);
	list_append(&tcp->ended, &c->of_tcp);
	loop_defer(tcp->loop, &tcp->burial);
}

static void end(struct connection *c, enum tcp_count why)
{
	struct tcp *tcp = c->tcp;

	tcp->counts[why]++;
	shut(c);
	if (c->kept)
		tcp->ops->gone(tcp->arg, &c->addr, tcp->now_us);
}

/* ---- out ---- */

/* Writes what waits. False: the connection has ended under it. */
static bool write_queue(struct connection *c)
{
	struct iovec pieces[2];
	struct msghdr message = {.msg_iov = pieces};

	while ((message.msg_iovlen = tcp_queue_pieces(&c->queue, pieces)) > 0) {
		ssize_t n = sendmsg(c->io.fd, &message, MSG_NOSIGNAL);

		if (n >= 0) {
			tcp_queue_sent(&c->queue, (size_t)n);
		} else if (errno == EAGAIN) {
			c->full = true;
			loop_io_want_write(c->tcp->loop, &c->io, true);
			return true;
		} else if (errno != EINTR) {
			return false;
		}
	}
	return true;
}

static void on_writable(struct loop_io *io, uint64_t now_us)
{
	struct connection *c = list_of(io, struct connection, io);

	if (io->fd < 0)
		return;
	c->tcp->now_us = now_us;
	c->full = false;
	loop_io_want_write(c->tcp->loop, io, false);
	if (!write_queue(c))
		end(c, TCP_ENDED);
}

uint8_t *tcp_place(struct tcp *tcp, uint32_t number)
{
	tcp->placed = number;
	return tcp->out;
}

static bool push(struct connection *c, size_t len)
{
	struct tcp *tcp = c->tcp;

	if (tcp_queue_push(&c->queue, tcp->out, len, tcp->now_us))
		return true;
	/* A burst of one turn: what the kernel takes now makes room. tcp_flush() sees its errors. */
	return !c->full && write_queue(c) && tcp_queue_push(&c->queue, tcp->out, len, tcp->now_us);
}

void tcp_commit(struct tcp *tcp, size_t len)
{
	struct connection *c = find(tcp, tcp->placed);

	assert(len <= PKT_ROOM);
	if (!c)
		return;
	c->answered = true;
	if (!push(c, len)) {
		tcp->counts[TCP_NOT_READING]++;
		return;
	}
	tcp->counts[TCP_QUEUED]++;
	if (!c->full && list_empty(&c->of_flush))
		list_append(&tcp->flush, &c->of_flush);
}

void tcp_flush(struct tcp *tcp, uint64_t now_us)
{
	tcp->now_us = now_us;
	while (!list_empty(&tcp->flush)) {
		struct connection *c = list_of(tcp->flush.next, struct connection, of_flush);

		list_remove(&c->of_flush);
		if (!write_queue(c))
			end(c, TCP_ENDED);
	}
}

void tcp_close(struct tcp *tcp, uint32_t number)
{
	struct connection *c = find(tcp, number);

	if (!c)
		return;
	write_queue(c);
	shut(c);
}

/* ---- in ---- */

static int on_packet(void *arg, const uint8_t *packet, size_t len)
{
	struct connection *c = arg;
	struct tcp *tcp = c->tcp;
	struct pkt *pkt = pkt_get(tcp->pool);

	c->heard_us = c->kept ? tcp->now_us : c->heard_us;
	if (!pkt) {
		tcp->counts[TCP_NO_BUFFER]++;
		return 0;
	}
	memcpy(pkt->data, packet, len);
	pkt->len = (uint32_t)len;
	pkt->arrival_us = tcp->now_us;
	tcp->counts[TCP_RECEIVED]++;
	tcp->ops->recv(tcp->arg, pkt, &c->addr);
	pkt_put(pkt);
	if (c->io.fd >= 0 && !c->kept && !c->answered)
		end(c, TCP_UNANSWERED);
	return c->io.fd < 0 ? -ECONNRESET : 0;
}

static void on_readable(struct loop_io *io, uint64_t now_us)
{
	struct connection *c = list_of(io, struct connection, io);
	struct tcp *tcp = c->tcp;
	ssize_t n;

	if (io->fd < 0)
		return;
	tcp->now_us = now_us;
	n = recv(io->fd, tcp->in, sizeof(tcp->in), 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		end(c, TCP_ENDED);
	else if (frames_push(&c->frames, tcp->in, (size_t)n, on_packet, c) == -EMSGSIZE)
		end(c, TCP_BAD_FRAME);
}

/* ---- the beginning of one ---- */

static bool same_place(const struct addr *a, const struct addr *b)
{
	if (a->u.sa.sa_family != b->u.sa.sa_family)
		return false;
	if (a->u.sa.sa_family == AF_INET)
		return a->u.in.sin_addr.s_addr == b->u.in.sin_addr.s_addr;
	return memcmp(&a->u.in6.sin6_addr, &b->u.in6.sin6_addr, 8) == 0;
}

static unsigned count_from(struct list *connections, const struct addr *addr)
{
	unsigned count = 0;

	list_each (it, connections)
		count += same_place(&list_of(it, struct connection, of_tcp)->addr, addr);
	return count;
}

static bool is_crowded(struct tcp *tcp, const struct addr *addr)
{
	unsigned strangers = count_from(&tcp->strangers, addr);

	return strangers >= TCP_STRANGERS_PER_ADDRESS ||
	       strangers + count_from(&tcp->kept, addr) >= TCP_PER_ADDRESS;
}

/* The low bits of a number are a place in the table, the others differ from those before it. */
static uint32_t free_number(struct tcp *tcp)
{
	uint32_t place = 0;

	while (tcp->connections[place])
		place++;
	if (++tcp->generation >= UINT32_MAX / TCP_CONNECTIONS)
		tcp->generation = 1;
	return tcp->generation * TCP_CONNECTIONS + place;
}

static void set_options(int fd)
{
	int yes = 1, not_sent = TCP_NOT_SENT_BYTES;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &not_sent, sizeof(not_sent));
}

static int add_connection(struct tcp *tcp, int fd, const struct addr *addr)
{
	struct connection *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return -ENOMEM;
	c->tcp = tcp;
	c->addr = *addr;
	c->addr.tcp = free_number(tcp);
	c->heard_us = tcp->now_us;
	c->io = (struct loop_io){.ready = on_readable, .writable = on_writable, .fd = fd};
	frames_init(&c->frames);
	list_init(&c->of_tcp);
	list_init(&c->of_flush);
	err = loop_io_add(tcp->loop, &c->io);
	if (err) {
		free_connection(c);
		return err;
	}
	tcp->connections[c->addr.tcp % TCP_CONNECTIONS] = c;
	tcp->count++;
	tcp->stranger_count++;
	tcp->counts[TCP_ACCEPTED]++;
	list_append(&tcp->strangers, &c->of_tcp);
	return 0;
}

static void welcome(struct tcp *tcp, int fd, const struct addr *addr)
{
	enum tcp_count refused = TCP_FULL;

	if (is_crowded(tcp, addr)) {
		refused = TCP_CROWDED;
		goto failed;
	}
	if (tcp->stranger_count == TCP_STRANGERS)
		end(list_of(tcp->strangers.next, struct connection, of_tcp), TCP_EVICTED);
	set_options(fd);
	if (tcp->count == TCP_CONNECTIONS || add_connection(tcp, fd, addr) < 0)
		goto failed;
	return;

failed:
	tcp->counts[refused]++;
	close(fd);
}

/* Out of descriptors the listener would be ready for ever: it rests until the next tick. */
static void rest(struct tcp *tcp)
{
	tcp->counts[TCP_FULL]++;
	tcp->listening = false;
	loop_io_remove(tcp->loop, &tcp->listener);
}

static void on_connecting(struct loop_io *io, uint64_t now_us)
{
	struct tcp *tcp = list_of(io, struct tcp, listener);

	tcp->now_us = now_us;
	for (unsigned i = 0; i < ACCEPT_TURN; i++) {
		struct addr addr = {.len = sizeof(addr.u)};
		int fd = accept4(io->fd, &addr.u.sa, &addr.len, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0 &&
			(errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS))
			rest(tcp);
		if (fd < 0)
			return; /* also for ECONNABORTED: the next turn sees the rest */
		addr_unmap(&addr);
		welcome(tcp, fd, &addr);
	}
}

uint16_t tcp_port(const struct tcp *tcp)
{
	struct addr at = {.len = sizeof(at.u)};

	return getsockname(tcp->listener.fd, &at.u.sa, &at.len) < 0 ? 0 : addr_port(&at);
}

void tcp_keep(struct tcp *tcp, uint32_t number)
{
	struct connection *c = find(tcp, number);

	if (!c || c->kept)
		return;
	c->kept = true;
	c->heard_us = tcp->now_us;
	tcp->stranger_count--;
	list_remove(&c->of_tcp);
	list_append(&tcp->kept, &c->of_tcp);
}

/* ---- time ---- */

void tcp_expire(struct tcp *tcp, uint64_t now_us)
{
	tcp->now_us = now_us;
	for (unsigned i = 0; i < TCP_CONNECTIONS; i++) {
		struct connection *c = tcp->connections[i];

		if (c && now_us >= c->heard_us + (c->kept ? TCP_IDLE_US : TCP_FIRST_US))
			end(c, TCP_SILENT);
	}
}

static void on_tick(struct loop_timer *timer, uint64_t now_us)
{
	struct tcp *tcp = list_of(timer, struct tcp, tick);

	tcp_expire(tcp, now_us);
	if (!tcp->listening)
		tcp->listening = loop_io_add(tcp->loop, &tcp->listener) == 0;
	loop_timer_set(tcp->loop, timer, now_us + TICK_US);
}

/* ---- life ---- */

static int open_listener(const struct addr *at)
{
	int fd = socket(at->u.sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int yes = 1, no = 0, err;

	if (fd < 0)
		return -errno;
	if (at->u.sa.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, &at->u.sa, at->len) < 0 || listen(fd, BACKLOG) < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

static int start(struct tcp *tcp, const struct addr *at)
{
	int err;

	tcp->listener.fd = open_listener(at);
	if (tcp->listener.fd < 0)
		return tcp->listener.fd;
	err = loop_io_add(tcp->loop, &tcp->listener);
	tcp->listening = !err;
	if (!err)
		err = loop_timer_add(tcp->loop, &tcp->tick);
	tcp->has_tick = !err;
	return err;
}

int tcp_create(const struct tcp_config *config, struct tcp **ret_tcp)
{
	struct addr at;
	struct tcp *tcp;
	int err = addr_parse(config->ip, config->port, &at);

	if (err)
		return err;
	tcp = calloc(1, sizeof(*tcp));
	if (!tcp)
		return -ENOMEM;
	tcp->loop = config->loop;
	tcp->pool = config->pool;
	tcp->ops = config->ops;
	tcp->arg = config->arg;
	tcp->listener = (struct loop_io){.ready = on_connecting, .fd = -1};
	tcp->tick.fire = on_tick;
	loop_work_init(&tcp->burial, bury);
	list_init(&tcp->strangers);
	list_init(&tcp->kept);
	list_init(&tcp->ended);
	list_init(&tcp->flush);
	err = start(tcp, &at);
	if (err) {
		tcp_destroy(tcp);
		return err;
	}
	loop_timer_set(tcp->loop, &tcp->tick, 0);
	*ret_tcp = tcp;
	return 0;
}

void tcp_destroy(struct tcp *tcp)
{
	if (!tcp)
		return;
	for (unsigned i = 0; i < TCP_CONNECTIONS; i++) {
		if (tcp->connections[i])
			tcp_close(tcp, tcp->connections[i]->addr.tcp);
	}
	bury(&tcp->burial, 0);
	list_remove(&tcp->burial.of_loop);
	if (tcp->has_tick)
		loop_timer_remove(tcp->loop, &tcp->tick);
	if (tcp->listening)
		loop_io_remove(tcp->loop, &tcp->listener);
	if (tcp->listener.fd >= 0)
		close(tcp->listener.fd);
	free(tcp);
}

uint64_t tcp_count(const struct tcp *tcp, enum tcp_count which)
{
	return tcp->counts[which];
}

unsigned tcp_connections(const struct tcp *tcp)
{
	return tcp->count;
}
