/* SPDX-License-Identifier: MIT */
#include "ingress/redundancy.h"

#include "rtp/seq.h"

struct known {
	int64_t seq;
	uint32_t timestamp;
};

void redundancy_came(struct redundancy *r, int64_t seq, uint32_t timestamp)
{
	unsigned place = (unsigned)seq & (REDUNDANCY_REACH - 1);

	if (seq < r->came[place].seq)
		return;
	r->came[place].seq = seq;
	r->came[place].timestamp = timestamp;
}

static bool look_up(const struct redundancy *r, int64_t seq, struct known *ret_known)
{
	unsigned place = (unsigned)seq & (REDUNDANCY_REACH - 1);

	if (seq <= 0 || r->came[place].seq != seq)
		return false;
	*ret_known = (struct known){seq, r->came[place].timestamp};
	return true;
}

/* The nearest before and after `timestamp` of those up to `seq`. */
static bool neighbours(const struct redundancy *r, int64_t seq, uint32_t timestamp,
	struct known *before, struct known *after)
{
	struct known known;

	if (!look_up(r, seq, after) || timestamp_diff(after->timestamp, timestamp) <= 0)
		return false;
	for (int64_t at = seq - 1; at > seq - REDUNDANCY_REACH; at--) {
		if (!look_up(r, at, &known))
			continue;
		if (known.timestamp == timestamp) /* it came */
			return false;
		if (timestamp_diff(known.timestamp, timestamp) < 0) {
			*before = known;
			return true;
		}
		*after = known;
	}
	return false;
}

/* Where it lies if the packets between the two are equally long; negative: they are not. */
static int64_t divide(const struct known *before, const struct known *after, uint32_t timestamp)
{
	uint32_t count = (uint32_t)(after->seq - before->seq);
	uint32_t span = after->timestamp - before->timestamp;
	uint32_t step = span / count;

	if (span % count || step == 0 || (timestamp - before->timestamp) % step)
		return -1;
	return before->seq + (timestamp - before->timestamp) / step;
}

bool redundancy_find(const struct redundancy *r, int64_t seq, uint32_t timestamp, unsigned back,
	int64_t *ret_seq)
{
	struct known before, after;
	int64_t found;

	if (!neighbours(r, seq, timestamp, &before, &after))
		return false;
	found = divide(&before, &after, timestamp);
	if (found < 0)
		found = after.seq - before.seq == 2 ? before.seq + 1 : seq - back;
	if (found <= before.seq || found >= after.seq)
		return false;
	*ret_seq = found;
	return true;
}
