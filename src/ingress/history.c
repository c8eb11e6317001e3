/* SPDX-License-Identifier: MIT */
#include "ingress/history.h"

#include <errno.h>
#include <stdlib.h>

int history_init(struct history *history, unsigned room)
{
	history->ring = calloc(room, sizeof(history->ring[0]));
	if (!history->ring)
		return -ENOMEM;
	history->room = room;
	return 0;
}

void history_finish(struct history *history)
{
	history_clear(history);
	free(history->ring);
	history->ring = NULL;
	history->room = 0;
}

void history_put(struct history *history, struct pkt *pkt)
{
	struct pkt **place = &history->ring[pkt->rtp.seq & (history->room - 1)];

	pkt_put(*place);
	*place = pkt_ref(pkt);
}

struct pkt *history_find(const struct history *history, uint16_t seq)
{
	struct pkt *pkt = history->ring[seq & (history->room - 1)];

	return pkt && pkt->rtp.seq == seq ? pkt : NULL;
}

void history_prune(struct history *history, uint64_t before_us)
{
	for (unsigned i = 0; i < history->room; i++) {
		if (history->ring[i] && history->ring[i]->arrival_us < before_us) {
			pkt_put(history->ring[i]);
			history->ring[i] = NULL;
		}
	}
}

void history_clear(struct history *history)
{
	history_prune(history, UINT64_MAX);
}
