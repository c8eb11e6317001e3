/* SPDX-License-Identifier: MIT */
#include "route/router.h"

#include <assert.h>
#include <string.h>

/* Of a microphone that sends no RFC 6464 levels: as if it spoke, but softer than who is known to. */
enum { LEVEL_UNKNOWN = 57 };

void router_init(struct router *router, const struct router_ops *ops, void *arg)
{
	*router = (struct router){.ops = ops, .arg = arg};
	list_init(&router->sources);
	list_init(&router->sinks);
	list_init(&router->listeners);
	list_init(&router->of_holding);
	speaker_init(&router->speaker);
}

void router_follow(struct router *router)
{
	assert(list_empty(&router->sources));
	router->follows = true;
}

static void tell_watched(struct source *source, bool watched)
{
	if (source->ops->watched)
		source->ops->watched(source, watched);
}

static void leave_source(struct sink *sink)
{
	struct source *source = sink->source;

	if (!source)
		return;
	list_remove(&sink->of_source);
	sink->source = NULL;
	if (list_empty(&source->sinks))
		tell_watched(source, false);
}

void router_hold(struct router *router, struct list *holding)
{
	router->holding = holding;
}

/* Those after `it`: of hundreds of sinks each has a state that nobody has touched since its last
 * packet, and waiting for memory would be a good part of what they cost. */
static void prefetch(const struct source *source, const struct list *it)
{
	for (unsigned turns = 1; turns <= 2; turns++) {
		const struct sink *sink;

		it = it->next;
		if (it == &source->sinks)
			return;
		sink = list_of(it, struct sink, of_source);
		if (sink->ops->soon)
			sink->ops->soon(sink, turns);
	}
	__builtin_prefetch(list_of(it->next, struct sink, of_source));
}

void router_release(struct router *router, uint64_t now_us)
{
	struct source *source = router->held_of;
	unsigned count = router->held_count;

	router->held_count = 0;
	list_remove(&router->of_holding);
	if (!count)
		return;
	list_each (it, &source->sinks) {
		struct sink *sink = list_of(it, struct sink, of_source);

		prefetch(source, it);
		for (unsigned i = 0; i < count && sink->source == source; i++)
			sink->ops->packet(sink, router->held[i], now_us);
	}
	for (unsigned i = 0; i < count; i++)
		pkt_put(router->held[i]);
}

void router_release_all(struct list *holding, uint64_t now_us)
{
	while (!list_empty(holding))
		router_release(list_of(holding->next, struct router, of_holding), now_us);
}

static void detach(struct sink *sink, uint64_t now_us)
{
	if (!sink->source)
		return;
	leave_source(sink);
	sink->ops->detached(sink, now_us);
}

static void attach(struct sink *sink, struct source *source, uint64_t now_us)
{
	assert(!sink->source && source->permitted);
	if (list_empty(&source->sinks))
		tell_watched(source, true);
	list_append(&source->sinks, &sink->of_source);
	sink->source = source;
	sink->ops->attached(sink, now_us);
}

static struct source *find(const struct router *router, uint64_t peer, uint8_t kind)
{
	list_each (it, &router->sources) {
		struct source *source = list_of(it, struct source, of_router);

		if (source->peer == peer && source->kind == kind)
			return source;
	}
	return NULL;
}

/* `source` is the one of that peer and kind, or NULL. */
static void want(struct router *router, struct sink *sink, uint64_t peer, uint8_t kind,
	struct source *source, uint64_t now_us)
{
	if (sink->want_peer == peer && sink->want_kind == kind)
		return;
	detach(sink, now_us);
	list_remove(&sink->of_router);
	sink->want_peer = peer;
	sink->want_kind = kind;
	if (!peer)
		return;
	list_append(&router->sinks, &sink->of_router);
	if (source && source->permitted)
		attach(sink, source, now_us);
}

void router_want(
	struct router *router, struct sink *sink, uint64_t peer, uint8_t kind, uint64_t now_us)
{
	want(router, sink, peer, kind, peer ? find(router, peer, kind) : NULL, now_us);
}

void router_forget(struct sink *sink)
{
	leave_source(sink);
	list_remove(&sink->of_router);
	sink->want_peer = 0;
}

static void fill_listener(struct router *router, struct listener *listener,
	struct source *const sources[LECTERN_AUDIO_SLOTS], uint64_t now_us)
{
	for (unsigned i = 0; i < listener->count; i++) {
		uint64_t peer = router->speaker.heard[i];

		if (peer == listener->peer) /* nobody hears itself */
			peer = 0;
		want(router, listener->sinks[i], peer, LECTERN_MIC, sources[i], now_us);
	}
}

static void find_heard(const struct router *router, struct source *sources[LECTERN_AUDIO_SLOTS])
{
	for (unsigned i = 0; i < LECTERN_AUDIO_SLOTS; i++) {
		uint64_t peer = router->speaker.heard[i];

		sources[i] = peer ? find(router, peer, LECTERN_MIC) : NULL;
	}
}

