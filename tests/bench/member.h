/* SPDX-License-Identifier: MIT */
/*
 * One end as a browser is one: answers and sends ICE checks with USE-CANDIDATE, keeps consent (RFC
 * 7675), is the DTLS client, speaks SRTP and SRTCP, and may publish or receive or both.
 *
 * As a receiver it sends transport-wide feedback every 100 ms, receiver reports every second, NACKs
 * for what is missing and PLIs until it has seen a keyframe. Of most packets it looks at the clear
 * header only; one in `sample` is authenticated, decrypted and compared with what was sent, which
 * also tells its age; and every video packet is, until the first whole keyframe was seen.
 *
 * Belongs to the load's thread; created anywhere, before it is given to the load. The configuration
 * and the wire outlive it.
 */
#ifndef BENCH_MEMBER_H
#define BENCH_MEMBER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/bench/sdp.h"
#include "tests/bench/spread.h"
#include "tests/bench/wire.h"

enum {
	MEMBER_TRACKS = 64, /* streams that it receives */
	MEMBER_FEEDBACK_US = 100 * 1000,
};

enum member_suite { MEMBER_GCM, MEMBER_CM };

struct member;

struct member_config {
	struct wire *wire;
	in_addr_t ip; /* its own, network order */
	unsigned number;
	enum member_suite suite;
	unsigned sample;	/* one packet in so many is decrypted; 1: all */
	struct spread *latency; /* where ages of packets go */
};

struct member_counts {
	uint64_t received, bytes; /* media packets, and their bytes as datagrams */
	uint64_t expected, repaired, repeated, rtx;
	uint64_t checked, bad; /* decrypted; of these not authentic or not as sent */
};

/* Wall clock in ns, 0: not yet. */
struct member_times {
	uint64_t connected, first_packet, first_keyframe;
};

int member_create(const struct member_config *config, struct member **ret_member);
/* Accepts NULL. Says nothing to the server. */
void member_destroy(struct member *member);
in_addr_t member_ip(const struct member *member);

/* Its transport, for an offer or an answer; without sections. */
void member_describe(const struct member *member, struct sdp *ret_sdp);
/* What the server described. Begins ICE checks. */
int member_connect(struct member *member, const struct sdp *remote, bool controlling);
/* Without ICE and DTLS: keys (16 bytes and a salt) are known, as the floor's are. */
int member_connect_plain(struct member *member, const struct sdp *remote, const uint8_t *send_key,
	const uint8_t *receive_key);
/* From when it is connected on: what `local` describes as sent by it. */
int member_publish(struct member *member, const struct sdp *local, const struct sdp *remote);
/* How many tracks must show something before it counts as joined. */
void member_expect(struct member *member, unsigned audio, unsigned video);

void member_recv(struct member *member, const struct wire_datagram *datagram, uint64_t now_us);
/* Every millisecond: what a publisher sends. */
void member_send(struct member *member, uint64_t now_us);
/* Every 10 ms: checks and handshake while connecting, NACKs. */
void member_hurry(struct member *member, uint64_t now_us);
/* Every MEMBER_FEEDBACK_US: feedback, reports, consent. */
void member_feedback(struct member *member, uint64_t now_us);

/* No consent checks until they are let go again (within 30 s, RFC 7675 5.1): what they cost the
 * server is not the media's. */
void member_hold_checks(struct member *member, bool hold);

bool member_connected(const struct member *member);
/* Has packets of all that it expects, and a whole keyframe of each video. */
bool member_joined(const struct member *member);
/* The server ended it, or the handshake failed. */
bool member_over(const struct member *member);
bool member_publishes(const struct member *member);
void member_counts(const struct member *member, struct member_counts *ret_counts);
struct member_times member_times(const struct member *member);
uint64_t member_sent(const struct member *member);
/* One line of where it stands, for an error message. */
void member_tell(const struct member *member, char *out, size_t room);

#endif
