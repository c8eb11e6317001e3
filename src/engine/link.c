/* SPDX-License-Identifier: MIT */
#include "engine/link.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

_Static_assert(sizeof(struct parcel) == 64, "a parcel is a cache line");

enum { RETURN_ROOM = 16384 };

_Static_assert(RETURN_ROOM >= LINK_ROOM + LINK_VIEWS, "all that is out can come back at once");

static const char *const drop_texts[LINK_DROPS] = {
	[LINK_DROP_FULL] = "full",
	[LINK_DROP_RESERVE] = "reserve",
	[LINK_DROP_NO_VIEW] = "no_view",
	[LINK_DROP_UNWATCHED] = "unwatched",
};

const char *link_drop_text(enum link_drop drop)
{
	return drop_texts[drop];
}

void parcel_layer_init(struct parcel_layer *told, const struct source_layer *layer)
{
	memset(told, 0, sizeof(*told)); /* it is compared as bytes */
	told->bps = layer->bps;
	told->height = layer->height;
	told->live = layer->live;
	told->spatial_count = layer->spatial_count;
	memcpy(told->heights, layer->heights, sizeof(told->heights));
}

void parcel_layer_apply(const struct parcel_layer *told, struct source_layer *layer)
{
	layer->bps = told->bps;
	layer->height = told->height;
	layer->live = told->live;
	layer->spatial_count = told->spatial_count;
	memcpy(layer->heights, told->heights, sizeof(layer->heights));
}

/* ---- the borrower's thread ---- */

static void give_back(struct pkt_lender *lender, struct pkt *lent)
{
	struct link *link = list_of(lender, struct link, lender);
	struct pkt **place = ring_place(link->returned);

	assert(place);
	*place = lent;
	ring_push(link->returned);
}

const struct parcel *link_front(struct link *link)
{
	return letters_front(&link->parcels);
}

void link_pop(struct link *link)
{
	letters_pop(&link->parcels);
}

void link_refuse(struct link *link, const struct parcel *parcel, enum link_drop why)
{
	link->drops[why]++;
	give_back(&link->lender, parcel->u.packet.pkt);
}

struct pkt *link_view(struct link *link, const struct parcel *parcel)
{
	struct pkt *view = pkt_view(link->views, parcel->u.packet.pkt);

	if (!view)
		link_refuse(link, parcel, LINK_DROP_NO_VIEW);
	return view;
}

/* ---- the lender's thread ---- */

void link_send(struct link *link, const struct parcel *parcel)
{
	if (letters_post(&link->parcels, parcel) < 0)
		log_error("engine", "no memory for a message to worker %u", link->to);
	link->pushed = true;
}

void link_lend(struct link *link, const struct parcel *parcel, const struct pkt_pool *pool)
{
	if (pkt_pool_free(pool) < LINK_RESERVE) {
		link->drops[LINK_DROP_RESERVE]++;
		return;
	}
	/* before it goes: from then on the other thread reads it */
	pkt_ref(parcel->u.packet.pkt);
	if (letters_offer(&link->parcels, parcel) < 0) {
		link->drops[LINK_DROP_FULL]++;
		pkt_put(parcel->u.packet.pkt);
		return;
	}
	link->out++;
	link->lent++;
	link->pushed = true;
}

void link_collect(struct link *link)
{
	struct pkt **front;

	while ((front = ring_front(link->returned)) != NULL) {
		pkt_put(*front);
		link->out--;
		ring_pop(link->returned);
	}
}

void link_flush(struct link *link)
{
	link_collect(link);
	letters_push_backlog(&link->parcels);
	if (!link->pushed)
		return;
	link->pushed = letters_wait(&link->parcels);
	loop_wake(link->to_loop);
}

/* ---- life ---- */

int link_create(unsigned from, unsigned to, struct loop *to_loop, struct link **ret_link)
{
	struct link *link = aligned_alloc(64, sizeof(*link));
	int err;

	if (!link)
		return -ENOMEM;
	*link = (struct link){.from = from, .to = to, .to_loop = to_loop};
	link->lender.give_back = give_back;
	err = letters_init(&link->parcels, LINK_ROOM, sizeof(struct parcel));
	if (!err)
		err = ring_create(RETURN_ROOM, sizeof(struct pkt *), &link->returned);
	if (!err)
		err = pkt_views_create(LINK_VIEWS, &link->lender, &link->views);
	if (err) {
		link_destroy(link);
		return err;
	}
	*ret_link = link;
	return 0;
}

static void take_back(struct link *link)
{
	const struct parcel *parcel;

	while ((parcel = link_front(link)) != NULL) {
		if (parcel->type == PARCEL_PACKET)
			give_back(&link->lender, parcel->u.packet.pkt);
		link_pop(link);
	}
	link_collect(link);
	assert(link->out == 0);
}

void link_destroy(struct link *link)
{
	if (!link)
		return;
	if (link->parcels.ring && link->returned)
		take_back(link);
	letters_finish(&link->parcels, NULL);
	ring_destroy(link->returned);
	pkt_pool_destroy(link->views);
	free(link);
}
