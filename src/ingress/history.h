/* SPDX-License-Identifier: MIT */
/*
 * The packets of a stream's last second or so, by reference, for receivers that lost some. A ring:
 * a new packet takes the place of the one that is `room` numbers older.
 */
#ifndef INGRESS_HISTORY_H
#define INGRESS_HISTORY_H

#include <stdint.h>

#include "base/pkt.h"

struct history {
	struct pkt **ring;
	unsigned room; /* a power of two */
};

/* -ENOMEM. */
int history_init(struct history *history, unsigned room);
void history_finish(struct history *history);
/* Keeps a reference. */
void history_put(struct history *history, struct pkt *pkt);
/* Borrowed; NULL: not there. */
struct pkt *history_find(const struct history *history, uint16_t seq);
/* Lets go of what came before then. */
void history_prune(struct history *history, uint64_t before_us);
void history_clear(struct history *history);

#endif
