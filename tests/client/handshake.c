/* SPDX-License-Identifier: MIT */
#include "tests/client/handshake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

struct handshake {
	struct handshake_config config;
	SSL_CTX *context;
	SSL *ssl;
	BIO_METHOD *method;
	EVP_PKEY *key;
	X509 *certificate;
	char fingerprint[96];
	bool started, done, over;
	const uint8_t *in;
	size_t in_len;
};

static int bio_read(BIO *bio, char *out, int room)
{
	struct handshake *handshake = BIO_get_data(bio);
	size_t len = handshake->in_len < (size_t)room ? handshake->in_len : (size_t)room;

	BIO_clear_retry_flags(bio);
	if (!handshake->in) {
		BIO_set_retry_read(bio);
		return -1;
	}
	memcpy(out, handshake->in, len);
	handshake->in = NULL;
	return (int)len;
}

static int bio_write(BIO *bio, const char *data, int len)
{
	struct handshake *handshake = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	handshake->config.send(handshake->config.arg, (const uint8_t *)data, (size_t)len);
	return len;
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
	(void)bio;
	(void)number;
	(void)pointer;
	return command == BIO_CTRL_FLUSH;
}

static int bio_create(BIO *bio)
{
	BIO_set_init(bio, 1);
	return 1;
}

static void write_fingerprint(const X509 *certificate, char *out)
{
	unsigned char digest[32];

	X509_digest(certificate, EVP_sha256(), digest, NULL);
	for (int i = 0; i < 32; i++)
		snprintf(out + 3 * i, 96 - 3 * (size_t)i, i < 31 ? "%02X:" : "%02X", digest[i]);
}

static void make_certificate(struct handshake *handshake)
{
	handshake->key = EVP_EC_gen("P-256");
	handshake->certificate = X509_new();
	ASN1_INTEGER_set(X509_get_serialNumber(handshake->certificate), 7);
	X509_gmtime_adj(X509_getm_notBefore(handshake->certificate), -3600);
	X509_gmtime_adj(X509_getm_notAfter(handshake->certificate), 3600);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(handshake->certificate), "CN",
		MBSTRING_ASC, (const unsigned char *)"WebRTC", -1, -1, 0);
	X509_set_issuer_name(handshake->certificate, X509_get_subject_name(handshake->certificate));
	X509_set_pubkey(handshake->certificate, handshake->key);
	X509_sign(handshake->certificate, handshake->key, EVP_sha256());
	write_fingerprint(handshake->certificate, handshake->fingerprint);
}

static int take_any(X509_STORE_CTX *store, void *arg)
{
	(void)store;
	(void)arg;
	return 1; /* the caller compares fingerprints */
}

/* Protocol names that nobody speaks, until the hello needs a second datagram. */
static void lengthen_hello(SSL *ssl)
{
	unsigned char names[1400];

	for (size_t i = 0; i < sizeof(names); i += 100) {
		memset(names + i, 'x', 100);
		names[i] = 99;
	}
	SSL_set_alpn_protos(ssl, names, sizeof(names));
}

int handshake_create(const struct handshake_config *config, struct handshake **ret_handshake)
{
	struct handshake *handshake = calloc(1, sizeof(*handshake));
	const char *profiles =
		config->profiles
			? config->profiles
			: "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM";
	BIO *bio;

	if (!handshake)
		return -ENOMEM;
	handshake->config = *config;
	make_certificate(handshake);
	handshake->context = SSL_CTX_new(DTLS_client_method());
	SSL_CTX_set_cert_verify_callback(handshake->context, take_any, NULL);
	SSL_CTX_set_verify(handshake->context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_options(handshake->context, SSL_OP_NO_QUERY_MTU);
	if (!config->no_certificate) {
		SSL_CTX_use_certificate(handshake->context, handshake->certificate);
		SSL_CTX_use_PrivateKey(handshake->context, handshake->key);
	}
	if (*profiles)
		SSL_CTX_set_tlsext_use_srtp(handshake->context, profiles);
	handshake->method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "test client");
	BIO_meth_set_read(handshake->method, bio_read);
	BIO_meth_set_write(handshake->method, bio_write);
	BIO_meth_set_ctrl(handshake->method, bio_ctrl);
	BIO_meth_set_create(handshake->method, bio_create);
	bio = BIO_new(handshake->method);
	BIO_set_data(bio, handshake);
	handshake->ssl = SSL_new(handshake->context);
	SSL_set_bio(handshake->ssl, bio, bio);
	SSL_set_mtu(handshake->ssl, 1200);
	if (config->long_hello)
		lengthen_hello(handshake->ssl);
	SSL_set_connect_state(handshake->ssl);
	*ret_handshake = handshake;
	return 0;
}

void handshake_destroy(struct handshake *handshake)
{
	if (!handshake)
		return;
	SSL_free(handshake->ssl);
	SSL_CTX_free(handshake->context);
	BIO_meth_free(handshake->method);
	X509_free(handshake->certificate);
	EVP_PKEY_free(handshake->key);
	free(handshake);
}

const char *handshake_fingerprint(const struct handshake *handshake)
{
	return handshake->fingerprint;
}

static void go_on(struct handshake *handshake)
{
	uint8_t unused[256];
	int got;

	ERR_clear_error();
	got = handshake->done ? SSL_read(handshake->ssl, unused, sizeof(unused))
			      : SSL_do_handshake(handshake->ssl);
	if (!handshake->done && got == 1)
		handshake->done = true;
	else if (SSL_get_error(handshake->ssl, got) != SSL_ERROR_WANT_READ)
		handshake->over = true;
}

void handshake_start(struct handshake *handshake)
{
	handshake->started = true;
	go_on(handshake);
}

void handshake_recv(struct handshake *handshake, const uint8_t *data, size_t len)
{
	if (!handshake->started || handshake->over)
		return;
	handshake->in = data;
	handshake->in_len = len;
	go_on(handshake);
	handshake->in = NULL;
}

void handshake_tick(struct handshake *handshake)
{
	if (handshake->started && !handshake->done && !handshake->over)
		DTLSv1_handle_timeout(handshake->ssl);
}

void handshake_close(struct handshake *handshake)
{
	if (handshake->done && !handshake->over)
		SSL_shutdown(handshake->ssl);
}

bool handshake_done(const struct handshake *handshake)
{
	return handshake->done;
}

bool handshake_over(const struct handshake *handshake)
{
	return handshake->over;
}

bool handshake_server_is(const struct handshake *handshake, const char *fingerprint)
{
	X509 *certificate = SSL_get0_peer_certificate(handshake->ssl);
	char text[96];

	if (!certificate)
		return false;
	write_fingerprint(certificate, text);
	return strcmp(text, fingerprint) == 0;
}

int handshake_keys(struct handshake *handshake, struct handshake_keys *ret_keys)
{
	static const char label[] = "EXTRACTOR-dtls_srtp";
	SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(handshake->ssl);
	struct handshake_keys keys;
	uint8_t material[60];
	size_t salt;

	if (!handshake->done || !profile)
		return -ENOTCONN;
	keys.profile = (unsigned)profile->id;
	salt = keys.profile == 7 ? 12 : 14;
	if (SSL_export_keying_material(handshake->ssl, material, 2 * (16 + salt), label,
		    sizeof(label) - 1, NULL, 0, 0) != 1)
		return -EIO;
	memcpy(keys.send, material, 16);
	memcpy(keys.receive, material + 16, 16);
	memcpy(keys.send + 16, material + 32, salt);
	memcpy(keys.receive + 16, material + 32 + salt, salt);
	*ret_keys = keys;
	return 0;
}
