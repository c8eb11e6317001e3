/* SPDX-License-Identifier: MIT */
#include "peer/path_out.h"

#include <errno.h>
#include <string.h>

#include "peer/peer_priv.h"

/* Where media may go now: connected, and with the consent of whoever is there (RFC 7675). */
static const struct addr *destination(const struct peer *peer)
{
	if (peer->state != LECTERN_PEER_CONNECTED && peer->state != LECTERN_PEER_SILENT)
		return NULL;
	return ice_agent_selected(&peer->ice);
}

/* ---- one way for all that goes ---- */

/* PKT_ROOM bytes for one packet to `to`; it goes when it is committed, with all that this worker
 * sends in this turn. */
static uint8_t *place(struct peer *peer, const struct addr *to)
{
	if (to->tcp)
		return tcp_place(peer->host->tcp, to->tcp);
	return udp_place(peer->host->udp, to);
}

static void commit(struct peer *peer, const struct addr *to, size_t len)
{
	if (to->tcp)
		tcp_commit(peer->host->tcp, len);
	else
		udp_commit(peer->host->udp, len);
}

/* ---- what goes ---- */

/* Hundreds of peers are drained one after another, each with state of its own that nobody has touched
 * since its last packet: waiting for memory would be a good part of what that costs. */
static void media_soon(void *arg, unsigned turns)
{
	const struct peer *peer = arg;

	if (turns == 2) {
		cache_fetch(peer, PEER_HOT);
		return;
	}
	__builtin_prefetch(peer->srtp);
	srtp_prefetch(&peer->hot);
}

static bool media_open(void *arg)
{
	struct peer *peer = arg;

	peer->media_to = destination(peer);
	return peer->media_to;
}

static uint8_t *media_place(void *arg)
{
	struct peer *peer = arg;

	return place(peer, peer->media_to);
}

static void not_sealed(struct peer *peer, int err)
{
	enum peer_drop reason =
		err == -EEXIST || err == -ERANGE ? PEER_DROP_SENT_TWICE : PEER_DROP_NOT_SEALED;

	peer->host->drops[reason]++;
	peer->drops[reason]++;
}

/* Encrypt it where it lies. */
static void media_ready(void *arg, uint8_t *packet, size_t len)
{
	struct peer *peer = arg;
	int err = srtp_protect_rtp(peer->srtp, packet, &len, PKT_ROOM);

	if (err)
		not_sealed(peer, err);
	else
		commit(peer, peer->media_to, len);
}

const struct outlet_ops path_out_media = {
	.soon = media_soon,
	.open = media_open,
	.place = media_place,
	.ready = media_ready,
};

void path_out_rtcp(void *arg, const uint8_t *data, size_t data_len)
{
	struct peer *peer = arg;
	const struct addr *to = destination(peer);
	size_t len = data_len;
	uint8_t *packet;
	int err;

	if (!to || len + SRTP_TRAILER > LECTERN_MAX_PACKET)
		return;
	packet = place(peer, to);
	memcpy(packet, data, len);
	err = srtp_protect_rtcp_compound(peer->srtp, packet, &len, PKT_ROOM);
	if (err)
		not_sealed(peer, err);
	else
		commit(peer, to, len);
}

void path_out_dtls(void *arg, const uint8_t *data, size_t len)
{
	struct peer *peer = arg;
	const struct addr *to = ice_agent_selected(&peer->ice);

	if (!to && peer->dtls_from.len && !peer->ice.failed)
		to = &peer->dtls_from; /* validated, only not nominated yet */
	if (!to || len > PKT_ROOM)
		return;
	memcpy(place(peer, to), data, len);
	commit(peer, to, len);
}

void path_out_stun(struct peer *peer, const struct addr *to, const uint8_t *reply, size_t len)
{
	memcpy(place(peer, to), reply, len);
	commit(peer, to, len);
}
