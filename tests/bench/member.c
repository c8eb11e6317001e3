/* SPDX-License-Identifier: MIT */
/* A member's transport: ICE, DTLS, keys, and which way a datagram goes. */
#include "tests/bench/member.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <stun/usages/ice.h>

#include "base/rand.h"
#include "tests/bench/member_priv.h"

enum {
	CHECK_FIRST_US = 50 * 1000,   /* until the first answer */
	CHECK_AFTER_US = 4000 * 1000, /* RFC 7675 5.1: about every 5 s, here in beats of 100 ms */
	PRIORITY = 0x6e001eff,
};

static void send_raw(struct member *member, const uint8_t *data, size_t len)
{
	wire_send(member->config.wire, member->config.ip, &member->server, data, len);
}

static void send_dtls(void *arg, const uint8_t *data, size_t len)
{
	send_raw(arg, data, len);
}

static void draw_name(char *out, size_t len)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	uint8_t bytes[32];

	rand_bytes(bytes, len);
	for (size_t i = 0; i < len; i++)
		out[i] = letters[bytes[i] % 36];
	out[len] = '\0';
}

int member_create(const struct member_config *config, struct member **ret_member)
{
	static const uint16_t known[] = {STUN_ATTRIBUTE_USERNAME, STUN_ATTRIBUTE_MESSAGE_INTEGRITY,
		STUN_ATTRIBUTE_ERROR_CODE, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS,
		STUN_ATTRIBUTE_MAPPED_ADDRESS, STUN_ATTRIBUTE_PRIORITY,
		STUN_ATTRIBUTE_USE_CANDIDATE, STUN_ATTRIBUTE_ICE_CONTROLLED,
		STUN_ATTRIBUTE_ICE_CONTROLLING, 0};
	struct member *member = calloc(1, sizeof(*member));
	struct handshake_config handshake = {
		.profiles = config->suite == MEMBER_GCM ? "SRTP_AEAD_AES_128_GCM"
							: "SRTP_AES128_CM_SHA1_80",
		.long_hello = true,
		.send = send_dtls,
		.arg = member,
	};

	if (!member)
		return -ENOMEM;
	member->config = *config;
	member->ssrc = 0x40000000 + config->number;
	rand_bytes(&member->tie, sizeof(member->tie));
	draw_name(member->ufrag, sizeof(member->ufrag) - 1);
	draw_name(member->pwd, sizeof(member->pwd) - 1);
	stun_agent_init(&member->stun, known, STUN_COMPATIBILITY_RFC5389,
		STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
	if (handshake_create(&handshake, &member->handshake) < 0) {
		member_destroy(member);
		return -ENOMEM;
	}
	*ret_member = member;
	return 0;
}

void member_destroy(struct member *member)
{
	if (!member)
		return;
	for (unsigned i = 0; i < member->track_count; i++)
		free(member->tracks[i]);
	if (member->in)
		srtp_dealloc(member->in);
	srtp_session_destroy(member->out);
	handshake_destroy(member->handshake);
	publisher_destroy(member->publisher);
	free(member);
}

in_addr_t member_ip(const struct member *member)
{
	return member->config.ip;
}

void member_describe(const struct member *member, struct sdp *ret_sdp)
{
	struct in_addr ip = {member->config.ip};

	*ret_sdp = (struct sdp){.port = wire_port(member->config.wire)};
	inet_ntop(AF_INET, &ip, ret_sdp->ip, sizeof(ret_sdp->ip));
	snprintf(ret_sdp->ufrag, sizeof(ret_sdp->ufrag), "%s", member->ufrag);
	snprintf(ret_sdp->pwd, sizeof(ret_sdp->pwd), "%s", member->pwd);
	snprintf(ret_sdp->setup, sizeof(ret_sdp->setup), "active");
	snprintf(ret_sdp->fingerprint, sizeof(ret_sdp->fingerprint), "%s",
		handshake_fingerprint(member->handshake));
}

static int take_remote(struct member *member, const struct sdp *remote)
{
	member->remote = *remote;
	member->server = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(remote->port),
	};
	return inet_pton(AF_INET, remote->ip, &member->server.sin_addr) == 1 ? 0 : -EINVAL;
}

