/* SPDX-License-Identifier: MIT */
/*
 * What signalling would make of a client's offer: sections as a browser of this product offers them
 * (microphone, camera, screen; audio slots; video slots).
 */
#ifndef CLIENT_PARAMS_H
#define CLIENT_PARAMS_H

#include "lectern/engine.h"
#include "tests/client/client.h"

enum {
	PARAMS_OPUS = 111,
	PARAMS_VP8 = 96,
	PARAMS_VP8_RTX = 97,
	PARAMS_EXT_MID = 4,
	PARAMS_EXT_RID = 10,
	PARAMS_EXT_RRID = 11,
	PARAMS_EXT_TWCC = 3,
	PARAMS_EXT_LEVEL = 1,
};

/* SSRCs of a client: of what it sends by kind, and of the slots that we fill. */
uint32_t params_up_ssrc(unsigned client, enum lectern_kind kind);
uint32_t params_slot_ssrc(unsigned client, bool video, unsigned slot);
uint32_t params_slot_rtx_ssrc(unsigned client, unsigned slot);

/* `number` tells clients apart. The server's credentials are made from it too. */
void params_init(struct lectern_peer_params *params, const struct client *client, unsigned number,
	lectern_id room);

#endif
