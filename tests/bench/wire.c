/* SPDX-License-Identifier: MIT */
#include "tests/bench/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <netinet/udp.h>

enum {
	BATCH = 32,
	ROOM = 65536, /* a GRO datagram */
	QUEUE = 64,
	CONTROL = 128, /* bytes of ancillary data: packet info, GRO size, time, drops */
};

struct incoming {
	struct mmsghdr messages[BATCH];
	struct iovec parts[BATCH];
	struct sockaddr_in from[BATCH];
	uint8_t control[BATCH][CONTROL] __attribute__((aligned(8)));
	uint8_t *data; /* BATCH times ROOM */
};

struct outgoing {
	unsigned count;
	struct mmsghdr messages[QUEUE];
	struct iovec parts[QUEUE];
	struct sockaddr_in to[QUEUE];
	uint8_t control[QUEUE][CMSG_SPACE(sizeof(struct in_pktinfo))] __attribute__((aligned(8)));
	uint8_t data[QUEUE][WIRE_MAX_SEND];
};

struct wire {
	int fd;
	uint16_t port;
	struct wire_counters counters;
	struct incoming in;
	struct outgoing out;
};

static int set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

/* What root may ask for regardless of net.core.rmem_max, others up to it. */
static void set_buffers(int fd)
{
	if (set(fd, SOL_SOCKET, SO_RCVBUFFORCE, WIRE_BUFFER) < 0)
		set(fd, SOL_SOCKET, SO_RCVBUF, WIRE_BUFFER);
	if (set(fd, SOL_SOCKET, SO_SNDBUFFORCE, WIRE_BUFFER) < 0)
		set(fd, SOL_SOCKET, SO_SNDBUF, WIRE_BUFFER);
}

static int open_socket(struct wire *wire, uint16_t port, bool gro)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
	socklen_t len = sizeof(at);

	wire->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (wire->fd < 0)
		return -errno;
	set_buffers(wire->fd);
	if (set(wire->fd, IPPROTO_IP, IP_PKTINFO, 1) < 0 ||
		set(wire->fd, SOL_SOCKET, SO_TIMESTAMPNS, 1) < 0 ||
		set(wire->fd, SOL_SOCKET, SO_RXQ_OVFL, 1) < 0 ||
		(gro && set(wire->fd, IPPROTO_UDP, UDP_GRO, 1) < 0) ||
		bind(wire->fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
		getsockname(wire->fd, (struct sockaddr *)&at, &len) < 0)
		return -errno;
	wire->port = ntohs(at.sin_port);
	return 0;
}

static void prepare_incoming(struct incoming *in)
{
	for (unsigned i = 0; i < BATCH; i++) {
		in->parts[i] = (struct iovec){in->data + (size_t)i * ROOM, ROOM};
		in->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &in->from[i],
			.msg_iov = &in->parts[i],
			.msg_iovlen = 1,
			.msg_control = in->control[i],
		};
	}
}

static void prepare_outgoing(struct outgoing *out)
{
	for (unsigned i = 0; i < QUEUE; i++) {
		struct msghdr *head = &out->messages[i].msg_hdr;
		struct cmsghdr *info;

		*head = (struct msghdr){
			.msg_name = &out->to[i],
			.msg_namelen = sizeof(out->to[i]),
			.msg_iov = &out->parts[i],
			.msg_iovlen = 1,
			.msg_control = out->control[i],
			.msg_controllen = sizeof(out->control[i]),
		};
		info = CMSG_FIRSTHDR(head);
		info->cmsg_level = IPPROTO_IP;
		info->cmsg_type = IP_PKTINFO;
		info->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
	}
}

int wire_open(uint16_t port, bool gro, struct wire **ret_wire)
{
	struct wire *wire = calloc(1, sizeof(*wire));
	int err;

	if (!wire)
		return -ENOMEM;
	wire->fd = -1;
	wire->in.data = malloc((size_t)BATCH * ROOM);
	err = wire->in.data ? open_socket(wire, port, gro) : -ENOMEM;
	if (err) {
		wire_close(wire);
		return err;
	}
	prepare_incoming(&wire->in);
	prepare_outgoing(&wire->out);
	*ret_wire = wire;
	return 0;
}

