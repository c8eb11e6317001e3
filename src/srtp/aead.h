/* SPDX-License-Identifier: MIT */
/*
 * AES-128-GCM over one packet, in place: what SRTP needs of a cipher (RFC 7714), and no more.
 *
 * Two implementations: Intel IPsec-MB (amd64; several times cheaper on packets) and OpenSSL's EVP,
 * which is there everywhere. A key lies in `key_room` bytes that the caller gives, aligned to
 * AEAD_ALIGN, and is for one direction. Nothing here allocates but key_init. A key belongs to one
 * thread; the implementations themselves are read only once aead_start() has returned.
 */
#ifndef SRTP_AEAD_H
#define SRTP_AEAD_H

#include <stddef.h>
#include <stdint.h>

enum {
	AEAD_KEY = 16,
	AEAD_IV = 12,
	AEAD_TAG = 16,
	AEAD_ALIGN = 64,
	AEAD_MAX_TEXT = 65535, /* beyond it a library may do nothing, and not say so */
};

enum aead_direction { AEAD_SEAL, AEAD_OPEN };

struct aead_text {
	const uint8_t *aad; /* authenticated only */
	size_t aad_len;
	uint8_t *data; /* authenticated and en- or decrypted */
	size_t len;    /* at most AEAD_MAX_TEXT */
};

struct aead {
	const char *name;
	size_t key_room; /* a multiple of AEAD_ALIGN */
	/* -ENOMEM, or -EIO when the library refuses. */
	int (*key_init)(void *key, enum aead_direction direction, const uint8_t bytes[AEAD_KEY]);
	/* Accepts a key of zeros, which was never begun; leaves zeros. */
	void (*key_finish)(void *key);
	/* -EIO when the library refuses. `tag` may follow the data directly. */
	int (*seal)(void *key, const uint8_t iv[AEAD_IV], const struct aead_text *text,
		uint8_t tag[AEAD_TAG]);
	/* -EBADMSG: not authentic, and the data is now of no use. */
	int (*open)(void *key, const uint8_t iv[AEAD_IV], const struct aead_text *text,
		const uint8_t tag[AEAD_TAG]);
};

/* Finds out what the CPU can do: once, before the others are called from any thread. */
void aead_start(void);

const struct aead *aead_openssl(void);
/* NULL where it was not built in, or the CPU lacks AES-NI or PCLMULQDQ. */
const struct aead *aead_ipsec_mb(void);

#endif