int member_connect(struct member *member, const struct sdp *remote, bool controlling)
{
	int err = take_remote(member, remote);

	if (err)
		return err;
	snprintf(member->username, sizeof(member->username), "%s:%s", remote->ufrag, member->ufrag);
	snprintf(member->expected_username, sizeof(member->expected_username), "%s:%s",
		member->ufrag, remote->ufrag);
	member->controlling = controlling;
	member->next_check_us = 0;
	member->connecting = true;
	return 0;
}

static int make_receiver(enum member_suite suite, const uint8_t *key, srtp_t *ret_srtp)
{
	srtp_policy_t policy = {
		.ssrc.type = ssrc_any_inbound,
		.key = (uint8_t *)(uintptr_t)key,
		.window_size = 4096, /* only a sample comes here, so gaps are the rule */
	};

	if (suite == MEMBER_GCM) {
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
	} else {
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
	}
	return srtp_create(ret_srtp, &policy) == srtp_err_status_ok ? 0 : -ENOMEM;
}

static int take_keys(struct member *member, const uint8_t *send_key, const uint8_t *receive_key)
{
	enum member_suite suite = member->config.suite;
	int err = make_receiver(suite, receive_key, &member->in);

	if (!err)
		err = srtp_session_create(suite == MEMBER_GCM ? SRTP_AEAD_AES_128_GCM_SUITE
							      : SRTP_AES128_CM_SHA1_80_SUITE,
			receive_key, send_key, &member->out);
	if (!err)
		member->times.connected = wire_now_ns();
	return err;
}

int member_connect_plain(struct member *member, const struct sdp *remote, const uint8_t *send_key,
	const uint8_t *receive_key)
{
	int err = take_remote(member, remote);

	return err ? err : take_keys(member, send_key, receive_key);
}

