/* SPDX-License-Identifier: MIT */
/*
 * What is to leave the server, mail and webhooks: written in the transaction of what causes it, so
 * that it is sent if and only if that was done. src/delivery sends what is due and tells here what
 * became of it.
 *
 * waiting -> sent or failed. A row is tried again until its `until_at`, and then failed with its
 * problem; delivery_retry() makes it wait anew. The body is wiped once it is sent, since it may hold
 * a link that lets somebody in; finished rows go after DELIVERY_KEEP_MS.
 *
 * Threads: as the store. Errors: the store's, and as told.
 */
#ifndef ACADEMY_DELIVERY_H
#define ACADEMY_DELIVERY_H

#include <stdint.h>

struct store;

enum {
	DELIVERY_TARGET = 512,	     /* an address, or a webhook's URL, with the NUL */
	DELIVERY_EVENT = 48,	     /* "session.invited" */
	DELIVERY_PROBLEM = 320,	     /* one line in English, for who administers */
	DELIVERY_MAX_BODY = 2 << 20, /* bytes; a longer one is refused when it is added */
	DELIVERY_MAX_PAGE = 200,
};

#define DELIVERY_PATIENCE_MS (3 * 24 * 3600 * 1000LL)
#define DELIVERY_KEEP_MS (30 * 24 * 3600 * 1000LL)

enum delivery_kind { DELIVERY_MAIL, DELIVERY_WEBHOOK };
enum delivery_state { DELIVERY_WAITING, DELIVERY_SENT, DELIVERY_FAILED };

struct delivery_mail {
	int64_t site;
	const char *event; /* what it is about: "person.invited" */
	const char *to, *subject, *text, *language;
	const char *calendar, *method; /* iCalendar text and its METHOD (RFC 6047); NULL: none */
	const char *once; /* a second one of the same text is not written; NULL: always */
};

/* -EINVAL: what would stand in a header is no line of text. -EMSGSIZE. */
int delivery_add_mail(struct store *store, const struct delivery_mail *mail, int64_t now_ms);

struct delivery {
	int64_t site, id;
	enum delivery_kind kind;
	enum delivery_state state;
	char target[DELIVERY_TARGET], event[DELIVERY_EVENT], problem[DELIVERY_PROBLEM];
	unsigned tries;
	int64_t created_at, due_at, done_at;
};

const char *delivery_kind_name(enum delivery_kind kind);
const char *delivery_state_name(enum delivery_state state);
/* -EINVAL. */
int delivery_state_parse(const char *name, enum delivery_state *ret_state);

int delivery_get(struct store *store, int64_t site, int64_t id, struct delivery *ret_delivery);

struct delivery_query {
	int64_t after;	   /* the last of the page before; 0: from the newest on */
	const char *state; /* NULL: any */
	unsigned limit;	   /* DELIVERY_MAX_PAGE at most */
};

/* Newest first. -ENOENT: there is no row `after` (any more). */
int delivery_each(struct store *store, int64_t site, const struct delivery_query *query,
	void (*found)(const struct delivery *delivery, void *arg), void *arg);
/* -EPERM: it was sent. */
int delivery_retry(struct store *store, int64_t site, int64_t id, int64_t now_ms);

/* For who sends. Strings are good during the call. */
struct delivery_due {
	int64_t site, id, until_at;
	enum delivery_kind kind;
	const char *target, *event, *body;
	unsigned tries;
	/* of a webhook */
	int64_t webhook;
	const char *url, *secret; /* sealed */
};

/* What is due, the longest due first; of a webhook the first alone. `found` must not use the store. */
int delivery_each_due(struct store *store, enum delivery_kind kind, int64_t now_ms, unsigned limit,
	void (*found)(const struct delivery_due *due, void *arg), void *arg);
int delivery_set_sent(struct store *store, int64_t id, int64_t now_ms);
/* Tried in vain: not before `due_at` again. */
int delivery_put_off(struct store *store, int64_t id, int64_t due_at, const char *problem);
int delivery_set_failed(struct store *store, int64_t id, int64_t now_ms, const char *problem);
/* The same problem with every mail that waits. */
int delivery_note_mail(struct store *store, const char *problem);
/* Gives up what was not sent in time, and forgets what was finished long ago. */
int delivery_tidy(struct store *store, int64_t now_ms);

#endif
