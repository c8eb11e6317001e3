/* SPDX-License-Identifier: MIT */
#include "peer/path_in.h"

#include <errno.h>
#include <string.h>

#include "peer/path_out.h"
#include "peer/peer_priv.h"

enum { FEEDBACK_WITHIN_US = 10 * 1000 };

static void drop(struct peer_host *host, struct peer *peer, enum peer_drop reason)
{
	host->drops[reason]++;
	if (peer)
		peer->drops[reason]++;
}

/* Somebody who can forge source addresses must not cut a living peer off by claiming its address;
 * a TCP connection is of one peer for as long as it lasts. */
static bool address_is_held(
	struct peer_host *host, struct peer *peer, const struct addr *from, uint64_t now_us)
{
	struct peer *holder = demux_by_addr(&host->demux, from);

	return holder && holder != peer &&
	       (from->tcp || now_us < holder->alive_us + PEER_ADDRESS_HELD_US);
}

static void in_stun(
	struct peer_host *host, struct pkt *pkt, const struct addr *from, uint64_t now_us)
{
	uint8_t reply[STUN_MAX_REPLY];
	struct ice_result result;
	struct peer *peer = NULL;
	const char *ufrag;
	size_t len;

	if (stun_local_ufrag(pkt->data, pkt->len, &ufrag, &len) == 0)
		peer = demux_by_ufrag(&host->demux, ufrag, len);
	if (!peer) {
		drop(host, NULL, PEER_DROP_STUN_UNKNOWN);
		return;
	}
	if (address_is_held(host, peer, from, now_us)) {
		drop(host, peer, PEER_DROP_ADDRESS_HELD);
		return;
	}
	result = ice_agent_recv(&peer->ice, host->stun, pkt->data, pkt->len, from, now_us, reply);
	if (result.path_removed)
		peer_path_removed(peer, &result.removed);
	if (result.authenticated) {
		peer_path_added(peer, from);
		if (from->tcp)
			tcp_keep(host->tcp, from->tcp);
		peer_sign_of_life(peer, now_us);
	} else {
		drop(host, peer, PEER_DROP_STUN_REFUSED);
	}
	if (result.reply_len)
		path_out_stun(peer, from, reply, result.reply_len);
}

static void in_dtls(
	struct peer_host *host, struct pkt *pkt, const struct addr *from, uint64_t now_us)
{
	struct peer *peer = demux_by_addr(&host->demux, from);

	if (!peer) {
		drop(host, NULL, PEER_DROP_ADDRESS_UNKNOWN);
		return;
	}
	peer->dtls_from = *from;
	dtls_recv(peer->dtls, pkt->data, pkt->len, now_us);
	peer_look_at_dtls(peer, now_us);
}

static enum peer_drop srtp_drop(int err)
{
	if (err == -EALREADY)
		return PEER_DROP_SRTP_REPLAYED;
	return err == -ENOSPC ? PEER_DROP_SRTP_STREAMS : PEER_DROP_SRTP_FORGED;
}

/* Authentic traffic only: forgeries from a peer's address must not use up what is the peer's. */
static bool within_rate(struct peer_meter *meter, size_t len, uint64_t now_us)
{
	uint64_t passed_us = now_us - meter->at_us;

	if (passed_us > 1000000)
		passed_us = 1000000;
	meter->at_us = now_us;
	meter->bits += (int64_t)(passed_us * (PEER_MAX_BPS / 1000000));
	if (meter->bits > PEER_MAX_BPS)
		meter->bits = PEER_MAX_BPS;
	/* in millionths of a packet, so that short times count too */
	meter->packets += (int64_t)(passed_us * PEER_MAX_PPS);
	if (meter->packets > PEER_MAX_PPS * INT64_C(1000000))
		meter->packets = PEER_MAX_PPS * INT64_C(1000000);
	if (meter->bits < (int64_t)len * 8 || meter->packets < 1000000)
		return false;
	meter->bits -= (int64_t)len * 8;
	meter->packets -= 1000000;
	return true;
}

