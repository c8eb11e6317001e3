/* SPDX-License-Identifier: MIT */
/*
 * How often a password may be tried, so that guessing is slow and nobody can lock others out.
 *
 * A stranger's browser is counted by its address, and by its address together with the account: a
 * guesser stops himself, at that account from there, and after many accounts everything from there.
 * Nothing is counted for an account as a whole, since that is what would lock its owner out.
 *
 * A browser in which the account was signed in before has a cookie, `lectern_device`: a random name
 * and a mark (vault.h) for each of the last accounts. It is counted by that alone, whatever strangers
 * do at the same address. What follows a right password is counted by account: who comes that far knows
 * the password.
 *
 * Each try is counted before the work is done, and taken back if it was right. Control thread, but
 * for attempt_cookie().
 */
#ifndef SIGNALING_API_ATTEMPT_H
#define SIGNALING_API_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

struct request;
struct vault;

enum {
	ATTEMPT_ACCOUNTS = 4,
	ATTEMPT_COOKIE = 22 + ATTEMPT_ACCOUNTS * 23 + 1,
	ATTEMPT_SUBJECT = 320,
};

struct attempt {
	enum { ATTEMPT_NONE, ATTEMPT_STRANGER, ATTEMPT_KNOWN, ATTEMPT_CODE } how;
	char subject[ATTEMPT_SUBJECT];
};

/* At a password of the account `email`. False: 429 was answered. */
bool attempt_password(struct request *request, struct attempt *attempt, const char *email);
/* At a second factor of the person. */
bool attempt_code(struct request *request, struct attempt *attempt, int64_t person);
/* It was right. */
void attempt_right(struct request *request, const struct attempt *attempt);

/* The cookie that makes this browser known to the account as well. */
void attempt_cookie(
	const struct vault *vault, const char *known, const char *email, char out[ATTEMPT_COOKIE]);
bool attempt_is_known(const struct vault *vault, const char *known, const char *email);

#endif