void wire_close(struct wire *wire)
{
	if (!wire)
		return;
	if (wire->fd >= 0)
		close(wire->fd);
	free(wire->in.data);
	free(wire);
}

uint16_t wire_port(const struct wire *wire)
{
	return wire->port;
}

/* What the kernel tells beside a datagram. */
static size_t read_control(struct wire *wire, struct msghdr *head, struct wire_datagram *datagram)
{
	size_t segment = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(head); c; c = CMSG_NXTHDR(head, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			datagram->to = info.ipi_addr.s_addr;
		} else if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
			int size;

			memcpy(&size, CMSG_DATA(c), sizeof(size));
			segment = (size_t)size;
		} else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
			struct timespec at;

			memcpy(&at, CMSG_DATA(c), sizeof(at));
			datagram->arrival_ns =
				(uint64_t)at.tv_sec * 1000000000 + (uint64_t)at.tv_nsec;
		} else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) {
			uint32_t dropped;

			memcpy(&dropped, CMSG_DATA(c), sizeof(dropped));
			wire->counters.dropped = dropped;
		}
	}
	return segment;
}

static void take_message(struct wire *wire, unsigned i, wire_recv_fn *each, void *arg)
{
	struct wire_datagram datagram = {.from = wire->in.from[i]};
	size_t left = wire->in.messages[i].msg_len;
	size_t segment = read_control(wire, &wire->in.messages[i].msg_hdr, &datagram);

	datagram.data = wire->in.parts[i].iov_base;
	if (!segment || segment > left)
		segment = left;
	while (left) {
		datagram.len = left < segment ? left : segment;
		wire->counters.received++;
		each(arg, &datagram);
		datagram.data += datagram.len;
		left -= datagram.len;
	}
}

bool wire_recv(struct wire *wire, unsigned reads, wire_recv_fn *each, void *arg)
{
	for (; reads; reads--) {
		int count;

		for (unsigned i = 0; i < BATCH; i++) {
			wire->in.messages[i].msg_hdr.msg_namelen = sizeof(wire->in.from[i]);
			wire->in.messages[i].msg_hdr.msg_controllen = CONTROL;
		}
		count = recvmmsg(wire->fd, wire->in.messages, BATCH, 0, NULL);
		if (count <= 0)
			return true;
		wire->counters.reads++;
		for (int i = 0; i < count; i++)
			take_message(wire, (unsigned)i, each, arg);
		if (count < BATCH)
			return true;
	}
	return false;
}

void wire_send(struct wire *wire, in_addr_t from, const struct sockaddr_in *to, const uint8_t *data,
	size_t len)
{
	struct in_pktinfo info = {.ipi_spec_dst.s_addr = from};
	struct outgoing *out = &wire->out;
	unsigned at;

	if (len > WIRE_MAX_SEND)
		return;
	if (out->count == QUEUE)
		wire_flush(wire);
	at = out->count++;
	memcpy(out->data[at], data, len);
	memcpy(CMSG_DATA(CMSG_FIRSTHDR(&out->messages[at].msg_hdr)), &info, sizeof(info));
	out->to[at] = *to;
	out->parts[at] = (struct iovec){out->data[at], len};
}

void wire_flush(struct wire *wire)
{
	struct outgoing *out = &wire->out;
	unsigned done = 0;

	while (done < out->count) {
		int sent = sendmmsg(wire->fd, out->messages + done, out->count - done, 0);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0) { /* refused, as when nobody listens there: the others go */
			wire->counters.not_sent++;
			sent = 1;
		} else {
			wire->counters.sent += (unsigned)sent;
		}
		done += (unsigned)sent;
	}
	out->count = 0;
}

const struct wire_counters *wire_counters(struct wire *wire)
{
	return &wire->counters;
}

uint64_t wire_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}
