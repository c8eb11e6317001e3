/* SPDX-License-Identifier: MIT */
#include "peer/peer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/rand.h"
#include "peer/path_out.h"
#include "peer/peer_priv.h"

enum {
	TICK_US = 500 * 1000,	       /* consent, signs of life */
	TICK_HANDSHAKE_US = 50 * 1000, /* resends of DTLS flights */
	TICK_LEAST_US = 5 * 1000,
};

static const char *const drop_texts[PEER_DROPS] = {
	[PEER_DROP_NOT_OURS] = "not_ours",
	[PEER_DROP_STUN_UNKNOWN] = "stun_unknown",
	[PEER_DROP_STUN_REFUSED] = "stun_refused",
	[PEER_DROP_ADDRESS_HELD] = "address_held",
	[PEER_DROP_ADDRESS_UNKNOWN] = "address_unknown",
	[PEER_DROP_NO_KEYS] = "no_keys",
	[PEER_DROP_RTP_MALFORMED] = "rtp_malformed",
	[PEER_DROP_SSRC] = "ssrc",
	[PEER_DROP_SRTP_FORGED] = "srtp_forged",
	[PEER_DROP_SRTP_REPLAYED] = "srtp_replayed",
	[PEER_DROP_SRTP_STREAMS] = "srtp_streams",
	[PEER_DROP_TOO_FAST] = "too_fast",
	[PEER_DROP_VERDICT] = "verdict",
	[PEER_DROP_RTCP_MALFORMED] = "rtcp_malformed",
	[PEER_DROP_SENT_TWICE] = "sent_twice",
	[PEER_DROP_NOT_SEALED] = "not_sealed",
};

_Static_assert(SRTP_MAX_SENT >= 2 * LECTERN_MAX_SECTIONS, "each section has a stream and a repair");

static const char *const state_texts[] = {
	[LECTERN_PEER_NEW] = "new",
	[LECTERN_PEER_CONNECTED] = "connected",
	[LECTERN_PEER_SILENT] = "silent",
	[LECTERN_PEER_FAILED] = "failed",
};

const char *peer_drop_text(enum peer_drop drop)
{
	return drop_texts[drop];
}

/* `detail` may be empty. */
static void set_state(struct peer *peer, enum lectern_peer_state state, const char *detail)
{
	if (state == peer->state)
		return;
	peer->state = state;
	log_info("peer", "room=%" PRIx64 " peer=%" PRIx64 " state=%s%s%s", peer->room, peer->id,
		state_texts[state], *detail ? " detail=" : "", detail);
	peer->ops->state(peer->arg, peer, state);
}

/* ---- in and out of the router ---- */

static void show_wish(struct peer *peer, unsigned slot, uint64_t now_us)
{
	struct slot *shown = downstream_video(peer->downstream, slot);
	const struct peer_wish *wish = &peer->wishes[slot];

	if (shown)
		router_want(
			peer->router, slot_sink(shown), wish->source, (uint8_t)wish->kind, now_us);
}

static void enter_router(struct peer *peer, uint64_t now_us)
{
	if (peer->routed)
		return;
	peer->routed = true;
	for (unsigned kind = 0; kind < LECTERN_KINDS; kind++) {
		struct source *source = upstream_source(peer->upstream, (enum lectern_kind)kind);

		if (!source)
			continue;
		router_add(peer->router, source);
		router_permit(
			peer->router, source, peer->permitted & LECTERN_KIND_BIT(kind), now_us);
	}
	router_listen(peer->router, &peer->listener, now_us);
	for (unsigned slot = 0; slot < LECTERN_VIDEO_SLOTS; slot++)
		show_wish(peer, slot, now_us);
}

static void leave_router(struct peer *peer, uint64_t now_us)
{
	if (!peer->routed)
		return;
	peer->routed = false;
	router_unlisten(peer->router, &peer->listener);
	for (unsigned slot = 0; slot < LECTERN_VIDEO_SLOTS; slot++) {
		struct slot *shown = downstream_video(peer->downstream, slot);

		if (shown)
			router_forget(slot_sink(shown));
	}
	for (unsigned kind = 0; kind < LECTERN_KINDS; kind++) {
		struct source *source = upstream_source(peer->upstream, (enum lectern_kind)kind);

		if (source)
			router_remove(peer->router, source, now_us);
	}
}

/* ---- what the parts tell ---- */

static void on_report(void *arg, struct source *source, unsigned layer, uint64_t now_us)
{
	struct peer *peer = arg;

	router_report(peer->router, source, layer, now_us);
}

