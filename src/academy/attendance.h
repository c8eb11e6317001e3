/* SPDX-License-Identifier: MIT */
/*
 * What of a session reached a person, out of the ledger `attendance`.
 *
 * A moment counts once, however often it is told: two devices at the same time, a part of the
 * replay that was watched twice, a replay of what was heard live. Of a stretch during which only a
 * share of the sound arrived, that share counts; where several tell of one moment, the best of
 * them. Parts of a replay are laid back on the time at which they were recorded.
 *
 * Threads: as the store. Errors: the store's.
 */
#ifndef ACADEMY_ATTENDANCE_H
#define ACADEMY_ATTENDANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;

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

/* The union of `count` stretches, which are sorted in place, within [from_ms, to_ms). */
struct attendance_sum attendance_union(
	struct attendance_stretch *stretches, size_t count, int64_t from_ms, int64_t to_ms);

/* Everybody of whom anything is known, of what lies in [from_ms, to_ms), by person. `found` may use
 * the store. */
int attendance_each(struct store *store, int64_t site, int64_t session, int64_t from_ms,
	int64_t to_ms, void (*found)(int64_t person, const struct attendance_sum *sum, void *arg),
	void *arg);

/*
 * The part of a class that counts: of the time it was planned for, the part in which it was held;
 * if it was held at another time altogether, then that. False: it was not held, or is not over.
 */
struct session;
bool attendance_span(const struct session *session, int64_t *ret_from_ms, int64_t *ret_to_ms);

#endif
