/* SPDX-License-Identifier: MIT */
/*
 * The TCP side of a worker's port, for members whose network lets no UDP through: RFC 6544 with
 * us passive, framed by RFC 4571. A connection has a number, which struct addr carries, so that
 * ICE, demux and DTLS see one more address and nothing else.
 *
 * Whoever connects is a stranger until tcp_keep(), which path_in calls for an authenticated ICE
 * check. A stranger has TCP_FIRST_US, and must get an answer to the first packet: else it is closed
 * there and then. A kept connection is closed by TCP_IDLE_US without a packet, by tcp_close(), or
 * by the other end; only of the last two kinds of end by itself is ops->gone told.
 *
 * tcp_commit() queues, tcp_flush() at the end of the turn writes. A connection that does not read
 * loses whole packets (net/tcp_queue). Numbers of connections that are gone are harmless.
 *
 * Belongs to the worker's thread. Its sockets and its timer are in the worker's loop.
 */
#ifndef NET_TCP_H
#define NET_TCP_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/pkt.h"
#include "net/loop.h"

enum {
	TCP_CONNECTIONS = 2048, /* of a worker, a power of two */
	TCP_STRANGERS = 256,	/* of these; the oldest gives way to the next */
	TCP_PER_ADDRESS = 256,	/* from one IPv4 address or IPv6 /64: a school behind NAT */
	TCP_STRANGERS_PER_ADDRESS = 64,
	TCP_FIRST_US = 5 * 1000000,
	TCP_IDLE_US = 35 * 1000000,	/* ICE checks of a spare path come every 25 s at least */
	TCP_NOT_SENT_BYTES = 16 * 1024, /* what the kernel holds beyond what is on its way */
};

struct tcp;

struct tcp_ops {
	/* One packet; borrowed until return. */
	void (*recv)(void *arg, struct pkt *pkt, const struct addr *from);
	/* A kept connection has ended by itself. */
	void (*gone)(void *arg, const struct addr *addr, uint64_t now_us);
};

struct tcp_config {
	const char *ip; /* as for udp_create() */
	uint16_t port;
	struct loop *loop;
	struct pkt_pool *pool;
	const struct tcp_ops *ops;
	void *arg;
};

enum tcp_count {
	TCP_ACCEPTED,
	TCP_RECEIVED, /* packets */
	TCP_QUEUED,   /* packets */
	/* connections that were refused or ended */
	TCP_FULL,	/* TCP_CONNECTIONS, or no descriptor or memory is left */
	TCP_CROWDED,	/* too many from that address */
	TCP_EVICTED,	/* a stranger that gave way */
	TCP_UNANSWERED, /* its first packet was nothing for us */
	TCP_SILENT,	/* nothing for TCP_FIRST_US, or TCP_IDLE_US */
	TCP_BAD_FRAME,	/* above LECTERN_MAX_PACKET */
	TCP_ENDED,	/* by the other end, or by the network */
	/* packets that went no further */
	TCP_NO_BUFFER,	 /* the packet pool is empty */
	TCP_NOT_READING, /* the other end is too slow */
	TCP_COUNTS,
};

/* -EINVAL: not an address; -EADDRINUSE and what else bind says; -ENOMEM. */
int tcp_create(const struct tcp_config *config, struct tcp **ret_tcp);
/* Accepts NULL. Writes what it can, and tells nobody. */
void tcp_destroy(struct tcp *tcp);

uint16_t tcp_port(const struct tcp *tcp);

void tcp_keep(struct tcp *tcp, uint32_t number);
/* What is queued is written as far as the socket takes it at once. */
void tcp_close(struct tcp *tcp, uint32_t number);
/* A place for one packet of up to PKT_ROOM bytes, as udp_place(). It holds nothing until
 * tcp_commit(), and is given up by the next call. Never NULL. */
uint8_t *tcp_place(struct tcp *tcp, uint32_t number);
void tcp_commit(struct tcp *tcp, size_t len);
void tcp_flush(struct tcp *tcp, uint64_t now_us);
/* Ends who has been silent for too long; a timer does so by itself. */
void tcp_expire(struct tcp *tcp, uint64_t now_us);

uint64_t tcp_count(const struct tcp *tcp, enum tcp_count which);
unsigned tcp_connections(const struct tcp *tcp);

#endif
