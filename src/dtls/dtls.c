/* SPDX-License-Identifier: MIT */
#include "dtls/dtls.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "dtls/dtls_priv.h"
#include "dtls/gate.h"

enum {
	MAX_CERT_LIST = 8192, /* bytes of a handshake message that OpenSSL may hold */
	FIRST_RESEND_US = 200 * 1000,
	LAST_RESEND_US = 3 * 1000000,
	KEY_LEN = 16,
	GCM_SALT_LEN = 12, /* RFC 7714 12 */
	CM_SALT_LEN = 14,  /* RFC 3711 8.2 */
};

struct dtls_context {
	SSL_CTX *ssl;
	BIO_METHOD *bio;
	struct list half_open; /* oldest first */
	unsigned half_open_count;
};

struct dtls {
	/* given */
	struct dtls_context *context;
	dtls_send_fn *send;
	void *arg;
	char fingerprint[DTLS_FINGERPRINT];
	/* owned */
	SSL *ssl;
	/* state */
	enum dtls_state state;
	const char *reason;
	uint64_t since_us;
	struct list of_half_open;
	bool verified;
	const uint8_t *in; /* the datagram at hand, borrowed; NULL when read */
	size_t in_len;
};

/*
 * A BIO that keeps datagrams apart: a read takes the one at hand whole, a write is one datagram.
 * OpenSSL 3.0's memory BIO would run a flight's datagrams together.
 */
static int bio_read(BIO *bio, char *out, int room)
{
	struct dtls *dtls = BIO_get_data(bio);
	size_t len = dtls->in_len;

	BIO_clear_retry_flags(bio);
	if (!dtls->in) {
		BIO_set_retry_read(bio);
		return -1;
	}
	if (len > (size_t)room)
		len = (size_t)room;
	memcpy(out, dtls->in, len);
	dtls->in = NULL;
	return (int)len;
}

static int bio_write(BIO *bio, const char *data, int len)
{
	struct dtls *dtls = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	dtls->send(dtls->arg, (const uint8_t *)data, (size_t)len);
	return len;
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
	(void)bio;
	(void)number;
	(void)pointer;
	switch (command) {
	case BIO_CTRL_FLUSH:
		return 1;
	case BIO_CTRL_DGRAM_QUERY_MTU:
	case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
		return DTLS_MTU;
	default:
		return 0;
	}
}

static int bio_create(BIO *bio)
{
	BIO_set_init(bio, 1);
	return 1;
}

/*
 * N8: no explicit curves, no giant keys. The fingerprint is what names the peer, so the chain, the
 * names and the dates of the certificate mean nothing (RFC 8827 6.5).
 */
static bool key_is_sane(X509 *certificate)
{
	EVP_PKEY *key = X509_get0_pubkey(certificate);
	char group[32] = "";
	int bits = key ? EVP_PKEY_get_bits(key) : 0;

	if (!key)
		return false;
	if (EVP_PKEY_is_a(key, "RSA"))
		return bits >= 2048 && bits <= 4096;
	if (!EVP_PKEY_is_a(key, "EC") ||
		!EVP_PKEY_get_utf8_string_param(
			key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group), NULL))
		return false;
	return strcmp(group, "prime256v1") == 0 || strcmp(group, "secp384r1") == 0;
}

static int verify_certificate(X509_STORE_CTX *store, void *arg)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct dtls *dtls = SSL_get_app_data(ssl);
	X509 *certificate = X509_STORE_CTX_get0_cert(store);
	char fingerprint[DTLS_FINGERPRINT];

	(void)arg;
	if (!certificate || !key_is_sane(certificate)) {
		dtls->reason = "certificate with an unusual key";
	} else if (dtls_fingerprint_write(certificate, fingerprint) != 0 ||
		   strcmp(fingerprint, dtls->fingerprint) != 0) {
		dtls->reason = "certificate does not match the offer's fingerprint";
	} else {
		dtls->verified = true;
		X509_STORE_CTX_set_error(store, X509_V_OK);
		return 1;
	}
	X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
	return 0;
}

