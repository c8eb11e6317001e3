/* SPDX-License-Identifier: MIT */
/*
 * The same session on libsrtp, for AES-CM with HMAC-SHA1 (RFC 3711): rare with browsers of today,
 * so that it has to be right and not fast. It can do GCM too, which is what gcm.h is compared with
 * in tests. Between libsrtp_start() and libsrtp_stop(); ownership, limits and errors are those of
 * session.h.
 */
#ifndef SRTP_LIBSRTP_H
#define SRTP_LIBSRTP_H

#include <stddef.h>
#include <stdint.h>

#include "srtp/session.h"

struct libsrtp;

int libsrtp_start(void);
void libsrtp_stop(void);

int libsrtp_create(enum srtp_suite suite, const uint8_t *receive_key, const uint8_t *send_key,
	struct libsrtp **ret_libsrtp);
/* Accepts NULL. */
void libsrtp_destroy(struct libsrtp *libsrtp);

int libsrtp_open_rtp(struct libsrtp *libsrtp, uint8_t *packet, size_t *len);
int libsrtp_open_rtcp(struct libsrtp *libsrtp, uint8_t *packet, size_t *len);
int libsrtp_seal_rtp(struct libsrtp *libsrtp, uint8_t *packet, size_t *len, size_t room);
int libsrtp_seal_rtcp(struct libsrtp *libsrtp, uint8_t *packet, size_t *len, size_t room);

#endif