static void on_flowing(void *arg, struct source *source, bool flowing)
{
	struct peer *peer = arg;

	peer->ops->flowing(peer->arg, peer, (enum lectern_kind)source->kind, flowing);
}

/* As path_in does with what came by itself. */
static void on_recovered(void *arg, struct source *source, struct pkt *pkt, uint64_t now_us)
{
	struct peer *peer = arg;

	router_packet(peer->router, source, pkt, now_us);
}

static void on_due(void *arg, uint64_t now_us)
{
	peer_hurry(arg, now_us, TICK_LEAST_US);
}

static const struct upstream_ops upstream_ops = {
	.rtcp = path_out_rtcp,
	.report = on_report,
	.flowing = on_flowing,
	.recovered = on_recovered,
	.due = on_due,
};

static const struct downstream_ops downstream_ops = {
	.rtcp = path_out_rtcp,
};

static void fail(struct peer *peer, const char *reason, uint64_t now_us)
{
	leave_router(peer, now_us);
	set_state(peer, LECTERN_PEER_FAILED, reason);
}

static void start_media(struct peer *peer, uint64_t now_us)
{
	struct dtls_keys keys;
	enum srtp_suite suite;
	int err = dtls_export_keys(peer->dtls, &keys);

	if (!err) {
		suite = keys.profile == DTLS_AEAD_AES_128_GCM ? SRTP_AEAD_AES_128_GCM_SUITE
							      : SRTP_AES128_CM_SHA1_80_SUITE;
		err = srtp_session_create(suite, keys.receive, keys.send, &peer->srtp);
		if (peer->srtp)
			peer->hot = srtp_session_hot(peer->srtp);
	}
	explicit_bzero(&keys, sizeof(keys));
	if (err) {
		fail(peer, "no SRTP keys", now_us);
		return;
	}
	peer->hot = srtp_session_hot(peer->srtp);
	peer->alive_us = now_us;
	set_state(peer, LECTERN_PEER_CONNECTED,
		suite == SRTP_AEAD_AES_128_GCM_SUITE ? "aead_aes_128_gcm" : "aes128_cm_sha1_80");
	enter_router(peer, now_us);
}

void peer_look_at_dtls(struct peer *peer, uint64_t now_us)
{
	if (peer->state == LECTERN_PEER_FAILED)
		return;
	switch (dtls_state(peer->dtls)) {
	case DTLS_WAITING:
		break;
	case DTLS_HANDSHAKE:
		peer_hurry(peer, now_us, TICK_HANDSHAKE_US);
		break;
	case DTLS_CONNECTED:
		if (!peer->srtp)
			start_media(peer, now_us);
		break;
	case DTLS_CLOSED:
		fail(peer, "closed by the member", now_us);
		break;
	case DTLS_FAILED:
		fail(peer, dtls_reason(peer->dtls), now_us);
		break;
	}
}

void peer_sign_of_life(struct peer *peer, uint64_t now_us)
{
	peer->alive_us = now_us;
	if (peer->state == LECTERN_PEER_SILENT)
		set_state(peer, LECTERN_PEER_CONNECTED, "");
	if (peer->state != LECTERN_PEER_FAILED || !peer->srtp || !ice_agent_selected(&peer->ice) ||
		dtls_state(peer->dtls) != DTLS_CONNECTED)
		return;
	/* an ICE restart has brought it back */
	set_state(peer, LECTERN_PEER_CONNECTED, "restarted");
	enter_router(peer, now_us);
	peer_hurry(peer, now_us, TICK_LEAST_US);
}

void peer_path_added(struct peer *peer, const struct addr *addr)
{
	struct demux_path *spare = NULL;

	if (demux_by_addr(&peer->host->demux, addr) == peer)
		return;
	for (unsigned i = 0; i < ICE_MAX_PATHS; i++) {
		if (list_empty(&peer->paths[i].of_bucket))
			spare = &peer->paths[i];
	}
	if (spare)
		demux_path_add(&peer->host->demux, spare, addr);
}

static void remove_path(struct peer *peer, struct demux_path *path)
{
	bool connection = !list_empty(&path->of_bucket) && path->addr.tcp;

	demux_path_remove(path);
	if (connection)
		tcp_close(peer->host->tcp, path->addr.tcp);
}