static int context_set_up(SSL_CTX *ssl, const struct dtls_identity *identity)
{
	SSL_CTX_set_options(ssl, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
					 SSL_OP_NO_COMPRESSION | SSL_OP_NO_QUERY_MTU |
					 SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_max_cert_list(ssl, MAX_CERT_LIST);
	SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_cert_verify_callback(ssl, verify_certificate, NULL);
	if (!SSL_CTX_set_min_proto_version(ssl, DTLS1_2_VERSION) ||
		!SSL_CTX_set_cipher_list(ssl, "ECDHE-ECDSA-AES128-GCM-SHA256:"
					      "ECDHE-ECDSA-CHACHA20-POLY1305:"
					      "ECDHE-ECDSA-AES256-GCM-SHA384") ||
		!SSL_CTX_set1_groups_list(ssl, "X25519:P-256") ||
		!SSL_CTX_use_certificate(ssl, identity->certificate) ||
		!SSL_CTX_use_PrivateKey(ssl, identity->key))
		return -EIO;
	/* 0 is success here. GCM first: browsers then take it. */
	if (SSL_CTX_set_tlsext_use_srtp(ssl, "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80"))
		return -EIO;
	return 0;
}

int dtls_context_create(const struct dtls_identity *identity, struct dtls_context **ret_context)
{
	struct dtls_context *context = calloc(1, sizeof(*context));
	int err = -ENOMEM;

	if (!context)
		return -ENOMEM;
	list_init(&context->half_open);
	context->ssl = SSL_CTX_new(DTLS_server_method());
	context->bio = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "datagram at hand");
	if (!context->ssl || !context->bio)
		goto failed;
	err = -EIO;
	if (!BIO_meth_set_read(context->bio, bio_read) ||
		!BIO_meth_set_write(context->bio, bio_write) ||
		!BIO_meth_set_ctrl(context->bio, bio_ctrl) ||
		!BIO_meth_set_create(context->bio, bio_create))
		goto failed;
	err = context_set_up(context->ssl, identity);
	if (err)
		goto failed;
	*ret_context = context;
	return 0;

failed:
	dtls_context_destroy(context);
	return err;
}

void dtls_context_destroy(struct dtls_context *context)
{
	if (!context)
		return;
	assert(context->half_open_count == 0);
	SSL_CTX_free(context->ssl);
	BIO_meth_free(context->bio);
	free(context);
}

unsigned dtls_half_open(const struct dtls_context *context)
{
	return context->half_open_count;
}

static bool is_fingerprint(const char *text)
{
	size_t len = strnlen(text, DTLS_FINGERPRINT);

	if (len != 32 * 3 - 1)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (i % 3 == 2 ? text[i] != ':' : !isxdigit((unsigned char)text[i]))
			return false;
	}
	return true;
}

int dtls_create(struct dtls_context *context, const char *fingerprint, dtls_send_fn *send,
	void *arg, struct dtls **ret_dtls)
{
	struct dtls *dtls;

	if (!is_fingerprint(fingerprint))
		return -EINVAL;
	dtls = calloc(1, sizeof(*dtls));
	if (!dtls)
		return -ENOMEM;
	dtls->context = context;
	dtls->send = send;
	dtls->arg = arg;
	dtls->reason = "";
	for (size_t i = 0; fingerprint[i]; i++)
		dtls->fingerprint[i] = (char)toupper((unsigned char)fingerprint[i]);
	list_init(&dtls->of_half_open);
	*ret_dtls = dtls;
	return 0;
}

static void leave_half_open(struct dtls *dtls)
{
	if (list_empty(&dtls->of_half_open))
		return;
	list_remove(&dtls->of_half_open);
	dtls->context->half_open_count--;
}

void dtls_destroy(struct dtls *dtls)
{
	if (!dtls)
		return;
	leave_half_open(dtls);
	SSL_free(dtls->ssl);
	free(dtls);
}

static void fail(struct dtls *dtls, const char *reason)
{
	leave_half_open(dtls);
	dtls->state = DTLS_FAILED;
	if (!*dtls->reason)
		dtls->reason = reason;
}

static unsigned next_resend_us(SSL *ssl, unsigned last_us)
{
	(void)ssl;
	if (!last_us)
		return FIRST_RESEND_US;
	return last_us >= LAST_RESEND_US / 2 ? LAST_RESEND_US : 2 * last_us;
}

static int make_association(struct dtls *dtls)
{
	BIO *bio = BIO_new(dtls->context->bio);

	dtls->ssl = SSL_new(dtls->context->ssl);
	if (!bio || !dtls->ssl) {
		BIO_free(bio);
		SSL_free(dtls->ssl);
		dtls->ssl = NULL;
		return -ENOMEM;
	}
	BIO_set_data(bio, dtls);
	SSL_set_bio(dtls->ssl, bio, bio);
	SSL_set_app_data(dtls->ssl, dtls);
	SSL_set_mtu(dtls->ssl, DTLS_MTU);
	DTLS_set_timer_cb(dtls->ssl, next_resend_us);
	SSL_set_accept_state(dtls->ssl);
	return 0;
}

/* A place among the half-open handshakes; the client sends its ClientHello again if there is none.
 */
static bool find_place(struct dtls_context *context, uint64_t now_us)
{
	struct dtls *oldest;

	if (context->half_open_count < DTLS_MAX_HALF_OPEN)
		return true;
	oldest = list_of(context->half_open.next, struct dtls, of_half_open);
	if (now_us < oldest->since_us + DTLS_EVICTABLE_US)
		return false;
	fail(oldest, "gave way to a newer handshake");
	return true;
}

