/* SPDX-License-Identifier: MIT */
#include "tests/client/client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <srtp2/srtp.h>
#include <stun/stunagent.h>
#include <stun/usages/ice.h>

#include "tests/client/handshake.h"
#include "tests/client/put.h"
#include "tests/client/wire.h"

enum {
	CHECK_FIRST_US = 50 * 1000,  /* until the first answer */
	CHECK_AFTER_US = 500 * 1000, /* to keep consent */
	ROOM = 2048,
};

struct client {
	struct client_config config;
	struct wire wire, before; /* before: as it was before client_switch(), and open still */
	char server_ip[64];
	uint16_t server_port;
	char ufrag[9], pwd[25], username[600], server_pwd[300], server_fingerprint[96];
	StunAgent stun;
	StunTransactionId check_id;
	bool check_open, connecting, checks_stopped, selected;
	uint64_t next_check_us;
	unsigned answered, conflicts, profile;
	uint64_t tie, datagrams;
	struct handshake *handshake;
	srtp_t in, out;
};

static void draw_name(char *out, size_t len)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	uint8_t bytes[32];

	if (getrandom(bytes, len, 0) != (ssize_t)len)
		abort();
	for (size_t i = 0; i < len; i++)
		out[i] = letters[bytes[i] % 36];
	out[len] = '\0';
}

void client_send_raw(struct client *client, const uint8_t *data, size_t len)
{
	wire_send(&client->wire, data, len);
}

static void send_dtls(void *arg, const uint8_t *data, size_t len)
{
	client_send_raw(arg, data, len);
}

