/* SPDX-License-Identifier: MIT */
/*
 * The one UDP socket of a worker: receives into pooled buffers and sends in batches.
 *
 * Receiving: udp_recv() takes what waits, up to UDP_RECV_TURN datagrams, and hands each over; the
 * callee borrows the packet until it returns. Datagrams longer than LECTERN_MAX_PACKET are dropped.
 *
 * Sending: a sender asks for a batch for one destination, writes packets one behind the other, and
 * the worker sends all batches at the end of its turn (udp_flush). Every packet of a batch goes to
 * one address and they lie contiguously, which is the shape that UDP_SEGMENT wants. When no batch
 * is free, everything that waits is sent at once. What the socket does not take is lost, as on any
 * network, and counted.
 *
 * A socket on "::" takes IPv4 too; its addresses are plain IPv4 for all who use this (base/addr).
 *
 * Belongs to the worker's thread.
 */
#ifndef NET_UDP_H
#define NET_UDP_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/list.h"
#include "base/pkt.h"

enum {
	UDP_RECV_BATCH = 64,	    /* datagrams of one recvmmsg */
	UDP_RECV_TURN = 512,	    /* datagrams of one turn, so that timers get theirs */
	UDP_BATCH_PACKETS = 16,	    /* packets of one output batch */
	UDP_BATCHES = 256,	    /* output batches of a worker */
	UDP_SOCKET_BYTES = 8 << 20, /* asked of the kernel, for each direction */
};

struct udp;

struct udp_batch {
	struct list of_queue;
	struct addr to, wire_to;  /* wire_to: as this socket's family has it */
	struct udp_batch **owner; /* cleared when the batch has been sent */
	unsigned count;
	size_t used;
	uint16_t lens[UDP_BATCH_PACKETS];
	uint8_t data[UDP_BATCH_PACKETS * PKT_ROOM];
};

struct udp_counters {
	uint64_t received, sent;
	uint64_t too_long;  /* datagrams above LECTERN_MAX_PACKET */
	uint64_t no_buffer; /* datagrams that found the packet pool empty */
	uint64_t not_sent;  /* datagrams that the socket did not take */
};

/* Takes datagrams of `pool`. port 0: any free one. -EINVAL: not an address; else what bind says. */
int udp_create(const char *ip, uint16_t port, struct pkt_pool *pool, struct udp **ret_udp);
/* Accepts NULL. What waits is not sent. */
void udp_destroy(struct udp *udp);
int udp_fd(const struct udp *udp);
uint16_t udp_port(const struct udp *udp);

typedef void(udp_recv_fn)(void *arg, struct pkt *pkt, const struct addr *from);
void udp_recv(struct udp *udp, uint64_t now_us, udp_recv_fn *each, void *arg);

/*
 * A place for one packet of up to PKT_ROOM bytes to `to`, in *owner's batch while that has room and
 * the same destination, else in a new one which *owner then points to. Never NULL. The place holds
 * nothing until udp_commit().
 */
uint8_t *udp_place(struct udp *udp, struct udp_batch **owner, const struct addr *to);
void udp_commit(struct udp_batch *batch, size_t len);
/* Before the owner goes: what it has put in is still sent. */
void udp_disown(struct udp_batch **owner);
void udp_flush(struct udp *udp);

const struct udp_counters *udp_counters(const struct udp *udp);

#endif
