/* SPDX-License-Identifier: MIT */
/*
 * DTLS 1.2 for SRTP keys (RFC 5764), always as the server, on OpenSSL.
 *
 * A dtls_context belongs to one worker: the settings, and the handshakes that are under way. A dtls
 * belongs to one peer, which hands it datagrams only from addresses that ICE has validated. It
 * takes bytes and the time and gives bytes through `send`; it opens no socket. OpenSSL's own clock
 * decides which flight is due again (it reads the time itself, there is no other way); dtls_tick()
 * only asks.
 *
 * The client must show a certificate whose SHA-256 is the fingerprint of its offer; the handshake
 * ends with an alert before anything of an unknown certificate is used, and no keys are exported.
 *
 * Limits: DTLS_MAX_HALF_OPEN handshakes of a worker at once, DTLS_HANDSHAKE_US for each, 8 KiB of
 * handshake message (CVE-2026-95690). After the handshake records only matter for a lost last
 * flight and for close_notify. No tickets, no renegotiation, no application data.
 */
#ifndef DTLS_DTLS_H
#define DTLS_DTLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "dtls/identity.h"

enum {
	DTLS_MTU = 1200,
	DTLS_MAX_HALF_OPEN = 64,
	DTLS_HANDSHAKE_US = 10 * 1000000,
	DTLS_EVICTABLE_US = 2 * 1000000, /* an older half-open handshake gives way to a new one */
	DTLS_MAX_KEYING = 60,		 /* two keys of 16 and two salts of 14 bytes */
};

struct dtls_context;
struct dtls;

enum dtls_profile { /* RFC 5764 4.1.2, RFC 7714 14.2 */
	DTLS_AES128_CM_SHA1_80 = 0x0001,
	DTLS_AEAD_AES_128_GCM = 0x0007,
};

enum dtls_state {
	DTLS_WAITING = 0, /* no ClientHello yet: nothing is allocated */
	DTLS_HANDSHAKE,
	DTLS_CONNECTED,
	DTLS_CLOSED, /* by them */
	DTLS_FAILED,
};

/* RFC 5764 4.2: key then salt, of the client (receiving) and the server (sending). */
struct dtls_keys {
	enum dtls_profile profile;
	size_t len; /* of each: 16 + 12 for GCM, 16 + 14 for AES-CM */
	uint8_t receive[DTLS_MAX_KEYING / 2], send[DTLS_MAX_KEYING / 2];
};

typedef void(dtls_send_fn)(void *arg, const uint8_t *data, size_t len);

/* Borrows `identity` until it is destroyed. */
int dtls_context_create(const struct dtls_identity *identity, struct dtls_context **ret_context);
/* Accepts NULL. Every dtls of it is destroyed already. */
void dtls_context_destroy(struct dtls_context *context);
unsigned dtls_half_open(const struct dtls_context *context);

/* `fingerprint` as in dtls_identity_fingerprint(). -EINVAL: not one; -ENOMEM. */
int dtls_create(struct dtls_context *context, const char *fingerprint, dtls_send_fn *send,
	void *arg, struct dtls **ret_dtls);
/* Accepts NULL. Sends nothing. */
void dtls_destroy(struct dtls *dtls);

void dtls_recv(struct dtls *dtls, const uint8_t *data, size_t len, uint64_t now_us);
/* Sends a flight again when it is due; ends a handshake that took too long. Call it every 50 ms. */
void dtls_tick(struct dtls *dtls, uint64_t now_us);
/* Sends close_notify if connected. */
void dtls_close(struct dtls *dtls);
enum dtls_state dtls_state(const struct dtls *dtls);
/* Why it failed, for a log; never NULL. */
const char *dtls_reason(const struct dtls *dtls);
/* -ENOTCONN unless connected. */
int dtls_export_keys(struct dtls *dtls, struct dtls_keys *ret_keys);

#endif
