/* SPDX-License-Identifier: MIT */
/*
 * The one UDP socket behind which all members of the load live: bound to 0.0.0.0, each member has
 * an address of its own in 127.0.0.0/8, told apart by IP_PKTINFO.
 *
 * Receives with recvmmsg, and with UDP_GRO unless told otherwise: then what a server sends with
 * UDP_SEGMENT arrives in one piece. Every datagram has the kernel's time of its arrival, so that
 * the time it waited for us is not taken for the server's. Sends with sendmmsg: what is queued goes
 * at wire_flush() or when the queue is full.
 *
 * Belongs to the load's thread, or to the floor's. Errors: negative errno.
 */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire;

struct wire_datagram {
	uint8_t *data; /* may be written to until the callback returns */
	size_t len;
	in_addr_t to;		 /* network order */
	struct sockaddr_in from; /* network order */
	uint64_t arrival_ns;	 /* CLOCK_REALTIME */
};

struct wire_counters {
	uint64_t received, reads, sent, not_sent, dropped;
};

enum {
	WIRE_BUFFER = 256 << 20, /* asked of the kernel for each direction; root is given it */
	WIRE_MAX_SEND = 1500,
};

int wire_open(uint16_t port, bool gro, struct wire **ret_wire);
/* Accepts NULL. */
void wire_close(struct wire *wire);
uint16_t wire_port(const struct wire *wire);

typedef void(wire_recv_fn)(void *arg, const struct wire_datagram *datagram);
/* Takes what waits, in at most `reads` system calls. False: there may be more. */
bool wire_recv(struct wire *wire, unsigned reads, wire_recv_fn *each, void *arg);

/* From the address `from` of ours. Longer ones than WIRE_MAX_SEND are not sent. */
void wire_send(struct wire *wire, in_addr_t from, const struct sockaddr_in *to, const uint8_t *data,
	size_t len);
void wire_flush(struct wire *wire);

const struct wire_counters *wire_counters(struct wire *wire);

/* CLOCK_REALTIME, as arrivals are told. */
uint64_t wire_now_ns(void);

#endif
