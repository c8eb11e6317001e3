/* SPDX-License-Identifier: MIT */
/* The way in: what happens to a datagram between the socket and the router. See peer.h. */
#ifndef PEER_PATH_IN_H
#define PEER_PATH_IN_H

#include <stdint.h>

#include "base/addr.h"
#include "base/pkt.h"

struct peer_host;

/* Borrows `pkt` until return; sinks may keep references. */
void path_in(struct peer_host *host, struct pkt *pkt, const struct addr *from, uint64_t now_us);

#endif
