/* SPDX-License-Identifier: MIT */
/* What comes: datagrams, and those that the kernel has joined taken apart. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>

#include "lectern/types.h"
#include "net/udp_priv.h"

int udp_in_init(struct udp *udp)
{
	struct udp_in *in = &udp->in;

	/* Only what datagrams are long is ever touched of it. */
	in->bytes = malloc((size_t)UDP_IN_MESSAGES * UDP_IN_ROOM);
	if (!in->bytes)
		return -ENOMEM;
	for (unsigned i = 0; i < UDP_IN_MESSAGES; i++) {
		in->places[i] = (struct iovec){in->bytes + (size_t)i * UDP_IN_ROOM, UDP_IN_ROOM};
		in->heads[i].msg_hdr = (struct msghdr){
			.msg_name = &in->from[i].u,
			.msg_iov = &in->places[i],
			.msg_iovlen = 1,
			.msg_control = &in->controls[i],
		};
	}
	udp_set_joining(udp, true); /* refused by kernels before 5.0, which then never join */
	return 0;
}

void udp_in_finish(struct udp *udp)
{
	free(udp->in.bytes);
}

int udp_set_joining(struct udp *udp, bool on)
{
	int value = on;

	return setsockopt(udp->fd, IPPROTO_UDP, UDP_GRO, &value, sizeof(value)) < 0 ? -errno : 0;
}

/* How long each of the joined datagrams is (the last may be shorter); `len` if they are not joined.
 */
static size_t segment_of(struct msghdr *head, size_t len)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(head); c; c = CMSG_NXTHDR(head, c)) {
		int size;

		if (c->cmsg_level != IPPROTO_UDP || c->cmsg_type != UDP_GRO)
			continue;
		memcpy(&size, CMSG_DATA(c), sizeof(size));
		if (size > 0)
			return (size_t)size;
	}
	return len;
}

static void hand_over(struct udp *udp, const uint8_t *data, size_t len, const struct addr *from,
	uint64_t now_us, udp_recv_fn *each, void *arg)
{
	struct pkt *pkt;

	if (len > LECTERN_MAX_PACKET) {
		udp->counters.too_long++;
		return;
	}
	pkt = pkt_get(udp->pool);
	if (!pkt) {
		udp->counters.no_buffer++;
		return;
	}
	udp->counters.received++;
	memcpy(pkt->data, data, len);
	pkt->len = (uint32_t)len;
	pkt->arrival_us = now_us;
	each(arg, pkt, from);
	pkt_put(pkt);
}

/* Returns how many datagrams it was. */
static unsigned take_apart(
	struct udp *udp, unsigned i, uint64_t now_us, udp_recv_fn *each, void *arg)
{
	struct msghdr *head = &udp->in.heads[i].msg_hdr;
	size_t len = udp->in.heads[i].msg_len, segment = segment_of(head, len), at = 0;
	unsigned count = 0;

	udp->in.from[i].len = head->msg_namelen;
	addr_unmap(&udp->in.from[i]);
	do {
		size_t next = len - at < segment ? len - at : segment;

		hand_over(udp, udp->in.places[i].iov_base + at, next, &udp->in.from[i], now_us,
			each, arg);
		at += next;
		count++;
	} while (at < len);
	udp->counters.joined += count > 1 ? count : 0;
	return count;
}

void udp_recv(struct udp *udp, uint64_t now_us, udp_recv_fn *each, void *arg)
{
	for (unsigned turn = 0; turn < UDP_RECV_TURN;) {
		int count;

		for (unsigned i = 0; i < UDP_IN_MESSAGES; i++) {
			udp->in.heads[i].msg_hdr.msg_namelen = sizeof(udp->in.from[i].u);
			udp->in.heads[i].msg_hdr.msg_controllen = sizeof(udp->in.controls[i]);
		}
		count = recvmmsg(udp->fd, udp->in.heads, UDP_IN_MESSAGES, 0, NULL);
		udp->counters.recv_calls++;
		for (int i = 0; i < count; i++)
			turn += take_apart(udp, (unsigned)i, now_us, each, arg);
		if (count < UDP_IN_MESSAGES)
			return;
	}
}