int client_create(const struct client_config *config, struct client **ret_client)
{
	static const uint16_t known[] = {STUN_ATTRIBUTE_USERNAME, STUN_ATTRIBUTE_MESSAGE_INTEGRITY,
		STUN_ATTRIBUTE_ERROR_CODE, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS,
		STUN_ATTRIBUTE_MAPPED_ADDRESS, 0};
	struct client *client = calloc(1, sizeof(*client));
	struct handshake_config handshake = {
		.profiles = config->profiles,
		.long_hello = config->long_hello,
		.no_certificate = config->no_certificate,
		.send = send_dtls,
		.arg = client,
	};

	if (!client)
		return -ENOMEM;
	srtp_init();
	client->config = *config;
	client->before.fd = -1;
	wire_open(&client->wire);
	draw_name(client->ufrag, sizeof(client->ufrag) - 1);
	draw_name(client->pwd, sizeof(client->pwd) - 1);
	stun_agent_init(&client->stun, known, STUN_COMPATIBILITY_RFC5389,
		STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
	if (client->wire.fd < 0 || handshake_create(&handshake, &client->handshake) < 0) {
		client_destroy(client);
		return -EIO;
	}
	*ret_client = client;
	return 0;
}

void client_destroy(struct client *client)
{
	if (!client)
		return;
	wire_close(&client->wire);
	wire_close(&client->before);
	if (client->in)
		srtp_dealloc(client->in);
	if (client->out)
		srtp_dealloc(client->out);
	handshake_destroy(client->handshake);
	free(client);
}

const char *client_ufrag(const struct client *client)
{
	return client->ufrag;
}

const char *client_pwd(const struct client *client)
{
	return client->pwd;
}

const char *client_fingerprint(const struct client *client)
{
	return handshake_fingerprint(client->handshake);
}

int client_fd(const struct client *client)
{
	return client->wire.fd;
}

static void set_server(struct client *client, const char *ufrag, const char *pwd)
{
	snprintf(client->username, sizeof(client->username), "%s:%s", ufrag, client->ufrag);
	snprintf(client->server_pwd, sizeof(client->server_pwd), "%s", pwd);
	client->next_check_us = 0;
}

void client_connect(struct client *client, const char *ip, uint16_t port, const char *ufrag,
	const char *pwd, const char *fingerprint)
{
	snprintf(client->server_ip, sizeof(client->server_ip), "%s", ip);
	client->server_port = port;
	wire_connect(&client->wire, ip, port, client->config.tcp);
	snprintf(client->server_fingerprint, sizeof(client->server_fingerprint), "%s", fingerprint);
	set_server(client, ufrag, pwd);
	client->connecting = true;
}

void client_restart(struct client *client, const char *ufrag, const char *pwd)
{
	draw_name(client->ufrag, sizeof(client->ufrag) - 1);
	draw_name(client->pwd, sizeof(client->pwd) - 1);
	set_server(client, ufrag, pwd);
}

int client_take_socket_of(struct client *client, const struct client *other)
{
	int fd = dup(other->wire.fd);

	if (fd < 0)
		return -errno;
	wire_close(&client->wire);
	client->wire.fd = fd;
	client->next_check_us = 0;
	return 0;
}

void client_stop_checks(struct client *client)
{
	client->checks_stopped = true;
}

void client_resume_checks(struct client *client)
{
	client->checks_stopped = false;
}

void client_close(struct client *client)
{
	handshake_close(client->handshake);
}

static void send_check(struct client *client)
{
	/* peer-reflexive, as browsers have it: 110 for UDP, 80 for TCP */
	uint32_t priority = client->wire.tcp ? 0x50001eff : 0x6e001eff;
	StunMessage message;
	uint8_t out[600];
	size_t len;

	if (client->check_open)
		stun_agent_forget_transaction(&client->stun, client->check_id);
	len = stun_usage_ice_conncheck_create(&client->stun, &message, out, sizeof(out),
		(const uint8_t *)client->username, strlen(client->username),
		(const uint8_t *)client->server_pwd, strlen(client->server_pwd),
		!client->config.not_nominating, true, priority, 0x1122334455667788, NULL,
		STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
	stun_message_id(&message, client->check_id);
	client->check_open = true;
	client_send_raw(client, out, len);
}

int client_switch(struct client *client, bool tcp)
{
	int err;

	wire_close(&client->before);
	client->before = client->wire;
	client->wire.fd = -1;
	client->next_check_us = 0;
	err = wire_connect(&client->wire, client->server_ip, client->server_port, tcp);
	if (!err && tcp)
		send_check(client); /* nothing else may come first there */
	return err;
}

int client_move(struct client *client)
{
	int err = client_switch(client, client->wire.tcp);

	wire_close(&client->before);
	return err;
}

static void take_stun(struct client *client, const uint8_t *data, size_t len)
{
	struct sockaddr_storage mapped;
	socklen_t mapped_len = sizeof(mapped);
	StunMessage message;

	if (stun_agent_validate(&client->stun, &message, data, len, NULL, NULL) !=
		STUN_VALIDATION_SUCCESS)
		return;
	client->check_open = false;
	switch (stun_usage_ice_conncheck_process(
		&message, &mapped, &mapped_len, STUN_USAGE_ICE_COMPATIBILITY_RFC5245)) {
	case STUN_USAGE_ICE_RETURN_SUCCESS:
		client->answered++;
		if (!client->selected)
			handshake_start(client->handshake);
		client->selected = true;
		break;
	case STUN_USAGE_ICE_RETURN_ROLE_CONFLICT:
		client->conflicts++;
		break;
	default:
		break;
	}
}

static int make_srtp(const struct handshake_keys *keys, const uint8_t *key, srtp_ssrc_type_t type,
	srtp_t *ret_srtp)
{
	srtp_policy_t policy = {
		.ssrc.type = type,
		.key = (uint8_t *)(uintptr_t)key,
		.window_size = 1024,
		.allow_repeat_tx = 1, /* tests replay */
	};

	if (keys->profile == 7) {
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
	} else {
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
	}
	return srtp_create(ret_srtp, &policy) == srtp_err_status_ok ? 0 : -EIO;
}

static void take_dtls(struct client *client, const uint8_t *data, size_t len)
{
	struct handshake_keys keys;

	handshake_recv(client->handshake, data, len);
	if (!handshake_done(client->handshake) || client->in ||
		!handshake_server_is(client->handshake, client->server_fingerprint) ||
		handshake_keys(client->handshake, &keys) < 0)
		return;
	client->profile = keys.profile;
	make_srtp(&keys, keys.receive, ssrc_any_inbound, &client->in);
	make_srtp(&keys, keys.send, ssrc_any_outbound, &client->out);
}

static uint16_t u16_at(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t u32_at(const uint8_t *at)
{
	return (uint32_t)u16_at(at) << 16 | u16_at(at + 2);
}

/* Authenticated by our own server: only its lengths are looked at. */
static void take_rtp(struct client *client, uint8_t *data, size_t len)
{
	struct client_rtp rtp = {
		.marker = data[1] >> 7,
		.pt = data[1] & 0x7f,
		.seq = u16_at(data + 2),
		.timestamp = u32_at(data + 4),
		.ssrc = u32_at(data + 8),
	};
	size_t head = 12 + 4 * (size_t)(data[0] & 0x0f);

	if ((data[0] & 0x10) && head + 4 <= len)
		head += 4 + 4 * (size_t)u16_at(data + head + 2);
	if ((data[0] & 0x20) && len > head)
		len -= data[len - 1];
	if (head > len)
		return;
	rtp.payload = data + head;
	rtp.payload_len = len - head;
	if (client->config.on_rtp)
		client->config.on_rtp(client->config.arg, &rtp);
}

static void take_srtp(struct client *client, uint8_t *data, int len)
{
	if (!client->in || len < 12)
		return;
	if (data[1] >= 192 && data[1] <= 223) {
		if (srtp_unprotect_rtcp(client->in, data, &len) == srtp_err_status_ok &&
			client->config.on_rtcp)
			client->config.on_rtcp(client->config.arg, data, (size_t)len);
	} else if (srtp_unprotect(client->in, data, &len) == srtp_err_status_ok) {
		take_rtp(client, data, (size_t)len);
	}
}

void client_turn(struct client *client, uint64_t now_us)
{
	uint8_t data[ROOM];
	ssize_t len;

	while ((len = wire_recv(&client->wire, data, sizeof(data))) > 0) {
		client->datagrams++;
		if (data[0] <= 3)
			take_stun(client, data, (size_t)len);
		else if (data[0] >= 20 && data[0] <= 63)
			take_dtls(client, data, (size_t)len);
		else
			take_srtp(client, data, (int)len);
	}
	handshake_tick(client->handshake);
	if (!client->connecting || client->checks_stopped || now_us < client->next_check_us)
		return;
	send_check(client);
	client->next_check_us = now_us + (client->selected ? CHECK_AFTER_US : CHECK_FIRST_US);
}

bool client_connected(const struct client *client)
{
	return client->in && client->out;
}

bool client_over(const struct client *client)
{
	return handshake_over(client->handshake);
}

bool client_ended(const struct client *client)
{
	return client->wire.ended;
}

unsigned client_profile(const struct client *client)
{
	return client->profile;
}

unsigned client_checks_answered(const struct client *client)
{
	return client->answered;
}

unsigned client_conflicts(const struct client *client)
{
	return client->conflicts;
}

uint64_t client_datagrams(const struct client *client)
{
	return client->datagrams;
}

/* RFC 8285 4.2: one-byte elements. */
static size_t put_extensions(uint8_t *at, const struct client_rtp *rtp)
{
	uint8_t twcc[2];
	size_t len = 4;

	put_u16(at, 0xbede);
	put_u16(twcc, rtp->twcc);
	if (rtp->mid)
		len += put_element(at + len, rtp->mid_id, rtp->mid, strlen(rtp->mid));
	if (rtp->rid)
		len += put_element(at + len, rtp->rid_id, rtp->rid, strlen(rtp->rid));
	len += put_element(at + len, rtp->level_id, &rtp->level, 1);
	len += put_element(at + len, rtp->twcc_id, twcc, 2);
	while (len % 4)
		at[len++] = 0;
	put_u16(at + 2, (uint16_t)(len / 4 - 1));
	return len;
}

int client_send_rtp(struct client *client, const struct client_rtp *rtp)
{
	uint8_t data[ROOM];
	size_t len = 12;
	int in_out;

	if (!client->out)
		return -ENOTCONN;
	if (rtp->payload_len > 1300)
		return -EMSGSIZE;
	data[0] = 0x90;
	data[1] = (uint8_t)((rtp->marker ? 0x80 : 0) | rtp->pt);
	put_u16(data + 2, rtp->seq);
	put_u32(data + 4, rtp->timestamp);
	put_u32(data + 8, rtp->ssrc);
	len += put_extensions(data + len, rtp);
	memcpy(data + len, rtp->payload, rtp->payload_len);
	in_out = (int)(len + rtp->payload_len);
	if (srtp_protect(client->out, data, &in_out) != srtp_err_status_ok)
		return -EIO;
	client_send_raw(client, data, (size_t)in_out);
	return 0;
}

int client_send_rtcp(struct client *client, const uint8_t *data, size_t len)
{
	uint8_t out[ROOM];
	int in_out = (int)len;

	if (!client->out || len + 64 > sizeof(out))
		return -EINVAL;
	memcpy(out, data, len);
	if (srtp_protect_rtcp(client->out, out, &in_out) != srtp_err_status_ok)
		return -EIO;
	client_send_raw(client, out, (size_t)in_out);
	return 0;
}