static void in_rtcp(struct peer *peer, struct pkt *pkt, const struct addr *from, uint64_t now_us)
{
	size_t len = pkt->len;
	int err = srtp_unprotect_rtcp_compound(peer->srtp, pkt->data, &len);

	if (err) {
		drop(peer->host, peer, srtp_drop(err));
		return;
	}
	pkt->len = (uint32_t)len;
	ice_agent_heard(&peer->ice, from, now_us);
	peer_sign_of_life(peer, now_us);
	if (!within_rate(&peer->meter, len, now_us)) {
		drop(peer->host, peer, PEER_DROP_TOO_FAST);
		return;
	}
	if (upstream_rtcp(peer->upstream, pkt->data, len, now_us) < 0 ||
		downstream_rtcp(peer->downstream, pkt->data, len, now_us) < 0)
		drop(peer->host, peer, PEER_DROP_RTCP_MALFORMED);
}

static void in_rtp(struct peer *peer, struct pkt *pkt, const struct addr *from, uint64_t now_us)
{
	struct rtp_names names;
	struct source *source;
	size_t len = pkt->len;
	int err;

	/* Whose is it? BUNDLE (RFC 9143 9.2): by SSRC, for a new one by MID and RID. */
	if (rtp_header_parse(pkt->data, len, &peer->exts, &pkt->rtp, &names) < 0) {
		drop(peer->host, peer, PEER_DROP_RTP_MALFORMED);
		return;
	}
	if (!upstream_find(peer->upstream, &pkt->rtp, &names)) {
		drop(peer->host, peer, PEER_DROP_SSRC);
		return;
	}
	/* Decrypt: the only time for this packet, however many get it. */
	err = srtp_unprotect_rtp(peer->srtp, pkt->data, &len);
	if (err) {
		drop(peer->host, peer, srtp_drop(err));
		return;
	}
	pkt->len = (uint32_t)len;
	ice_agent_heard(&peer->ice, from, now_us);
	peer_sign_of_life(peer, now_us);
	if (!within_rate(&peer->meter, len, now_us)) {
		drop(peer->host, peer, PEER_DROP_TOO_FAST);
		return;
	}
	if (rtp_packet_parse(pkt, &peer->exts, &names) < 0) {
		drop(peer->host, peer, PEER_DROP_RTP_MALFORMED);
		return;
	}
	peer_hurry(peer, now_us, FEEDBACK_WITHIN_US);
	/* Into its track: undo RTX, count, mark layer and keyframes. */
	if (upstream_recv(peer->upstream, pkt, &names, now_us, &source) != UPTRACK_FORWARD) {
		drop(peer->host, peer, PEER_DROP_VERDICT);
		return;
	}
	/* To everyone who may and wants to have it: egress/slot, then path_out.c. */
	router_packet(peer->router, source, pkt, now_us);
}

static void in_srtp(
	struct peer_host *host, struct pkt *pkt, const struct addr *from, uint64_t now_us)
{
	struct peer *peer = demux_by_addr(&host->demux, from);

	if (!peer)
		drop(host, NULL, PEER_DROP_ADDRESS_UNKNOWN);
	else if (!peer->srtp || peer->state == LECTERN_PEER_FAILED)
		drop(host, peer, PEER_DROP_NO_KEYS);
	else if (rtp_is_rtcp(pkt->data, pkt->len))
		in_rtcp(peer, pkt, from, now_us);
	else
		in_rtp(peer, pkt, from, now_us);
}

void path_in(struct peer_host *host, struct pkt *pkt, const struct addr *from, uint64_t now_us)
{
	switch (demux_protocol(pkt->data, pkt->len)) {
	case DEMUX_STUN:
		in_stun(host, pkt, from, now_us);
		break;
	case DEMUX_DTLS:
		in_dtls(host, pkt, from, now_us);
		break;
	case DEMUX_SRTP:
		in_srtp(host, pkt, from, now_us);
		break;
	case DEMUX_NOTHING:
		drop(host, NULL, PEER_DROP_NOT_OURS);
		break;
	}
}
