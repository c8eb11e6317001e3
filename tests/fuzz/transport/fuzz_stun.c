/* SPDX-License-Identifier: MIT */
/*
 * The way of a STUN datagram through the ICE-lite agent. The first byte chooses: even, the rest is
 * the datagram; odd, the rest is its attributes, and the header before them and a right
 * MESSAGE-INTEGRITY and FINGERPRINT behind them are put on, so that what lies behind the
 * credentials is reached too.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <stun/stunagent.h>

#include "ice/agent.h"

#define LOCAL_PWD "server-password-0123456789"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t seal(const uint8_t *attributes, size_t len, uint8_t *out, size_t room)
{
	static const uint16_t known[] = {0};
	static StunAgent agent;
	StunMessage message;

	stun_agent_init(&agent, known, STUN_COMPATIBILITY_RFC5389,
		STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
	len &= ~(size_t)3;
	if (len > 512)
		len = 512;
	if (!stun_agent_init_request(&agent, &message, out, room, STUN_BINDING))
		return 0;
	memcpy(out + 20, attributes, len);
	out[2] = (uint8_t)(len >> 8);
	out[3] = (uint8_t)len;
	if (stun_message_validate_buffer_length(out, 20 + len, true) != (int)(20 + len))
		return 20 + len;
	return stun_agent_finish_message(
		&agent, &message, (const uint8_t *)LOCAL_PWD, strlen(LOCAL_PWD));
}

static void check(const struct ice_agent *agent, const struct ice_result *result, size_t len)
{
	assert(result->reply_len <= len && result->reply_len <= STUN_MAX_REPLY);
	assert(result->authenticated || !result->path_added);
	assert(result->authenticated || !result->selected_changed);
	assert(result->authenticated == (agent->counters.checks == 1));
	if (agent->counters.malformed || agent->counters.unauthenticated)
		assert(result->reply_len == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t sealed[1024], reply[STUN_MAX_REPLY], *exact;
	struct stun_codec *codec;
	struct ice_agent agent;
	struct ice_result result;
	struct addr from;
	const char *ufrag;
	size_t len, ufrag_len;

	if (size == 0 || stun_codec_create(&codec) < 0)
		return 0;
	addr_parse("192.0.2.1", 5000, &from);
	ice_agent_init(&agent, "srvu", LOCAL_PWD, "cliu", 0);
	len = data[0] & 1 ? seal(data + 1, size - 1, sealed, sizeof(sealed)) : size - 1;
	exact = malloc(len ? len : 1); /* so that ASan sees a read past the end */
	memcpy(exact, data[0] & 1 ? sealed : data + 1, len);
	if (stun_local_ufrag(exact, len, &ufrag, &ufrag_len) == 0)
		assert(ufrag > (char *)exact && ufrag + ufrag_len < (char *)exact + len);
	result = ice_agent_recv(&agent, codec, exact, len, &from, 1, reply);
	check(&agent, &result, len);
	free(exact);
	stun_codec_destroy(codec);
	return 0;
}
