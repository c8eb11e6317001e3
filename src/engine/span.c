/* SPDX-License-Identifier: MIT */
#include "engine/span.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "engine/loan.h"
#include "engine/mirror.h"

/* A source of this worker that is permitted, and what others were told of it. */
struct share {
	struct source *source;
	uint32_t opening;
	struct parcel_layer told[SOURCE_LAYERS]; /* all of them; some may know better */
	struct list loans;			 /* struct loan.of_share */
	struct list of_span;			 /* shares */
};

static struct parcel about(const struct span *span, enum parcel_type type)
{
	return (struct parcel){.type = (uint8_t)type, .room = span->room};
}

static struct parcel about_share(
	const struct span *span, const struct share *share, enum parcel_type type)
{
	struct parcel parcel = about(span, type);

	parcel.kind = share->source->kind;
	parcel.peer = share->source->peer;
	parcel.opening = share->opening;
	return parcel;
}

/* ---- what this worker has ---- */

static void tell_layer(
	struct span *span, const struct share *share, unsigned layer, uint64_t workers)
{
	struct parcel parcel = about_share(span, share, PARCEL_LAYER);

	parcel.layer = (uint8_t)layer;
	parcel_layer_init(&parcel.u.layer, &share->source->layers[layer]);
	bridge_send(span->bridge, workers, &parcel);
}

static void tell_share(struct span *span, const struct share *share, uint64_t workers)
{
	struct parcel parcel = about_share(span, share, PARCEL_OPEN);

	parcel.u.open.codec = share->source->codec;
	parcel.u.open.profile = share->source->profile;
	parcel.u.open.clock_rate = share->source->clock_rate;
	parcel.u.open.layer_count = (uint8_t)share->source->layer_count;
	bridge_send(span->bridge, workers, &parcel);
	for (unsigned i = 0; i < share->source->layer_count; i++)
		tell_layer(span, share, i, workers);
}

static struct share *find_share(const struct span *span, lectern_id peer, uint8_t kind)
{
	list_each (it, &span->shares) {
		struct share *share = list_of(it, struct share, of_span);

		if (share->source->peer == peer && share->source->kind == kind)
			return share;
	}
	return NULL;
}

/* Not the one that a late message means: the source may have been closed and opened since. */
static struct share *share_of(const struct span *span, const struct parcel *parcel)
{
	struct share *share = find_share(span, parcel->peer, parcel->kind);

	return share && share->opening == parcel->opening ? share : NULL;
}

static void open_share(struct span *span, struct source *source)
{
	struct share *share = calloc(1, sizeof(*share));

	if (!share) {
		log_error("engine", "room=%" PRIx64 " peer=%" PRIx64 " no memory to share a track",
			span->room, source->peer);
		return;
	}
	share->source = source;
	share->opening = ++span->bridge->last_opening;
	for (unsigned i = 0; i < source->layer_count; i++)
		parcel_layer_init(&share->told[i], &source->layers[i]);
	list_init(&share->loans);
	list_append(&span->shares, &share->of_span);
	tell_share(span, share, span->halls);
}

static void close_share(struct span *span, struct share *share)
{
	struct parcel parcel = about_share(span, share, PARCEL_CLOSED);

	list_each (it, &share->loans)
		loan_destroy(list_of(it, struct loan, of_share));
	list_remove(&share->of_span);
	free(share);
	bridge_send(span->bridge, span->halls, &parcel);
}

static struct loan *find_loan(const struct span *span, const struct share *share, unsigned to)
{
	list_each (it, &share->loans) {
		struct loan *loan = list_of(it, struct loan, of_share);

		if (loan->link == span->bridge->out[to])
			return loan;
	}
	return NULL;
}

static void lend(struct span *span, struct share *share, unsigned to, uint64_t now_us)
{
	struct parcel packet = about_share(span, share, PARCEL_PACKET);
	struct loan *loan;

	if (find_loan(span, share, to))
		return;
	if (loan_create(span->router, span->bridge, to, &packet, now_us, &loan) < 0) {
		log_error("engine", "room=%" PRIx64 " peer=%" PRIx64 " no memory to lend a track",
			span->room, share->source->peer);
		return;
	}
	list_append(&share->loans, &loan->of_share);
}

/* ---- what other workers have ---- */

static struct mirror *mirror_of(const struct span *span, const struct parcel *parcel)
{
	struct mirror *mirror = *bridge_mirror(span->bridge, parcel->peer, parcel->kind);

	return mirror && mirror_is_of(mirror, parcel) ? mirror : NULL;
}

static void remove_mirror(struct span *span, struct mirror *mirror, uint64_t now_us)
{
	*bridge_mirror(span->bridge, mirror->source.peer, mirror->source.kind) = NULL;
	mirror_destroy(mirror, now_us);
}

/* A peer's place in the table may be another's by now, and word of the two comes by two ways: the
 * one with the higher id lives, or lived last. */
static bool make_place(struct span *span, struct mirror *former, lectern_id peer, uint64_t now_us)
{
	if (!former)
		return true;
	if (former->source.peer > peer)
		return false;
	remove_mirror(span, former, now_us);
	return true;
}

static void add_mirror(
	struct span *span, unsigned from, const struct parcel *parcel, uint64_t now_us)
{
	struct mirror **place = bridge_mirror(span->bridge, parcel->peer, parcel->kind);
	bool always = span->home && parcel->kind == LECTERN_MIC;
	struct mirror *mirror;

