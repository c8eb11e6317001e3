/* SPDX-License-Identifier: MIT */
#include "peer/path_out.h"

#include <string.h>

#include "peer/peer_priv.h"

/* Where media may go now: connected, and with the consent of whoever is there (RFC 7675). */
static const struct addr *destination(const struct peer *peer)
{
	if (peer->state != LECTERN_PEER_CONNECTED && peer->state != LECTERN_PEER_SILENT)
		return NULL;
	return ice_agent_selected(&peer->ice);
}

static uint8_t *media_room(void *arg)
{
	struct peer *peer = arg;
	const struct addr *to = destination(peer);

	return to ? udp_place(peer->host->udp, &peer->batch, to) : NULL;
}

/* The packet lies at the end of the batch, where media_room() said. Encrypt it there. */
static void media_ready(void *arg, size_t len)
{
	struct peer *peer = arg;
	uint8_t *packet = peer->batch->data + peer->batch->used;

	if (srtp_protect_rtp(peer->srtp, packet, &len, PKT_ROOM) == 0)
		udp_commit(peer->batch, len);
	else
		peer->send_refused++;
}

const struct outlet_ops path_out_media = {
	.room = media_room,
	.ready = media_ready,
};

void path_out_rtcp(void *arg, const uint8_t *data, size_t data_len)
{
	struct peer *peer = arg;
	const struct addr *to = destination(peer);
	size_t len = data_len;
	uint8_t *packet;

	if (!to || len + SRTP_TRAILER > LECTERN_MAX_PACKET)
		return;
	packet = udp_place(peer->host->udp, &peer->batch, to);
	memcpy(packet, data, len);
	if (srtp_protect_rtcp_compound(peer->srtp, packet, &len, PKT_ROOM) == 0)
		udp_commit(peer->batch, len);
	else
		peer->send_refused++;
}

void path_out_dtls(void *arg, const uint8_t *data, size_t len)
{
	struct peer *peer = arg;
	const struct addr *to = ice_agent_selected(&peer->ice);

	if (!to && peer->dtls_from.len && !peer->ice.failed)
		to = &peer->dtls_from; /* validated, only not nominated yet */
	if (!to || len > PKT_ROOM)
		return;
	memcpy(udp_place(peer->host->udp, &peer->batch, to), data, len);
	udp_commit(peer->batch, len);
}
