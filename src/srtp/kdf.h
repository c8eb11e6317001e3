/* SPDX-License-Identifier: MIT */
/*
 * Session keys from a master key (RFC 3711 4.3, with the AES-CM PRF of 4.3.3 and key derivation
 * rate 0, which is what DTLS-SRTP uses). RFC 7714 11 derives for GCM in the same way, from a salt
 * of 12 bytes with two bytes of zeros behind it.
 */
#ifndef SRTP_KDF_H
#define SRTP_KDF_H

#include <stddef.h>
#include <stdint.h>

enum {
	KDF_MASTER_KEY = 16,
	KDF_MASTER_SALT = 14,
	KDF_MAX_OUT = 32,
};

/* RFC 3711 4.3.1, 4.3.2 */
enum kdf_label {
	KDF_RTP_KEY = 0,
	KDF_RTP_AUTH = 1,
	KDF_RTP_SALT = 2,
	KDF_RTCP_KEY = 3,
	KDF_RTCP_AUTH = 4,
	KDF_RTCP_SALT = 5,
};

/* `out_len` at most KDF_MAX_OUT. -ENOMEM, -EIO. */
int kdf_derive(const uint8_t key[KDF_MASTER_KEY], const uint8_t salt[KDF_MASTER_SALT],
	enum kdf_label label, uint8_t *out, size_t out_len);

#endif
