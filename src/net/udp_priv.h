/* SPDX-License-Identifier: MIT */
/* What udp.c, udp_in.c and udp_out.c share. */
#ifndef UDP_PRIV_H
#define UDP_PRIV_H

#include <sys/socket.h>

#include "net/udp.h"

enum {
	/* Messages of one recvmmsg, and room for each: the longest datagram, and some so that they do
	 * not all begin at the same place of a cache. */
	UDP_IN_MESSAGES = 32,
	UDP_IN_ROOM = 65536 + 4096 + 64,
	UDP_OUT_MESSAGES = 256,	   /* of one sendmmsg */
	UDP_OUT_BYTES = 128 << 10, /* of the staging area */
	UDP_REFUSALS = 256,	   /* destinations remembered, a power of two */
};

/* Room for one control message with a number. */
union udp_control {
	struct cmsghdr header;
	uint8_t bytes[CMSG_SPACE(sizeof(int))];
};

struct udp_in {
	uint8_t *bytes; /* UDP_IN_ROOM for each */
	struct mmsghdr heads[UDP_IN_MESSAGES];
	struct iovec places[UDP_IN_MESSAGES];
	struct addr from[UDP_IN_MESSAGES];
	union udp_control controls[UDP_IN_MESSAGES];
};

/* Packets to one destination, one behind the other. */
struct udp_message {
	struct addr to, wire_to; /* wire_to: as this socket's family has it */
	uint32_t len;		 /* of all */
	uint16_t segment;	 /* of each; the last may be shorter */
	uint8_t count;
	bool ended; /* takes no more */
};

struct udp_out {
	uint8_t *bytes; /* UDP_OUT_BYTES */
	size_t used;
	unsigned count;
	struct addr to; /* of the place given out */
	bool segmenting;
	struct udp_message messages[UDP_OUT_MESSAGES];
	struct mmsghdr heads[UDP_OUT_MESSAGES];
	struct iovec places[UDP_OUT_MESSAGES];
	union udp_control controls[UDP_OUT_MESSAGES];
	/* Destinations to which nothing can go that is to be taken apart: by their hash, so that one
	 * may push another out, which is then refused anew. */
	unsigned refusal_count;
	struct addr refusals[UDP_REFUSALS];
};

struct udp {
	struct pkt_pool *pool; /* given */
	int fd;		       /* owned */
	bool dual;	       /* an IPv6 socket, which has IPv4 addresses mapped */
	bool whole;	       /* what it sends must not be fragmented on the way */
	struct udp_counters counters;
	struct udp_in in;
	struct udp_out out;
};

/* Whether the way may fragment what is sent (IP's DF bit). Without it the kernel need not number
 * datagrams, which is a noticeable part of what sending costs. */
void udp_set_whole(struct udp *udp, bool whole);

/* 0 or -ENOMEM. */
int udp_in_init(struct udp *udp);
int udp_out_init(struct udp *udp);
void udp_in_finish(struct udp *udp);
void udp_out_finish(struct udp *udp);

#endif
