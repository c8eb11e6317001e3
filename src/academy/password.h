/* SPDX-License-Identifier: MIT */
/*
 * Passwords: Argon2id by crypto_pwhash_str() of libsodium, whose string tells its own parameters.
 *
 * password_hash() and password_matches() take tens of milliseconds and password_cost.memory_kib of
 * memory: never on the control thread, never in a transaction. Where there is no password to compare
 * with, password_waste() takes as long, so that nobody learns from the time who has an account.
 * No state; any thread. -ENOMEM: no memory for it.
 */
#ifndef ACADEMY_PASSWORD_H
#define ACADEMY_PASSWORD_H

#include <stdbool.h>

enum {
	PASSWORD_MIN = 10,  /* characters */
	PASSWORD_MAX = 256, /* bytes, with the NUL */
	PASSWORD_HASH = 128,
	PASSWORD_MEMORY_KIB = 19456, /* by default: 19 MiB and 2 passes */
	PASSWORD_PASSES = 2,
};

struct password_cost {
	unsigned memory_kib, passes;
};

/*
 * NULL: it will do; else why not, in English. `email` and `name` are those of the person: neither
 * they nor a few characters over and over are a password.
 */
const char *password_judge(const char *password, const char *email, const char *name);

int password_hash(const struct password_cost *cost, const char *password, char out[PASSWORD_HASH]);
/* 1 or 0. */
int password_matches(const char *hash, const char *password);
void password_waste(const struct password_cost *cost, const char *password);
/* Made with other parameters than `cost`: to be made anew when the password is there. */
bool password_is_outdated(const struct password_cost *cost, const char *hash);

#endif
