/* SPDX-License-Identifier: MIT */
#include "ice/stun.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <stun/stunagent.h>
#include <stun/usages/ice.h>

enum { HMAC_SHA1_LEN = 20 };

/* Attributes that must be understood (type < 0x8000) and are. */
static const uint16_t known_attributes[] = {
	STUN_ATTRIBUTE_USERNAME,
	STUN_ATTRIBUTE_MESSAGE_INTEGRITY,
	STUN_ATTRIBUTE_PRIORITY,
	STUN_ATTRIBUTE_USE_CANDIDATE,
	0,
};

struct stun_codec {
	StunAgent agent;
	/* of the last request: StunMessage points into its bytes */
	StunMessage request;
	enum stun_outcome outcome;
	size_t request_len;
};

int stun_codec_create(struct stun_codec **ret_codec)
{
	struct stun_codec *codec = calloc(1, sizeof(*codec));

	if (!codec)
		return -ENOMEM;
	stun_agent_init(&codec->agent, known_attributes, STUN_COMPATIBILITY_RFC5389,
		STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
	codec->outcome = STUN_MALFORMED;
	*ret_codec = codec;
	return 0;
}

void stun_codec_destroy(struct stun_codec *codec)
{
	free(codec);
}

/* True if `message` is set to a whole binding request. libnice only ever reads it. */
static bool is_request(const uint8_t *data, size_t len, StunMessage *message)
{
	if (len > STUN_MAX_MESSAGE ||
		stun_message_validate_buffer_length(data, len, true) != (int)len)
		return false;
	*message = (StunMessage){.buffer = (uint8_t *)(uintptr_t)data, .buffer_len = len};
	return stun_message_get_class(message) == STUN_REQUEST &&
	       stun_message_get_method(message) == STUN_BINDING;
}

int stun_local_ufrag(const uint8_t *data, size_t len, const char **ret_ufrag, size_t *ret_len)
{
	StunMessage message;
	uint16_t name_len = 0;
	const char *name, *colon;

	if (!is_request(data, len, &message))
		return -EBADMSG;
	name = stun_message_find(&message, STUN_ATTRIBUTE_USERNAME, &name_len);
	colon = name ? memchr(name, ':', name_len) : NULL;
	if (!colon || colon == name || colon - name > LECTERN_MAX_UFRAG)
		return -EBADMSG;
	*ret_ufrag = name;
	*ret_len = (size_t)(colon - name);
	return 0;
}

struct expected {
	const char *username, *password;
};

static bool find_password(StunAgent *agent, StunMessage *message, uint8_t *username,
	uint16_t username_len, uint8_t **password, size_t *password_len, void *arg)
{
	const struct expected *expected = arg;

	(void)agent;
	(void)message;
	if (!username || username_len != strlen(expected->username) ||
		memcmp(username, expected->username, username_len) != 0)
		return false;
	*password = (uint8_t *)(uintptr_t)expected->password;
	*password_len = strlen(expected->password);
	return true;
}

/* libnice 0.1.21 compares 20 bytes whatever the length of the attribute says. */
static bool has_whole_integrity(const StunMessage *message)
{
	uint16_t len = 0;

	return stun_message_find(message, STUN_ATTRIBUTE_MESSAGE_INTEGRITY, &len) &&
	       len == HMAC_SHA1_LEN;
}

static enum stun_outcome validate(struct stun_codec *codec, const uint8_t *data, size_t len,
	const char *username, const char *password)
{
	struct expected expected = {username, password};
	uint64_t tie_breaker;

	if (!is_request(data, len, &codec->request))
		return STUN_MALFORMED;
	if (!has_whole_integrity(&codec->request))
		return STUN_UNAUTHENTICATED;
	switch (stun_agent_validate(
		&codec->agent, &codec->request, data, len, find_password, &expected)) {
	case STUN_VALIDATION_SUCCESS:
		break;
	case STUN_VALIDATION_UNKNOWN_REQUEST_ATTRIBUTE:
		return STUN_UNKNOWN;
	case STUN_VALIDATION_UNAUTHORIZED:
	case STUN_VALIDATION_UNAUTHORIZED_BAD_REQUEST:
		return STUN_UNAUTHENTICATED;
	default:
		return STUN_MALFORMED;
	}
	/* RFC 8445 6.1.1: with a lite end the full one is controlling, whatever the tie-breaker. */
	if (stun_message_find64(&codec->request, STUN_ATTRIBUTE_ICE_CONTROLLED, &tie_breaker) ==
		STUN_MESSAGE_RETURN_SUCCESS)
		return STUN_CONFLICT;
	return STUN_OK;
}

struct stun_request stun_request_read(struct stun_codec *codec, const uint8_t *data, size_t len,
	const char *username, const char *password)
{
	struct stun_request request = {0};

	request.outcome = codec->outcome = validate(codec, data, len, username, password);
	codec->request_len = len;
	if (request.outcome == STUN_OK) {
		request.priority = stun_usage_ice_conncheck_priority(&codec->request);
		request.use_candidate = stun_usage_ice_conncheck_use_candidate(&codec->request);
	}
	return request;
}

static size_t write_success(
	struct stun_codec *codec, const struct addr *from, uint8_t *out, size_t room)
{
	struct sockaddr_storage mapped = {0};
	StunMessage reply;

	memcpy(&mapped, &from->u, from->len);
	if (!stun_agent_init_response(&codec->agent, &reply, out, room, &codec->request) ||
		stun_message_append_xor_addr(&reply, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, &mapped,
			from->len) != STUN_MESSAGE_RETURN_SUCCESS)
		return 0;
	return stun_agent_finish_message(&codec->agent, &reply, NULL, 0);
}

static size_t write_conflict(struct stun_codec *codec, uint8_t *out, size_t room)
{
	StunMessage reply;

	if (!stun_agent_init_error(
		    &codec->agent, &reply, out, room, &codec->request, STUN_ERROR_ROLE_CONFLICT))
		return 0;
	return stun_agent_finish_message(&codec->agent, &reply, NULL, 0);
}

static size_t write_unknown(struct stun_codec *codec, uint8_t *out, size_t room)
{
	StunMessage reply;

	return stun_agent_build_unknown_attributes_error(
		&codec->agent, &reply, out, room, &codec->request);
}

size_t stun_reply_write(
	struct stun_codec *codec, const struct addr *from, uint8_t *out, size_t room)
{
	size_t len = 0;

	if (room > codec->request_len)
		room = codec->request_len;
	if (codec->outcome == STUN_OK)
		len = write_success(codec, from, out, room);
	else if (codec->outcome == STUN_CONFLICT)
		len = write_conflict(codec, out, room);
	else if (codec->outcome == STUN_UNKNOWN)
		len = write_unknown(codec, out, room);
	codec->outcome = STUN_MALFORMED; /* one answer for each request */
	return len;
}
