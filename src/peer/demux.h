/* SPDX-License-Identifier: MIT */
/*
 * Whose datagram is this? One UDP port serves all peers of a worker.
 *
 * The first byte tells the protocol (RFC 7983 7). A STUN request names its peer by our ufrag; all
 * else belongs to the peer whose ICE has validated the address that it comes from. Nothing is keyed
 * by what an unauthenticated datagram says of itself.
 *
 * Entries are embedded in their peers, which remove them before they go. Belongs to a worker.
 */
#ifndef PEER_DEMUX_H
#define PEER_DEMUX_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/list.h"
#include "lectern/types.h"

enum { DEMUX_BUCKETS = 1024 };

enum demux_protocol {
	DEMUX_NOTHING = 0, /* empty, ZRTP, TURN channels, undefined */
	DEMUX_STUN,
	DEMUX_DTLS,
	DEMUX_SRTP, /* or SRTCP */
};

enum demux_protocol demux_protocol(const uint8_t *data, size_t len);

struct peer;

struct demux_name {
	struct list of_bucket;
	struct peer *peer;
	size_t len;
	char ufrag[LECTERN_MAX_UFRAG + 1];
};

struct demux_path {
	struct list of_bucket;
	struct peer *peer;
	struct addr addr;
};

struct demux {
	struct list names[DEMUX_BUCKETS], paths[DEMUX_BUCKETS];
};

void demux_init(struct demux *demux);

/* Makes an entry ready for removal: it is in no table. */
void demux_name_init(struct demux_name *name, struct peer *peer);
void demux_path_init(struct demux_path *path, struct peer *peer);

/* -EEXIST: another peer has that ufrag. An entry that was added before is moved. */
int demux_name_add(struct demux *demux, struct demux_name *name, const char *ufrag);
/* The address is this peer's from now on; whoever had it has it no more. */
void demux_path_add(struct demux *demux, struct demux_path *path, const struct addr *addr);
/* Harmless for entries that are in no table. */
void demux_name_remove(struct demux_name *name);
void demux_path_remove(struct demux_path *path);

/* NULL: nobody's. */
struct peer *demux_by_ufrag(const struct demux *demux, const char *ufrag, size_t len);
struct peer *demux_by_addr(const struct demux *demux, const struct addr *addr);

#endif
