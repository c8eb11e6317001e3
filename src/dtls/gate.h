/* SPDX-License-Identifier: MIT */
/*
 * What may make us build a DTLS association at all: a datagram that begins with an epoch-0
 * handshake record in which a ClientHello, or a fragment of one, begins (RFC 6347 4.1, 4.2.2).
 * Everything else that comes before there is an association is dropped without a byte of OpenSSL
 * having run.
 */
#ifndef DTLS_GATE_H
#define DTLS_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool dtls_opens(const uint8_t *data, size_t len);

#endif
