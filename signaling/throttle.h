/* SPDX-License-Identifier: MIT */
/*
 * How often somebody may fail: at a token, a link, a password, a second factor.
 *
 * Each kind has a limit: THROTTLE_... failures at once, and one more each time its span has gone by
 * (a token bucket, kept as the moment at which it is full again). Failures are counted by who they
 * come from, an address (of IPv6 its /64, which is what one customer has), and by what they are
 * about, the subject; either may be left out:
 *
 *   address, no subject    guesses from one place; an academy behind one NAT shares this
 *   address and subject    one place at one account: stops a guesser and nobody else, whoever shares
 *                          the account or the address
 *   no address, a subject  an account from everywhere. Whoever knows its name could lock its owner
 *                          out, so such a kind is only for what follows a right password, or for
 *                          those that throttle_trusts() does not know
 *
 * Where an attempt takes time and must not be made many times at once (a password), throttle_take()
 * before it and throttle_give() if it was right; else throttle_wait() before and throttle_take()
 * once it was wrong. Who was right once is trusted by throttle_trust(), with that address and subject,
 * so that a flood from behind the same NAT does not keep out who was there before.
 *
 * Memory: THROTTLE_ENTRIES a kind, taken at the start; the one that was used longest ago makes way, and
 * a flood of one kind displaces nothing of another. Nothing outlives the process. Addresses and
 * subjects are kept as keyed hashes only. Reads no clock: now_ms never runs backwards. Control thread.
 */
#ifndef SIGNALING_THROTTLE_H
#define SIGNALING_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

struct addr;
struct throttle;

enum throttle_kind {
	THROTTLE_STREAM,  /* wrong tokens of WHIP and WHEP, by address */
	THROTTLE_LINK,	  /* unknown links to sign in, by address */
	THROTTLE_GUESS,	  /* passwords in vain, by address */
	THROTTLE_ACCOUNT, /* the same, by address and account */
	THROTTLE_DEVICE,  /* the same, by a browser that signed in to the account before */
	THROTTLE_CODE,	  /* second factors after a right password, by account */
	THROTTLE_VERIFY,  /* unknown numbers of certificates, by address */
	THROTTLE_KINDS,
};

enum { THROTTLE_ENTRIES = 4096 };

#define THROTTLE_TRUST_MS (12 * 3600 * 1000LL)

/* A word for the log. */
const char *throttle_name(enum throttle_kind kind);

/* NULL: out of memory. */
struct throttle *throttle_create(void);
/* Accepts NULL. */
void throttle_destroy(struct throttle *throttle);

/* `from` is an address whose port does not count, or NULL; `subject` text, or NULL. */
struct throttle_who {
	const struct addr *from;
	const char *subject;
};

/* 0: may try now; else in how many ms. Counts nothing. */
int64_t throttle_wait(const struct throttle *throttle, enum throttle_kind kind,
	struct throttle_who who, int64_t now_ms);
/* The same, and counts a failure if it is 0. */
int64_t throttle_take(struct throttle *throttle, enum throttle_kind kind, struct throttle_who who,
	int64_t now_ms);
/* It was none: takes back what throttle_take() counted. */
void throttle_give(struct throttle *throttle, enum throttle_kind kind, struct throttle_who who,
	int64_t now_ms);

/* Was right with this subject from this address: known for THROTTLE_TRUST_MS from now on. */
void throttle_trust(struct throttle *throttle, enum throttle_kind kind, struct throttle_who who,
	int64_t now_ms);
bool throttle_trusts(const struct throttle *throttle, enum throttle_kind kind,
	struct throttle_who who, int64_t now_ms);

/* Whether it is time for a line in the log: once a minute for each kind, whoever asks. */
bool throttle_tells(struct throttle *throttle, enum throttle_kind kind, int64_t now_ms);

#endif