static void open_association(struct dtls *dtls, uint64_t now_us)
{
	if (!find_place(dtls->context, now_us) || make_association(dtls) != 0)
		return;
	dtls->state = DTLS_HANDSHAKE;
	dtls->since_us = now_us;
	list_append(&dtls->context->half_open, &dtls->of_half_open);
	dtls->context->half_open_count++;
}

static void finish_handshake(struct dtls *dtls)
{
	if (!dtls->verified || SSL_get_verify_result(dtls->ssl) != X509_V_OK) {
		fail(dtls, "no verified certificate");
	} else if (!SSL_get_selected_srtp_profile(dtls->ssl)) {
		fail(dtls, "no common SRTP profile");
	} else {
		leave_half_open(dtls);
		dtls->state = DTLS_CONNECTED;
	}
}

static void shake_hands(struct dtls *dtls)
{
	int done = SSL_do_handshake(dtls->ssl);

	if (done == 1) {
		finish_handshake(dtls);
		return;
	}
	if (SSL_get_error(dtls->ssl, done) != SSL_ERROR_WANT_READ)
		fail(dtls, "handshake failed");
}

/* After the handshake: resends of the client's last flight, alerts, and what is of no use. */
static void read_records(struct dtls *dtls)
{
	uint8_t unused[256];
	int got;

	do {
		got = SSL_read(dtls->ssl, unused, sizeof(unused));
	} while (got > 0);
	switch (SSL_get_error(dtls->ssl, got)) {
	case SSL_ERROR_WANT_READ:
		return;
	case SSL_ERROR_ZERO_RETURN:
		dtls->state = DTLS_CLOSED;
		return;
	default:
		fail(dtls, "fatal alert");
	}
}

void dtls_recv(struct dtls *dtls, const uint8_t *data, size_t len, uint64_t now_us)
{
	if (dtls->state == DTLS_WAITING && dtls_opens(data, len))
		open_association(dtls, now_us);
	if (dtls->state != DTLS_HANDSHAKE && dtls->state != DTLS_CONNECTED)
		return;
	ERR_clear_error();
	dtls->in = data;
	dtls->in_len = len;
	if (dtls->state == DTLS_HANDSHAKE)
		shake_hands(dtls);
	else
		read_records(dtls);
	dtls->in = NULL;
	/* 33 KB of buffers for records that hardly ever come again; reading makes new ones. What
	 * OpenSSL keeps for the client's last flight, should that come again, is another 22 KB. */
	if (dtls->state == DTLS_CONNECTED)
		SSL_free_buffers(dtls->ssl);
	ERR_clear_error();
}

void dtls_tick(struct dtls *dtls, uint64_t now_us)
{
	if (dtls->state != DTLS_HANDSHAKE)
		return;
	ERR_clear_error();
	if (now_us >= dtls->since_us + DTLS_HANDSHAKE_US)
		fail(dtls, "handshake took too long");
	else if (DTLSv1_handle_timeout(dtls->ssl) < 0)
		fail(dtls, "handshake flight was never answered");
	ERR_clear_error();
}

void dtls_close(struct dtls *dtls)
{
	if (dtls->state != DTLS_CONNECTED)
		return;
	ERR_clear_error();
	read_records(dtls); /* nothing is there: it makes the buffers that were freed */
	SSL_shutdown(dtls->ssl);
	ERR_clear_error();
	dtls->state = DTLS_CLOSED;
}

enum dtls_state dtls_state(const struct dtls *dtls)
{
	return dtls->state;
}

const char *dtls_reason(const struct dtls *dtls)
{
	return dtls->reason;
}

int dtls_export_keys(struct dtls *dtls, struct dtls_keys *ret_keys)
{
	static const char label[] = "EXTRACTOR-dtls_srtp";
	struct dtls_keys keys = {0};
	uint8_t material[DTLS_MAX_KEYING];
	size_t salt_len;

	if (dtls->state != DTLS_CONNECTED)
		return -ENOTCONN;
	keys.profile = (enum dtls_profile)SSL_get_selected_srtp_profile(dtls->ssl)->id;
	salt_len = keys.profile == DTLS_AEAD_AES_128_GCM ? GCM_SALT_LEN : CM_SALT_LEN;
	keys.len = KEY_LEN + salt_len;
	if (SSL_export_keying_material(
		    dtls->ssl, material, 2 * keys.len, label, sizeof(label) - 1, NULL, 0, 0) != 1)
		return -EIO;
	/* client key, server key, client salt, server salt; the client is the other end */
	memcpy(keys.receive, material, KEY_LEN);
	memcpy(keys.send, material + KEY_LEN, KEY_LEN);
	memcpy(keys.receive + KEY_LEN, material + 2 * KEY_LEN, salt_len);
	memcpy(keys.send + KEY_LEN, material + 2 * KEY_LEN + salt_len, salt_len);
	OPENSSL_cleanse(material, sizeof(material));
	*ret_keys = keys;
	return 0;
}
