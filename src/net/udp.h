/* SPDX-License-Identifier: MIT */
/*
 * The one UDP socket of a worker: receives into pooled buffers and sends in batches.
 *
 * Receiving: udp_recv() takes what waits, about UDP_RECV_TURN datagrams at most, and hands each
 * over; the callee borrows the packet until it returns. Where the kernel has joined datagrams of one
 * sender (UDP_GRO) they are taken apart again. Datagrams longer than LECTERN_MAX_PACKET are dropped.
 *
 * Sending: the sender asks for a place for one packet and writes it there. Packets lie one behind
 * the other in a staging area that stays in the cache; it is sent when it is full and at the end of
 * the worker's turn (udp_flush). Packets that follow one another to one destination become one
 * message that the kernel takes apart (UDP_SEGMENT), as long as they are of one size; a shorter one
 * ends it. Whoever wants long runs orders packets accordingly (egress/outlet).
 *
 * Where a kernel or a device refuses such a message, its packets go again one by one, and those to
 * that destination from then on. What the socket does not take is lost, as on any network, and
 * counted.
 *
 * A socket on "::" takes IPv4 too; its addresses are plain IPv4 for all who use this (base/addr).
 *
 * Belongs to the worker's thread.
 */
#ifndef NET_UDP_H
#define NET_UDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/pkt.h"

enum {
	UDP_RECV_TURN = 512,	    /* datagrams of one turn, so that timers get theirs */
	UDP_SEGMENTS = 64,	    /* packets of one message: what every kernel takes */
	UDP_MESSAGE_BYTES = 65000,  /* of one message */
	UDP_SOCKET_BYTES = 8 << 20, /* asked of the kernel, for each direction */
};

struct udp;

struct udp_counters {
	uint64_t received, sent;     /* datagrams */
	uint64_t recv_calls, joined; /* recvmmsg; datagrams that came joined to others */
	uint64_t too_long;	     /* datagrams above LECTERN_MAX_PACKET */
	uint64_t no_buffer;	     /* datagrams that found the packet pool empty */
	uint64_t send_calls,
		messages;  /* sendmmsg; what it was given, whether of one datagram or more */
	uint64_t segments; /* datagrams that went in messages of more than one */
	uint64_t single;   /* and those that went alone */
	uint64_t refused;  /* messages that had to be sent again one by one */
	uint64_t not_sent; /* datagrams that the socket did not take */
};

/* Takes datagrams of `pool`. port 0: any free one. -EINVAL: not an address; else what bind says. */
int udp_create(const char *ip, uint16_t port, struct pkt_pool *pool, struct udp **ret_udp);
/* Accepts NULL. What waits is not sent. */
void udp_destroy(struct udp *udp);
int udp_fd(const struct udp *udp);
uint16_t udp_port(const struct udp *udp);

typedef void(udp_recv_fn)(void *arg, struct pkt *pkt, const struct addr *from);
void udp_recv(struct udp *udp, uint64_t now_us, udp_recv_fn *each, void *arg);

/* A place for one packet of up to PKT_ROOM bytes to `to`, which is copied. Never NULL. It holds
 * nothing until udp_commit(), and is given up by the next call. */
uint8_t *udp_place(struct udp *udp, const struct addr *to);
void udp_commit(struct udp *udp, size_t len);
void udp_flush(struct udp *udp);

const struct udp_counters *udp_counters(const struct udp *udp);

/* ---- for tests ---- */

/* Whether messages of several datagrams are sent, and joined ones taken; both are where the kernel
 * can. */
void udp_set_segmenting(struct udp *udp, bool on);
int udp_set_joining(struct udp *udp, bool on);

#endif