void peer_path_removed(struct peer *peer, const struct addr *addr)
{
	for (unsigned i = 0; i < ICE_MAX_PATHS; i++) {
		if (!list_empty(&peer->paths[i].of_bucket) &&
			addr_equal(&peer->paths[i].addr, addr))
			remove_path(peer, &peer->paths[i]);
	}
	if (peer->dtls_from.len && addr_equal(&peer->dtls_from, addr))
		peer->dtls_from.len = 0;
}

void peer_connection_gone(struct peer_host *host, const struct addr *addr, uint64_t now_us)
{
	struct peer *peer = demux_by_addr(&host->demux, addr);

	if (!peer)
		return;
	ice_agent_forget(&peer->ice, addr, now_us);
	peer_path_removed(peer, addr);
}

/* ---- time ---- */

void peer_hurry(struct peer *peer, uint64_t now_us, uint64_t within_us)
{
	if (peer->timer.due_us > now_us + within_us)
		loop_timer_set(peer->host->loop, &peer->timer, now_us + within_us);
}

static uint64_t tick_media(struct peer *peer, uint64_t now_us)
{
	struct downstream_stats stats;
	uint64_t up_us, down_us;

	downstream_stats(peer->downstream, &stats);
	upstream_set_rtt(peer->upstream, stats.rtt_us);
	up_us = upstream_tick(peer->upstream, now_us);
	down_us = downstream_tick(peer->downstream, now_us);
	if (now_us >= peer->alive_us + PEER_SILENT_US)
		set_state(peer, LECTERN_PEER_SILENT, "");
	return up_us < down_us ? up_us : down_us;
}

static void on_timer(struct loop_timer *timer, uint64_t now_us)
{
	struct peer *peer = list_of(timer, struct peer, timer);
	uint64_t due_us = now_us + TICK_US, media_us;

	dtls_tick(peer->dtls, now_us);
	peer_look_at_dtls(peer, now_us);
	if (ice_agent_expire(&peer->ice, now_us))
		fail(peer, peer->srtp ? "consent lost" : "no connectivity check came", now_us);
	if (peer->routed) {
		media_us = tick_media(peer, now_us);
		if (media_us < due_us)
			due_us = media_us;
	}
	if (dtls_state(peer->dtls) == DTLS_HANDSHAKE)
		due_us = now_us + TICK_HANDSHAKE_US;
	if (due_us < now_us + TICK_LEAST_US)
		due_us = now_us + TICK_LEAST_US;
	if (due_us < peer->timer.due_us)
		loop_timer_set(peer->host->loop, timer, due_us);
}

/* ---- life ---- */

static uint32_t any_ssrc(const struct lectern_peer_params *params)
{
	for (size_t i = 0; i < params->section_count; i++) {
		if (params->sections[i].use == LECTERN_SECTION_SLOT && params->sections[i].ssrc)
			return params->sections[i].ssrc;
	}
	return rand_u32();
}

static int create_streams(struct peer *peer, const struct lectern_peer_params *params)
{
	struct upstream_config up = {
		.peer = peer->id,
		.sections = params->sections,
		.section_count = params->section_count,
		.sender_ssrc = any_ssrc(params),
		.cname = params->cname,
		.ops = &upstream_ops,
		.arg = peer,
	};
	struct downstream_config down = {
		.sections = params->sections,
		.section_count = params->section_count,
		.cname = params->cname,
		.outlet_pool = peer->host->outlets,
		.outlet = &path_out_media,
		.ops = &downstream_ops,
		.arg = peer,
	};
	int err = upstream_create(&up, &peer->upstream);

	if (!err)
		err = downstream_create(&down, &peer->downstream);
	if (err)
		return err;
	peer->listener.peer = peer->id;
	for (unsigned i = 0; i < LECTERN_AUDIO_SLOTS; i++) {
		struct slot *slot = downstream_audio(peer->downstream, i);

		if (!slot)
			break;
		peer->listener.sinks[peer->listener.count++] = slot_sink(slot);
	}
	return 0;
}

static struct peer *allocate(const struct peer_config *config)
{
	struct peer *peer = aligned_alloc(_Alignof(struct peer), sizeof(*peer));

	if (!peer)
		return NULL;
	memset(peer, 0, sizeof(*peer));
	peer->id = config->id;
	peer->room = config->params->room;
	peer->host = config->host;
	peer->router = config->router;
	peer->ops = config->ops;
	peer->arg = config->arg;
	peer->exts = rtp_exts_of(config->params->sections, config->params->section_count);
	peer->timer.fire = on_timer;
	list_init(&peer->listener.of_router);
	for (unsigned i = 0; i < 2; i++)
		demux_name_init(&peer->names[i], peer);
	for (unsigned i = 0; i < ICE_MAX_PATHS; i++)
		demux_path_init(&peer->paths[i], peer);
	return peer;
}