	if (!make_place(span, *place, parcel->peer, now_us))
		return;
	if (mirror_create(span->router, span->bridge, from, parcel, always, now_us, &mirror) < 0) {
		log_error("engine", "room=%" PRIx64 " peer=%" PRIx64 " no memory to mirror a track",
			span->room, parcel->peer);
		return;
	}
	*place = mirror;
	list_append(&span->mirrors, &mirror->of_span);
}

/* ---- messages ---- */

static void tell_heard(
	struct span *span, uint64_t workers, const uint64_t heard[LECTERN_AUDIO_SLOTS])
{
	struct parcel parcel = about(span, PARCEL_HEARD);

	memcpy(parcel.u.heard, heard, sizeof(parcel.u.heard));
	bridge_send(span->bridge, workers, &parcel);
}

/* Whoever has a hall hears of all that is here, once: when it is new, or when we first hear of it
 * because it was there before. */
static void on_hello(struct span *span, unsigned from, const struct parcel *parcel)
{
	struct parcel answer = about(span, PARCEL_HELLO);

	if (parcel->u.first)
		bridge_send(span->bridge, bridge_bit(from), &answer);
	else if (span->halls & bridge_bit(from))
		return;
	span->halls |= bridge_bit(from);
	list_each (it, &span->shares)
		tell_share(span, list_of(it, struct share, of_span), bridge_bit(from));
	if (span->home)
		tell_heard(span, bridge_bit(from), router_heard(span->router));
}

static void recv_of_mirror(struct span *span, const struct parcel *parcel, uint64_t now_us)
{
	struct mirror *mirror = mirror_of(span, parcel);

	if (!mirror)
		return;
	if (parcel->type == PARCEL_CLOSED)
		remove_mirror(span, mirror, now_us);
	else if (parcel->type == PARCEL_LAYER)
		mirror_layer(mirror, parcel);
	else
		mirror_report(mirror, parcel, now_us);
}

static void recv_of_share(
	struct span *span, unsigned from, const struct parcel *parcel, uint64_t now_us)
{
	struct share *share = share_of(span, parcel);

	if (!share)
		return;
	if (parcel->type == PARCEL_WANT)
		lend(span, share, from, now_us);
	else if (parcel->type == PARCEL_UNWANT)
		loan_destroy(find_loan(span, share, from));
	else
		share->source->ops->need_keyframe(share->source, parcel->layer, now_us);
}

void span_recv(struct span *span, unsigned from, const struct parcel *parcel, uint64_t now_us)
{
	switch ((enum parcel_type)parcel->type) {
	case PARCEL_HELLO:
		on_hello(span, from, parcel);
		break;
	case PARCEL_OPEN:
		add_mirror(span, from, parcel, now_us);
		break;
	case PARCEL_CLOSED:
	case PARCEL_LAYER:
	case PARCEL_REPORT:
		recv_of_mirror(span, parcel, now_us);
		break;
	case PARCEL_WANT:
	case PARCEL_UNWANT:
	case PARCEL_KEYFRAME:
		recv_of_share(span, from, parcel, now_us);
		break;
	case PARCEL_HEARD:
		router_set_heard(span->router, parcel->u.heard, now_us);
		break;
	case PARCEL_PACKET:
		break;
	}
}

/* ---- what happens here ---- */

void span_gate(struct span *span, struct source *source, bool open)
{
	struct share *share;

	if (span->bridge->count == 1 || mirror_is(source))
		return;
	share = find_share(span, source->peer, source->kind);
	if (open)
		open_share(span, source);
	else if (share)
		close_share(span, share);
}

void span_heard(struct span *span, const uint64_t heard[LECTERN_AUDIO_SLOTS])
{
	if (span->halls)
		tell_heard(span, span->halls, heard);
}

static uint64_t borrowers(const struct share *share)
{
	uint64_t workers = 0;

	list_each (it, &share->loans)
		workers |= bridge_bit(list_of(it, struct loan, of_share)->link->to);
	return workers;
}

/* Which layers there are decides what sinks ask for: all halls hear of it. A rate only says how
 * much a layer is that comes anyway. */
static void tell_changes(struct span *span, struct share *share)
{
	for (unsigned i = 0; i < share->source->layer_count; i++) {
		struct parcel_layer before = share->told[i], now;
		bool rate_alone;

		parcel_layer_init(&now, &share->source->layers[i]);
		if (memcmp(&now, &before, sizeof(now)) == 0)
			continue;
		before.bps = now.bps;
		rate_alone = memcmp(&now, &before, sizeof(now)) == 0;
		tell_layer(span, share, i, rate_alone ? borrowers(share) : span->halls);
		share->told[i] = now;
	}
}

void span_tick(struct span *span, uint64_t now_us)
{
	list_each (it, &span->shares)
		tell_changes(span, list_of(it, struct share, of_span));
	list_each (it, &span->mirrors)
		mirror_tick(list_of(it, struct mirror, of_span), now_us);
}

/* ---- life ---- */

void span_init(
	struct span *span, lectern_id room, bool home, struct router *router, struct bridge *bridge)
{
	struct parcel hello;

	*span = (struct span){
		.room = room,
		.home = home,
		.router = router,
		.bridge = bridge,
	};
	list_init(&span->shares);
	list_init(&span->mirrors);
	hello = about(span, PARCEL_HELLO);
	hello.u.first = true;
	bridge_send(bridge, bridge_others(bridge), &hello);
}

void span_finish(struct span *span, uint64_t now_us)
{
	list_each (it, &span->mirrors)
		remove_mirror(span, list_of(it, struct mirror, of_span), now_us);
	assert(list_empty(&span->shares));
}
