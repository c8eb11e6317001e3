/* SPDX-License-Identifier: MIT */
#include "engine/bridge.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/log.h"
#include "engine/mirror.h"
#include "engine/table.h"

int bridge_init(struct bridge *bridge, unsigned self, const struct pkt_pool *pool)
{
	*bridge = (struct bridge){.self = self, .count = self + 1, .pool = pool};
	bridge->mirrors =
		calloc((size_t)LECTERN_MAX_PEERS * LECTERN_KINDS, sizeof(*bridge->mirrors));
	return bridge->mirrors ? 0 : -ENOMEM;
}

void bridge_finish(struct bridge *bridge)
{
	free(bridge->mirrors);
	bridge->mirrors = NULL;
}

struct mirror **bridge_mirror(struct bridge *bridge, lectern_id peer, uint8_t kind)
{
	return &bridge->mirrors[(size_t)id_index(peer) * LECTERN_KINDS + kind];
}

void bridge_send(struct bridge *bridge, uint64_t workers, const struct parcel *parcel)
{
	for (unsigned i = 0; workers; i++, workers >>= 1) {
		if (workers & 1)
			link_send(bridge->out[i], parcel);
	}
}

static void take_packet(
	struct bridge *bridge, struct link *link, const struct parcel *parcel, uint64_t now_us)
{
	struct mirror *mirror = *bridge_mirror(bridge, parcel->peer, parcel->kind);
	struct pkt *view;

	if (!mirror || !mirror_is_of(mirror, parcel)) {
		link_refuse(link, parcel, LINK_DROP_UNWATCHED);
		return;
	}
	view = link_view(link, parcel);
	if (!view)
		return;
	/* it may have come in there after this turn began here */
	if (now_us < view->arrival_us)
		now_us = view->arrival_us;
	mirror_packet(mirror, parcel, view, now_us);
	pkt_put(view);
}

static bool take_parcels(struct bridge *bridge, struct link *link, bridge_message_fn *message,
	void *arg, uint64_t now_us)
{
	for (unsigned i = 0; i < BRIDGE_TURN; i++) {
		const struct parcel *parcel = link_front(link);

		if (!parcel)
			return false;
		if (parcel->type == PARCEL_PACKET)
			take_packet(bridge, link, parcel, now_us);
		else
			message(arg, link->from, parcel, now_us);
		link_pop(link);
	}
	return true;
}

bool bridge_recv(struct bridge *bridge, bridge_message_fn *message, void *arg, uint64_t now_us)
{
	bool more = false;

	for (unsigned i = 0; i < bridge->count; i++) {
		if (i != bridge->self)
			more |= take_parcels(bridge, bridge->in[i], message, arg, now_us);
	}
	return more;
}

void bridge_flush(struct bridge *bridge)
{
	for (unsigned i = 0; i < bridge->count; i++) {
		if (i != bridge->self)
			link_flush(bridge->out[i]);
	}
}

/* Those that are counted at this end of the links. */
static uint64_t dropped(const struct bridge *bridge, enum link_drop drop)
{
	bool by_lender = drop == LINK_DROP_FULL || drop == LINK_DROP_RESERVE;
	uint64_t sum = 0;

	for (unsigned i = 0; i < bridge->count; i++) {
		if (i != bridge->self)
			sum += (by_lender ? bridge->out : bridge->in)[i]->drops[drop];
	}
	return sum;
}

void bridge_tell_drops(struct bridge *bridge)
{
	for (unsigned i = 0; i < LINK_DROPS; i++) {
		enum link_drop drop = (enum link_drop)i;
		uint64_t now = dropped(bridge, drop), since = now - bridge->told_drops[i];

		bridge->told_drops[i] = now;
		/* a few of these are part of every change */
		if (since && drop != LINK_DROP_UNWATCHED)
			log_warn("engine",
				"worker=%u between workers dropped=%" PRIu64 " reason=%s",
				bridge->self, since, link_drop_text(drop));
	}
}