static void send_check(struct member *member)
{
	StunMessage message;
	uint8_t out[800];
	size_t len;

	if (member->check_open)
		stun_agent_forget_transaction(&member->stun, member->check_id);
	len = stun_usage_ice_conncheck_create(&member->stun, &message, out, sizeof(out),
		(const uint8_t *)member->username, strlen(member->username),
		(const uint8_t *)member->remote.pwd, strlen(member->remote.pwd),
		member->controlling, member->controlling, PRIORITY, member->tie, NULL,
		STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
	stun_message_id(&message, member->check_id);
	member->check_open = true;
	send_raw(member, out, len);
}

/* A pair is good: the one side that we are of DTLS can begin. */
static void select_pair(struct member *member)
{
	if (!member->selected)
		handshake_start(member->handshake);
	member->selected = true;
}

static void answer_check(
	struct member *member, StunMessage *request, const struct wire_datagram *datagram)
{
	struct sockaddr_storage from = {0};
	StunMessage reply;
	uint8_t out[800];
	size_t len = sizeof(out);
	bool control = member->controlling;

	memcpy(&from, &datagram->from, sizeof(datagram->from));
	stun_usage_ice_conncheck_create_reply(&member->stun, request, &reply, out, &len, &from,
		sizeof(datagram->from), &control, member->tie,
		STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
	member->controlling = control;
	if (len)
		wire_send(member->config.wire, member->config.ip, &datagram->from, out, len);
}

static void take_response(struct member *member, StunMessage *message)
{
	struct sockaddr_storage mapped;
	socklen_t mapped_len = sizeof(mapped);

	member->check_open = false;
	switch (stun_usage_ice_conncheck_process(
		message, &mapped, &mapped_len, STUN_USAGE_ICE_COMPATIBILITY_RFC5245)) {
	case STUN_USAGE_ICE_RETURN_SUCCESS:
		member->checks_answered++;
		select_pair(member);
		break;
	case STUN_USAGE_ICE_RETURN_ROLE_CONFLICT:
		member->controlling = !member->controlling;
		break;
	default:
		break;
	}
}

static void take_stun(struct member *member, const struct wire_datagram *datagram)
{
	StunDefaultValidaterData ours[] = {
		{(uint8_t *)member->expected_username, strlen(member->expected_username),
			(uint8_t *)member->pwd, strlen(member->pwd)},
		{NULL, 0, NULL, 0},
	};
	bool response = datagram->data[0] & 1; /* its key is known by its transaction */
	StunMessage message;

	if (stun_agent_validate(&member->stun, &message, datagram->data, datagram->len,
		    response ? NULL : stun_agent_default_validater,
		    ours) != STUN_VALIDATION_SUCCESS)
		return;
	if (stun_message_get_class(&message) == STUN_REQUEST)
		answer_check(member, &message, datagram);
	else
		take_response(member, &message);
}

static void take_dtls(struct member *member, const struct wire_datagram *datagram)
{
	struct handshake_keys keys;

	handshake_recv(member->handshake, datagram->data, datagram->len);
	if (handshake_over(member->handshake))
		member->over = true;
	if (!handshake_done(member->handshake) || member->in)
		return;
	if (!handshake_server_is(member->handshake, member->remote.fingerprint) ||
		handshake_keys(member->handshake, &keys) < 0 ||
		take_keys(member, keys.send, keys.receive) < 0)
		member->over = true;
}

/* RFC 7983 7, RFC 5761 4. */
void member_recv(struct member *member, const struct wire_datagram *datagram, uint64_t now_us)
{
	uint8_t first = datagram->len ? datagram->data[0] : 255;

	if (first >= 128 && first <= 191) {
		if (!member->in || datagram->len < 12)
			return;
		if (datagram->data[1] >= 192 && datagram->data[1] <= 223)
			member_take_rtcp(member, datagram, now_us);
		else
			member_take_rtp(member, datagram, now_us);
	} else if (first <= 3) {
		take_stun(member, datagram);
	} else if (first >= 20 && first <= 63) {
		take_dtls(member, datagram);
	}
}

void member_protect_and_send(struct member *member, uint8_t *packet, size_t len)
{
	if (srtp_protect_rtp(member->out, packet, &len, len + SRTP_TRAILER) == 0)
		send_raw(member, packet, len);
}

void member_send_rtcp(struct member *member, const struct writer *w)
{
	uint8_t out[WIRE_MAX_SEND];
	size_t len = w->len;

	if (!member->out || w->bad || !len || len + SRTP_TRAILER > sizeof(out))
		return;
	memcpy(out, w->data, len);
	if (srtp_protect_rtcp_compound(member->out, out, &len, sizeof(out)) == 0)
		send_raw(member, out, len);
}

void member_hurry(struct member *member, uint64_t now_us)
{
	if (member->in) {
		if (member->gaps)
			member_send_requests(member, now_us);
		return;
	}
	if (!member->connecting)
		return;
	if (!member->selected && now_us >= member->next_check_us) {
		send_check(member);
		member->next_check_us = now_us + CHECK_FIRST_US;
	}
	handshake_tick(member->handshake);
}

void member_feedback(struct member *member, uint64_t now_us)
{
	if (!member->in)
		return;
	member_send_feedback(member, now_us);
	if (member->beats++ % 10 == member->config.number % 10)
		member_send_reports(member, now_us);
	if (member->connecting && !member->checks_held && now_us >= member->next_check_us) {
		send_check(member);
		member->next_check_us = now_us + CHECK_AFTER_US;
	}
}

void member_hold_checks(struct member *member, bool hold)
{
	member->checks_held = hold;
}

bool member_connected(const struct member *member)
{
	return member->in && member->out;
}

bool member_over(const struct member *member)
{
	return member->over;
}
