/* SPDX-License-Identifier: MIT */
#include "ingress/nack.h"

#include <string.h>

enum {
	GUARD_MAX_US = 20000,
	GUARD_STEP_US = 1000,
	RETRY_MIN_US = 20000,
};

bool nack_gap(struct nack *nack, int64_t from, int64_t to, uint64_t now_us)
{
	if (to - from > NACK_MAX - (int64_t)nack->count) {
		nack_clear(nack);
		return false;
	}
	for (int64_t seq = from; seq < to; seq++)
		nack->missing[nack->count++] =
			(struct nack_missing){.seq = seq, .since_us = now_us};
	return true;
}

static void drop(struct nack *nack, unsigned i)
{
	memmove(&nack->missing[i], &nack->missing[i + 1],
		(nack->count - i - 1) * sizeof(nack->missing[0]));
	nack->count--;
}

/* Follows the 95th percentile of how late reordered packets come: up 19 steps, down one. */
static void learn_guard(struct nack *nack, uint64_t late_us)
{
	if (late_us > GUARD_MAX_US) /* that was no reordering, or waiting for it does not pay */
		return;
	if (late_us > nack->guard_us)
		nack->guard_us += GUARD_STEP_US;
	else if (nack->guard_us > 0)
		nack->guard_us -=
			nack->guard_us < GUARD_STEP_US / 19 ? nack->guard_us : GUARD_STEP_US / 19;
}

bool nack_came(struct nack *nack, int64_t seq, enum nack_by by, uint64_t now_us)
{
	for (unsigned i = nack->count; i-- > 0;) {
		if (nack->missing[i].seq != seq)
			continue;
		if (by == NACK_BY_ITSELF || (by == NACK_BY_EITHER && !nack->missing[i].tries))
			learn_guard(nack, now_us - nack->missing[i].since_us);
		drop(nack, i);
		return true;
	}
	return false;
}

static bool hopeless(const struct nack_missing *m, uint32_t rtt_us, uint64_t now_us)
{
	uint64_t age_us = 3 * (uint64_t)rtt_us > NACK_AGE_US ? 3 * (uint64_t)rtt_us : NACK_AGE_US;

	return now_us - m->since_us > age_us || m->tries >= NACK_TRIES;
}

static bool due(
	const struct nack *nack, const struct nack_missing *m, uint32_t rtt_us, uint64_t now_us)
{
	if (m->tries == 0)
		return now_us - m->since_us >= nack->guard_us;
	return now_us - m->asked_us >= (rtt_us > RETRY_MIN_US ? rtt_us : RETRY_MIN_US);
}

size_t nack_due(struct nack *nack, uint32_t rtt_us, uint64_t now_us, uint16_t *seqs, size_t room,
	int64_t *ret_given_up)
{
	size_t n = 0;
	unsigned kept = 0;

	*ret_given_up = -1;
	for (unsigned i = 0; i < nack->count; i++) {
		struct nack_missing *m = &nack->missing[i];

		if (due(nack, m, rtt_us, now_us)) {
			if (hopeless(m, rtt_us, now_us)) {
				*ret_given_up = m->seq;
				continue;
			}
			if (n < room) {
				seqs[n++] = (uint16_t)m->seq;
				m->asked_us = now_us;
				m->tries++;
			}
		}
		nack->missing[kept++] = *m;
	}
	nack->count = kept;
	return n;
}

void nack_clear(struct nack *nack)
{
	nack->count = 0;
}
