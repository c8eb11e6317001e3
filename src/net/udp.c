/* SPDX-License-Identifier: MIT */
#include "net/udp.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lectern/types.h"

enum { UDP_SEND_MAX = 1024 }; /* UIO_MAXIOV: datagrams of one sendmmsg */

struct udp {
	/* given */
	struct pkt_pool *pool;
	/* owned */
	int fd;
	bool dual; /* an IPv6 socket, which has IPv4 addresses mapped */
	struct udp_batch *batches;
	/* state */
	struct list idle, queue;
	struct udp_counters counters;
	struct pkt *in[UDP_RECV_BATCH];
	struct mmsghdr in_head[UDP_RECV_BATCH];
	struct iovec in_bytes[UDP_RECV_BATCH];
	struct addr in_from[UDP_RECV_BATCH];
	struct mmsghdr out_head[UDP_SEND_MAX];
	struct iovec out_bytes[UDP_SEND_MAX];
};

static int open_socket(const struct addr *at)
{
	int fd = socket(at->u.sa.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int size = UDP_SOCKET_BYTES, no = 0, err;

	if (fd < 0)
		return -errno;
	/* FORCE needs CAP_NET_ADMIN; without it the kernel's rmem_max is the limit. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (at->u.sa.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
	if (bind(fd, &at->u.sa, at->len) < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

int udp_create(const char *ip, uint16_t port, struct pkt_pool *pool, struct udp **ret_udp)
{
	struct addr at;
	struct udp *udp;
	int err = addr_parse(ip, port, &at);

	if (err)
		return err;
	udp = calloc(1, sizeof(*udp));
	if (!udp)
		return -ENOMEM;
	udp->pool = pool;
	udp->dual = at.u.sa.sa_family == AF_INET6;
	list_init(&udp->idle);
	list_init(&udp->queue);
	udp->fd = open_socket(&at);
	if (udp->fd < 0) {
		err = udp->fd;
		goto failed;
	}
	udp->batches = calloc(UDP_BATCHES, sizeof(*udp->batches));
	if (!udp->batches) {
		err = -ENOMEM;
		goto failed;
	}
	for (unsigned i = 0; i < UDP_BATCHES; i++)
		list_append(&udp->idle, &udp->batches[i].of_queue);
	*ret_udp = udp;
	return 0;

failed:
	udp_destroy(udp);
	return err;
}

void udp_destroy(struct udp *udp)
{
	if (!udp)
		return;
	for (unsigned i = 0; i < UDP_RECV_BATCH; i++)
		pkt_put(udp->in[i]);
	if (udp->fd >= 0)
		close(udp->fd);
	free(udp->batches);
	free(udp);
}

int udp_fd(const struct udp *udp)
{
	return udp->fd;
}

uint16_t udp_port(const struct udp *udp)
{
	struct addr at = {.len = sizeof(at.u)};

	return getsockname(udp->fd, &at.u.sa, &at.len) < 0 ? 0 : addr_port(&at);
}

/* Puts a buffer behind every place of the next recvmmsg that lacks one; returns how many have. */
static unsigned fill_places(struct udp *udp)
{
	for (unsigned i = 0; i < UDP_RECV_BATCH; i++) {
		if (!udp->in[i])
			udp->in[i] = pkt_get(udp->pool);
		if (!udp->in[i])
			return i;
		udp->in_bytes[i] = (struct iovec){udp->in[i]->data, LECTERN_MAX_PACKET};
		udp->in_from[i].len = sizeof(udp->in_from[i].u);
		udp->in_head[i].msg_hdr = (struct msghdr){
			.msg_name = &udp->in_from[i].u,
			.msg_namelen = udp->in_from[i].len,
			.msg_iov = &udp->in_bytes[i],
			.msg_iovlen = 1,
		};
	}
	return UDP_RECV_BATCH;
}

static void hand_over(struct udp *udp, unsigned i, uint64_t now_us, udp_recv_fn *each, void *arg)
{
	struct pkt *pkt = udp->in[i];

	if (udp->in_head[i].msg_hdr.msg_flags & MSG_TRUNC) {
		udp->counters.too_long++;
		return;
	}
	udp->in[i] = NULL;
	udp->counters.received++;
	udp->in_from[i].len = udp->in_head[i].msg_hdr.msg_namelen;
	addr_unmap(&udp->in_from[i]);
	pkt->len = udp->in_head[i].msg_len;
	pkt->arrival_us = now_us;
	each(arg, pkt, &udp->in_from[i]);
	pkt_put(pkt);
}

/* The pool is empty: what waits is lost here, not in the kernel, so that the loop can wait again.
 */
static void discard(struct udp *udp)
{
	uint8_t unused;

	for (unsigned i = 0; i < UDP_RECV_BATCH; i++) {
		if (recv(udp->fd, &unused, sizeof(unused), 0) < 0)
			return;
		udp->counters.no_buffer++;
	}
}

void udp_recv(struct udp *udp, uint64_t now_us, udp_recv_fn *each, void *arg)
{
	for (unsigned turn = 0; turn < UDP_RECV_TURN; turn += UDP_RECV_BATCH) {
		unsigned places = fill_places(udp);
		int count;

		if (!places) {
			discard(udp);
			return;
		}
		count = recvmmsg(udp->fd, udp->in_head, places, 0, NULL);
		for (int i = 0; i < count; i++)
			hand_over(udp, (unsigned)i, now_us, each, arg);
		if (count < (int)places)
			return;
	}
}

static struct udp_batch *new_batch(struct udp *udp, struct udp_batch **owner, const struct addr *to)
{
	struct udp_batch *batch;

	if (list_empty(&udp->idle))
		udp_flush(udp);
	batch = list_of(udp->idle.next, struct udp_batch, of_queue);
	list_remove(&batch->of_queue);
	list_append(&udp->queue, &batch->of_queue);
	batch->to = *to;
	batch->wire_to = udp->dual ? addr_map(to) : *to;
	batch->owner = owner;
	batch->count = 0;
	batch->used = 0;
	*owner = batch;
	return batch;
}

uint8_t *udp_place(struct udp *udp, struct udp_batch **owner, const struct addr *to)
{
	struct udp_batch *batch = *owner;

	if (batch && (batch->count == UDP_BATCH_PACKETS || !addr_equal(&batch->to, to)))
		udp_disown(owner);
	batch = *owner ? *owner : new_batch(udp, owner, to);
	return batch->data + batch->used;
}

void udp_commit(struct udp_batch *batch, size_t len)
{
	assert(len <= PKT_ROOM && batch->count < UDP_BATCH_PACKETS);
	batch->lens[batch->count++] = (uint16_t)len;
	batch->used += len;
}

void udp_disown(struct udp_batch **owner)
{
	if (!*owner)
		return;
	(*owner)->owner = NULL;
	*owner = NULL;
}

static void send_heads(struct udp *udp, unsigned count)
{
	unsigned done = 0;

	while (done < count) {
		int sent = sendmmsg(udp->fd, udp->out_head + done, count - done, 0);

		if (sent > 0) {
			done += (unsigned)sent;
			udp->counters.sent += (unsigned)sent;
		} else if (errno == EAGAIN || errno == ENOBUFS) {
			udp->counters.not_sent += count - done;
			return;
		} else if (errno != EINTR) {
			/* this destination alone is at fault (ECONNREFUSED, EHOSTUNREACH, ...) */
			udp->counters.not_sent++;
			done++;
		}
	}
}

static unsigned add_heads(struct udp *udp, unsigned count, struct udp_batch *batch)
{
	uint8_t *at = batch->data;

	for (unsigned i = 0; i < batch->count; i++, count++) {
		udp->out_bytes[count] = (struct iovec){at, batch->lens[i]};
		udp->out_head[count].msg_hdr = (struct msghdr){
			.msg_name = &batch->wire_to.u,
			.msg_namelen = batch->wire_to.len,
			.msg_iov = &udp->out_bytes[count],
			.msg_iovlen = 1,
		};
		at += batch->lens[i];
	}
	return count;
}

void udp_flush(struct udp *udp)
{
	unsigned count = 0;

	list_each (it, &udp->queue) {
		struct udp_batch *batch = list_of(it, struct udp_batch, of_queue);

		if (count + batch->count > UDP_SEND_MAX) {
			send_heads(udp, count);
			count = 0;
		}
		count = add_heads(udp, count, batch);
	}
	send_heads(udp, count);
	while (!list_empty(&udp->queue)) {
		struct udp_batch *batch = list_of(udp->queue.next, struct udp_batch, of_queue);

		if (batch->owner)
			*batch->owner = NULL;
		list_remove(&batch->of_queue);
		list_append(&udp->idle, &batch->of_queue);
	}
}

const struct udp_counters *udp_counters(const struct udp *udp)
{
	return &udp->counters;
}
