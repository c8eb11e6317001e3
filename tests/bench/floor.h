/* SPDX-License-Identifier: MIT */
/*
 * The floor: the least that forwarding can cost. A bare loop of one thread that receives a batch,
 * decrypts each packet once, and for every receiver rewrites the header, encrypts and sends. No
 * ICE, DTLS, RTCP, retransmission, switching or timers; its keys are fixed. What a server costs
 * beyond this is what it does beyond this.
 *
 * AES-GCM by IPsec-MB where there is one, else by OpenSSL; UDP_SEGMENT over the packets that one
 * receiver gets of a batch, with RTP padding that makes the packets of a frame equally long.
 *
 * It shares no code with the engine. Each member has number n, the address of load.c and two keys
 * that follow from n.
 */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	FLOOR_KEY = 28, /* AES key and salt */
	FLOOR_MEMBERS = 2200,
	FLOOR_TRACKS = 32,	 /* streams that come in */
	FLOOR_SSRC = 0x20000000, /* added to those that go out */
};

const char *floor_cipher(void);
/* `up`: what the member sends with; else what it receives with. */
void floor_key(unsigned member, bool up, uint8_t out[FLOOR_KEY]);
unsigned floor_member_of(in_addr_t ip);

/* argv: floor-loop PORT CLIENT-PORT PUBLISHERS RECEIVERS meeting|lecture gso|plain pad|asis. Runs
 * until it is ended; returns an exit code. */
int floor_main(int argc, char **argv);

#endif
