/* SPDX-License-Identifier: MIT */
/*
 * From a proof to a cookie: what every way to sign in has in common. Private to this folder.
 *
 * `admit` (control thread) makes a struct proof and counts the attempt; `prove` (WORK_PROOF) compares
 * or hashes the password, in the time that it always takes; `run` (within the transaction) checks
 * that the account still is what was proved, asks for a second factor, and starts the sign-in; `finish`
 * makes the sign-in count and takes the attempt back if it was right.
 */
#ifndef SIGNALING_API_ENTRY_H
#define SIGNALING_API_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "academy/password.h"
#include "academy/person.h"
#include "academy/signin.h"
#include "academy/ticket.h"
#include "signaling/api/attempt.h"

struct request;
struct store;

/* In request->found, from `admit` on. */
struct proof {
	struct attempt attempt;
	char email[PERSON_EMAIL];
	bool right;
	struct account account;
	char compared[PASSWORD_HASH]; /* with what the account had; "": it had no password */
	char fresh[PASSWORD_HASH];    /* to be kept; "": nothing */
	struct ticket ticket;
	struct signin_link link;
	char signin[SIGNIN_HASH]; /* for `finish`: all others of the person are ended; "": none */
	int64_t end_person;
};

/* NULL: it was answered. */
struct proof *entry_proof(struct request *request);
/* The parameters of Argon2id, as configured. */
struct password_cost entry_cost(const struct request *request);

/*
 * WORK_PROOF. Compares `password` with the one of proof->account, or takes as long for nobody's, and
 * notes what is to be kept where that was made with other parameters.
 */
int entry_compare(struct store *store, struct request *request, const char *password);
/* WORK_PROOF. Judges and hashes a new password of proof->account. False: it was answered. */
bool entry_hash(struct request *request, const char *password);
/* In the transaction: keeps proof->fresh. -EAGAIN: the password was changed meanwhile. */
int entry_keep(struct store *store, struct request *request);

/* The first factor was right: starts the sign-in, or answers what else is needed. */
void entry_go_on(struct store *store, struct request *request, int64_t site, const char *method);
/* Starts the sign-in and answers {"n":...} with what is in `answer`, which it steals. */
void entry_start(
	struct store *store, struct request *request, struct signin_params *params, json_t *answer);
/* Control thread: the sign-in counts from now on; a right attempt is taken back. */
void entry_finish(struct request *request);
void entry_wrong(struct request *request);
/* {"recovery":[...]} */
json_t *entry_recovery(char codes[RECOVERY_CODES][RECOVERY_CODE]);
/* {"secret","uri"} for an authenticator. */
json_t *entry_setup(
	const char *issuer, const char *account, const unsigned char secret[TOTP_SECRET]);

#endif