int peer_create(const struct peer_config *config, uint64_t now_us, struct peer **ret_peer)
{
	const struct lectern_peer_params *params = config->params;
	struct peer *peer = allocate(config);
	int err;

	if (!peer)
		return -ENOMEM;
	err = loop_timer_add(peer->host->loop, &peer->timer);
	if (err) {
		free(peer);
		return err;
	}
	err = ice_agent_init(
		&peer->ice, params->local_ufrag, params->local_pwd, params->remote_ufrag, now_us);
	if (!err)
		err = dtls_create(peer->host->dtls, params->remote_fingerprint, path_out_dtls, peer,
			&peer->dtls);
	if (!err)
		err = create_streams(peer, params);
	if (!err)
		err = demux_name_add(&peer->host->demux, &peer->names[0], params->local_ufrag);
	if (err) {
		peer_destroy(peer, now_us);
		return err;
	}
	loop_timer_set(peer->host->loop, &peer->timer, now_us + TICK_US);
	*ret_peer = peer;
	return 0;
}

void peer_destroy(struct peer *peer, uint64_t now_us)
{
	if (!peer)
		return;
	if (peer->srtp)
		downstream_bye(peer->downstream);
	if (peer->dtls)
		dtls_close(peer->dtls);
	leave_router(peer, now_us);
	for (unsigned i = 0; i < 2; i++)
		demux_name_remove(&peer->names[i]);
	for (unsigned i = 0; i < ICE_MAX_PATHS; i++)
		remove_path(peer, &peer->paths[i]);
	loop_timer_remove(peer->host->loop, &peer->timer);
	downstream_destroy(peer->downstream);
	upstream_destroy(peer->upstream);
	srtp_session_destroy(peer->srtp);
	dtls_destroy(peer->dtls);
	free(peer);
}

int peer_restart(struct peer *peer, const char *local_ufrag, const char *local_pwd,
	const char *remote_ufrag, uint64_t now_us)
{
	/* The name before the last gives way, as its credentials do in ice/agent. */
	struct demux_name *spare = &peer->names[!peer->name_now];
	int err = demux_name_add(&peer->host->demux, spare, local_ufrag);

	if (err)
		return err;
	err = ice_agent_restart(&peer->ice, local_ufrag, local_pwd, remote_ufrag, now_us);
	if (err) {
		demux_name_remove(spare);
		return err;
	}
	peer->name_now = !peer->name_now;
	return 0;
}

void peer_permit(struct peer *peer, unsigned kinds, uint64_t now_us)
{
	peer->permitted = kinds;
	for (unsigned kind = 0; peer->routed && kind < LECTERN_KINDS; kind++) {
		struct source *source = upstream_source(peer->upstream, (enum lectern_kind)kind);

		if (source)
			router_permit(peer->router, source, kinds & LECTERN_KIND_BIT(kind), now_us);
	}
}

void peer_slot_show(struct peer *peer, unsigned slot, lectern_id source, enum lectern_kind kind,
	uint64_t now_us)
{
	if (slot >= LECTERN_VIDEO_SLOTS)
		return;
	peer->wishes[slot] = (struct peer_wish){source, kind};
	if (peer->routed)
		show_wish(peer, slot, now_us);
}

void peer_slot_limit(struct peer *peer, unsigned slot, unsigned height, uint64_t now_us)
{
	struct slot *limited = downstream_video(peer->downstream, slot);

	if (limited)
		slot_limit(limited, height, now_us);
}

lectern_id peer_id(const struct peer *peer)
{
	return peer->id;
}

enum lectern_peer_state peer_state(const struct peer *peer)
{
	return peer->state;
}

uint64_t peer_drops(const struct peer *peer, enum peer_drop drop)
{
	return peer->drops[drop];
}

void peer_link(const struct peer *peer, struct peer_link *ret_link)
{
	struct upstream_stats up;
	struct downstream_stats down;

	upstream_stats(peer->upstream, &up);
	downstream_stats(peer->downstream, &down);
	*ret_link = (struct peer_link){
		.rtt_us = down.rtt_us,
		.up_bps = up.bps,
		.down_bps = down.bps,
		.up_loss = up.loss,
		.down_loss = down.loss,
		.audio_sent = down.audio_sent,
		.audio_acked = down.audio_acked,
	};
}
