/* SPDX-License-Identifier: MIT */
/*
 * What of a session reached a person, out of the ledger `attendance`.
 *
 * A moment counts once, however often it is told: two devices at the same time, a part of the
 * replay that was watched twice, a replay of what was heard live. Of a stretch during which only a
 * share of the sound arrived, that share counts; where several tell of one moment, the best of
 * them. While nothing was to be heard, one who was there heard it. Parts of a replay are laid back on the time at which they were recorded.
 *
 * Threads: as the store. Errors: the store's.
 */
#ifndef ACADEMY_ATTENDANCE_H
#define ACADEMY_ATTENDANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

enum attendance_kind {
	ATTENDANCE_JOIN,
	ATTENDANCE_LEAVE,
	ATTENDANCE_PRESENT, /* the link lived from from_ms to to_ms */
	ATTENDANCE_REPLAY,  /* this part of the recording was played */
};

/* The better the lower. */
enum attendance_link {
	ATTENDANCE_LINK_NONE,
	ATTENDANCE_LINK_GOOD,
	ATTENDANCE_LINK_WEAK,
	ATTENDANCE_LINK_POOR,
};

const char *attendance_link_name(enum attendance_link link); /* "", "good", "weak", "poor" */

/* A line of the ledger; what it says is in migration 0008. */
struct attendance_row {
	int64_t site, session, person;
	enum attendance_kind kind;
	int64_t at, from_ms, to_ms;
	int64_t sent_ms, heard_ms;
	enum attendance_link link; /* the worst of the time */
	unsigned rtt_ms, loss_permille;
};

/* All or nothing. */
int attendance_add(struct store *store, const struct attendance_row *rows, size_t count);

struct attendance_sum {
	int64_t live_ms;   /* heard in class */
	int64_t replay_ms; /* seen in the replay */
	int64_t either_ms; /* one or the other */
};

/* The stretch [from_ms, to_ms) in absolute time, of which got_ms reached them. */
struct attendance_stretch {
	int64_t from_ms, to_ms, got_ms;
	bool replay;
};

/* The union of `count` stretches, which it uses up, within [from_ms, to_ms). */
struct attendance_sum attendance_union(
	struct attendance_stretch *stretches, size_t count, int64_t from_ms, int64_t to_ms);

/* Everybody (person 0), or one, of whom anything is known, of what lies in [from_ms, to_ms), by
 * person. `found` may use the store. */
int attendance_each(struct store *store, int64_t site, int64_t session, int64_t person,
	int64_t from_ms, int64_t to_ms,
	void (*found)(int64_t person, const struct attendance_sum *sum, void *arg), void *arg);

/*
 * The part of a class that counts: of the time it was planned for, the part in which it was held;
 * if it was held at another time altogether, then that. False: it was not held, or is not over.
 */
struct session;
bool attendance_span(const struct session *session, int64_t *ret_from_ms, int64_t *ret_to_ms);

#endif
