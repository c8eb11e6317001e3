/* SPDX-License-Identifier: MIT */
/*
 * The DTLS client of a test client: datagrams in, datagrams out, and at the end SRTP keys. Written
 * against OpenSSL, and apart from src/dtls, so that the two ends are not wrong in the same way.
 */
#ifndef CLIENT_HANDSHAKE_H
#define CLIENT_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct handshake;

struct handshake_config {
	const char *profiles; /* use_srtp list; NULL: GCM, then AES-CM; "": no use_srtp at all */
	bool long_hello;      /* a ClientHello of two datagrams, as browsers send it */
	bool no_certificate;
	void (*send)(void *arg, const uint8_t *data, size_t len);
	void *arg;
};

int handshake_create(const struct handshake_config *config, struct handshake **ret_handshake);
void handshake_destroy(struct handshake *handshake);
/* SHA-256 of our certificate. */
const char *handshake_fingerprint(const struct handshake *handshake);
/* Sends the ClientHello. */
void handshake_start(struct handshake *handshake);
void handshake_recv(struct handshake *handshake, const uint8_t *data, size_t len);
void handshake_tick(struct handshake *handshake);
void handshake_close(struct handshake *handshake);
bool handshake_done(const struct handshake *handshake);
/* An alert or an error ended it, or the other end closed. */
bool handshake_over(const struct handshake *handshake);
bool handshake_server_is(const struct handshake *handshake, const char *fingerprint);

struct handshake_keys {
	unsigned profile; /* RFC 5764 4.1.2: 1 AES-CM, 7 GCM */
	uint8_t send[30], receive[30];
};
int handshake_keys(struct handshake *handshake, struct handshake_keys *ret_keys);

#endif
