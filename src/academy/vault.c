/* SPDX-License-Identifier: MIT */
#include "academy/vault.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

enum {
	KEY = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
	NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
	MARK = 16,
	BASE64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING,
};

struct vault {
	unsigned char key[KEY], mark_key[KEY];
};

static int fail(int error, const char *path, const char *what, char *why)
{
	snprintf(why, VAULT_WHY, "%s: %s: %s; it seals what the database keeps secret", path, what,
		strerror(-error));
	return error;
}

/* Whole or not at all: written aside, then linked, which fails if another was quicker. */
static int make_key(const char *path, char *why)
{
	unsigned char key[KEY];
	char aside[4096];
	int fd, r = 0;

	if (snprintf(aside, sizeof(aside), "%s.XXXXXX", path) >= (int)sizeof(aside))
		return fail(-ENAMETOOLONG, path, "cannot make the key file", why);
	fd = mkostemp(aside, O_CLOEXEC); /* mode 0600 */
	if (fd < 0)
		return fail(-errno, path, "cannot make the key file", why);
	randombytes_buf(key, sizeof(key));
	if (write(fd, key, sizeof(key)) != sizeof(key) || fsync(fd) < 0)
		r = -EIO;
	if (r == 0 && link(aside, path) < 0 && errno != EEXIST)
		r = -errno;
	unlink(aside);
	close(fd);
	sodium_memzero(key, sizeof(key));
	return r < 0 ? fail(r, path, "cannot make the key file", why) : 0;
}

static int read_key(const char *path, unsigned char key[KEY], char *why)
{
	unsigned char bytes[KEY + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return errno == ENOENT ? -ENOENT
				       : fail(-errno, path, "cannot read the key file", why);
	len = read(fd, bytes, sizeof(bytes));
	close(fd);
	if (len != KEY) {
		snprintf(why, VAULT_WHY,
			"%s: this is not the key file of a Lectern; restore it from a backup",
			path);
		return -EBADMSG;
	}
	memcpy(key, bytes, KEY);
	sodium_memzero(bytes, sizeof(bytes));
	return 0;
}

int vault_open(const char *path, struct vault **ret_vault, char *why)
{
	struct vault *vault = calloc(1, sizeof(*vault));
	int r;

	static_assert(sodium_base64_ENCODED_LEN(MARK, BASE64) == VAULT_MARK, "base64url");
	if (!vault)
		return fail(-ENOMEM, path, "cannot read the key file", why);
	r = read_key(path, vault->key, why);
	if (r == -ENOENT) {
		r = make_key(path, why);
		if (r == 0)
			r = read_key(path, vault->key, why);
	}
	if (r < 0) {
		vault_close(vault);
		return r;
	}
	crypto_kdf_derive_from_key(
		vault->mark_key, sizeof(vault->mark_key), 1, "lecmarks", vault->key);
	*ret_vault = vault;
	return 0;
}

void vault_close(struct vault *vault)
{
	if (!vault)
		return;
	sodium_memzero(vault, sizeof(*vault));
	free(vault);
}

void vault_seal(
	const struct vault *vault, const char *about, const void *secret, size_t len, char *out)
{
	unsigned char bytes[NONCE + VAULT_MAX + TAG];
	unsigned long long sealed;

	assert(len <= VAULT_MAX);
	randombytes_buf(bytes, NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(bytes + NONCE, &sealed, secret, len,
		(const unsigned char *)about, strlen(about), NULL, bytes, vault->key);
	sodium_bin2base64(out, VAULT_SEALED(len), bytes, NONCE + (size_t)sealed, BASE64);
}

int vault_unseal(const struct vault *vault, const char *about, const char *sealed, void *out,
	size_t room, size_t *ret_len)
{
	unsigned char bytes[NONCE + VAULT_MAX + TAG], secret[VAULT_MAX];
	unsigned long long opened;
	size_t len;
	int r = -EBADMSG;

	if (sodium_base642bin(
		    bytes, sizeof(bytes), sealed, strlen(sealed), NULL, &len, NULL, BASE64) < 0 ||
		len < NONCE + TAG)
		return r;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(secret, &opened, NULL, bytes + NONCE,
		    len - NONCE, (const unsigned char *)about, strlen(about), bytes,
		    vault->key) == 0 &&
		opened <= room) {
		memcpy(out, secret, opened);
		*ret_len = (size_t)opened;
		r = 0;
	}
	sodium_memzero(secret, sizeof(secret));
	return r;
}

void vault_mark(
	const struct vault *vault, const char *about, const char *text, char out[VAULT_MARK])
{
	unsigned char bytes[MARK];
	crypto_generichash_state state;

	crypto_generichash_init(&state, vault->mark_key, sizeof(vault->mark_key), MARK);
	/* With its NUL, so that no two pairs run together. */
	crypto_generichash_update(&state, (const unsigned char *)about, strlen(about) + 1);
	crypto_generichash_update(&state, (const unsigned char *)text, strlen(text));
	crypto_generichash_final(&state, bytes, sizeof(bytes));
	sodium_bin2base64(out, VAULT_MARK, bytes, sizeof(bytes), BASE64);
}
