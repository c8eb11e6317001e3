/* SPDX-License-Identifier: MIT */
/*
 * Webhooks: programs of a site that are told by an HTTP request when something happened there.
 *
 * webhook_tell_...() belongs into the transaction of what it tells: it writes one delivery for each
 * webhook of the site that listens. Whoever is told knows that it was us by a signature
 * (src/delivery/hook.h) under a secret that is shown once, and is sealed in the database.
 *
 * One that took nothing for WEBHOOK_PATIENCE_MS is disabled, with what was wrong, and what waits
 * for it is given up; webhook_change() enables it again.
 *
 * Threads: as the store. Errors: the store's, and as told.
 */
#ifndef ACADEMY_WEBHOOK_H
#define ACADEMY_WEBHOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "academy/delivery.h"

struct store;
struct vault;

enum webhook_event {
	WEBHOOK_RECORDING_FAILED,
	WEBHOOK_RECORDING_READY,
	WEBHOOK_SESSION_CANCELLED,
	WEBHOOK_SESSION_CHANGED,
	WEBHOOK_SESSION_CREATED,
	WEBHOOK_SESSION_ENDED,
	WEBHOOK_SESSION_OPENED,
	WEBHOOK_EVENTS
};

enum {
	WEBHOOK_URL = DELIVERY_TARGET,
	WEBHOOK_SECRET = 50, /* "whsec_" and base64url of 32 bytes, with the NUL */
	WEBHOOK_MAX_PER_SITE = 100,
};

#define WEBHOOK_PATIENCE_MS (3 * 24 * 3600 * 1000LL)

struct webhook {
	int64_t site, id, created_by, created_at;
	char url[WEBHOOK_URL];
	unsigned events;		/* 1 << enum webhook_event */
	int64_t failing_since;		/* 0: the last one was taken */
	int64_t disabled_at;		/* 0: it is not */
	char problem[DELIVERY_PROBLEM]; /* "" */
};

/* "session.created" */
const char *webhook_event_name(enum webhook_event event);
/* -EINVAL. */
int webhook_event_parse(const char *name, enum webhook_event *ret_event);
/* Of http or https, with a host and without a name or password. */
bool webhook_url_is_good(const char *url);

struct webhook_params {
	int64_t site, person;
	const char *url;
	unsigned events;
};

/* -EDQUOT: the site has WEBHOOK_MAX_PER_SITE. */
int webhook_add(struct store *store, const struct vault *vault, const struct webhook_params *params,
	int64_t now_ms, int64_t *ret_id, char secret[WEBHOOK_SECRET]);
int webhook_get(struct store *store, int64_t site, int64_t id, struct webhook *ret_webhook);
/* By the time they were made. */
int webhook_each(struct store *store, int64_t site,
	void (*found)(const struct webhook *webhook, void *arg), void *arg);
/* Address and events as in `webhook`, and whether it is disabled; what was wrong is forgotten. */
int webhook_change(struct store *store, const struct webhook *webhook, int64_t now_ms);
int webhook_remove(struct store *store, int64_t site, int64_t id, int64_t now_ms);
/* The secret of the sealed text that the webhook has. -EBADMSG. */
int webhook_secret(
	const struct vault *vault, int64_t id, const char *sealed, char secret[WEBHOOK_SECRET]);

/* Of a change to several sessions of a series the first one is told. */
int webhook_tell_session(struct store *store, enum webhook_event event, int64_t site,
	int64_t session, int64_t now_ms);
int webhook_tell_recording(struct store *store, enum webhook_event event, int64_t site,
	int64_t recording, int64_t now_ms);

/* For who sends: it took one; it did not, and nothing is sent to it before `until`. */
int webhook_took(struct store *store, int64_t id);
int webhook_failed(
	struct store *store, int64_t id, int64_t until, const char *problem, int64_t now_ms);
/* How often in a row it failed. */
int webhook_failures(struct store *store, int64_t id, unsigned *ret_failures);

#endif