static void heard_changed(struct router *router, uint64_t now_us)
{
	struct source *sources[LECTERN_AUDIO_SLOTS];

	find_heard(router, sources);
	list_each (it, &router->listeners)
		fill_listener(router, list_of(it, struct listener, of_router), sources, now_us);
	if (router->ops && !router->follows)
		router->ops->heard(router->arg, router->speaker.heard, router->speaker.speaker);
}

static void tell_gate(struct router *router, struct source *source, uint64_t now_us)
{
	if (router->ops && router->ops->gate)
		router->ops->gate(router->arg, source, source->permitted, now_us);
}

static void close_gate(struct router *router, struct source *source, uint64_t now_us)
{
	router_release(router, now_us);
	if (!source->permitted)
		return;
	source->permitted = false;
	list_each (it, &source->sinks)
		detach(list_of(it, struct sink, of_source), now_us);
	if (!router->follows && speaker_remove(&router->speaker, &source->voice, now_us))
		heard_changed(router, now_us);
	tell_gate(router, source, now_us);
}

static void open_gate(struct router *router, struct source *source, uint64_t now_us)
{
	source->permitted = true;
	list_each (it, &router->sinks) {
		struct sink *sink = list_of(it, struct sink, of_router);

		if (sink->want_peer == source->peer && sink->want_kind == source->kind)
			attach(sink, source, now_us);
	}
	if (source->kind == LECTERN_MIC && !router->follows &&
		speaker_add(&router->speaker, &source->voice, source->peer, now_us))
		heard_changed(router, now_us);
	tell_gate(router, source, now_us);
}

void router_add(struct router *router, struct source *source)
{
	assert(list_empty(&source->of_router) && !source->permitted);
	list_append(&router->sources, &source->of_router);
}

void router_remove(struct router *router, struct source *source, uint64_t now_us)
{
	if (list_empty(&source->of_router))
		return;
	list_remove(&source->of_router);
	close_gate(router, source, now_us);
}

void router_permit(struct router *router, struct source *source, bool permitted, uint64_t now_us)
{
	assert(!list_empty(&source->of_router));
	if (!permitted)
		close_gate(router, source, now_us);
	else if (!source->permitted)
		open_gate(router, source, now_us);
}

void router_listen(struct router *router, struct listener *listener, uint64_t now_us)
{
	struct source *sources[LECTERN_AUDIO_SLOTS];

	assert(listener->count <= LECTERN_AUDIO_SLOTS);
	list_append(&router->listeners, &listener->of_router);
	find_heard(router, sources);
	fill_listener(router, listener, sources, now_us);
}

void router_unlisten(struct router *router, struct listener *listener)
{
	(void)router;
	for (unsigned i = 0; i < listener->count; i++)
		router_forget(listener->sinks[i]);
	list_remove(&listener->of_router);
}

void router_reserve(struct router *router, uint64_t peer, uint64_t now_us)
{
	if (speaker_reserve(&router->speaker, peer, now_us))
		heard_changed(router, now_us);
}

void router_set_heard(
	struct router *router, const uint64_t heard[LECTERN_AUDIO_SLOTS], uint64_t now_us)
{
	assert(router->follows);
	memcpy(router->speaker.heard, heard, sizeof(router->speaker.heard));
	heard_changed(router, now_us);
}

const uint64_t *router_heard(const struct router *router)
{
	return router->speaker.heard;
}

static void take_level(
	struct router *router, struct source *source, const struct pkt *pkt, uint64_t now_us)
{
	uint8_t level = pkt->rtp.has_level ? pkt->rtp.level : LEVEL_UNKNOWN;

	if (speaker_level(&router->speaker, &source->voice, level, now_us))
		heard_changed(router, now_us);
}

void router_packet(struct router *router, struct source *source, struct pkt *pkt, uint64_t now_us)
{
	if (!source->permitted) {
		source->withheld++;
		return;
	}
	if (source->kind == LECTERN_MIC && !router->follows)
		take_level(router, source, pkt, now_us);
	if (router->held_count == ROUTER_HELD || router->held_of != source)
		router_release(router, now_us);
	router->held_of = source;
	router->held[router->held_count++] = pkt_ref(pkt);
	if (!router->holding)
		router_release(router, now_us);
	else if (list_empty(&router->of_holding))
		list_append(router->holding, &router->of_holding);
}

void router_report(struct router *router, struct source *source, unsigned layer, uint64_t now_us)
{
	if (!source->permitted)
		return;
	router_release(router, now_us);
	list_each (it, &source->sinks) {
		struct sink *sink = list_of(it, struct sink, of_source);

		if (sink->ops->report)
			sink->ops->report(sink, &source->layers[layer].report, now_us);
	}
}

void router_tick(struct router *router, uint64_t now_us)
{
	if (!router->follows && speaker_tick(&router->speaker, now_us))
		heard_changed(router, now_us);
}

void router_finish(struct router *router, uint64_t now_us)
{
	router->ops = NULL;
	list_each (it, &router->listeners)
		list_remove(it);
	list_each (it, &router->sources)
		router_remove(router, list_of(it, struct source, of_router), now_us);
	list_each (it, &router->sinks)
		router_forget(list_of(it, struct sink, of_router));
}
