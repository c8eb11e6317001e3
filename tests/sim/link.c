/* SPDX-License-Identifier: MIT */
#include "link.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

uint32_t sim_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)((*state * 0x2545f4914f6cdd1d) >> 32);
}

void link_init(struct link *link, const struct link_profile *profile, uint64_t seed,
	void (*deliver)(void *arg, const uint8_t *data, size_t len, uint64_t now_us), void *arg)
{
	*link = (struct link){.profile = *profile, .random = seed, .deliver = deliver, .arg = arg};
	link->flights = calloc(LINK_FLIGHT, sizeof(link->flights[0]));
	assert(link->flights);
}

void link_finish(struct link *link)
{
	free(link->flights);
}

static bool chance(struct link *link, unsigned per_thousand)
{
	return sim_random(&link->random) % 1000 < per_thousand;
}

static bool lose(struct link *link)
{
	if (link->bad)
		link->bad = !chance(link, 250);
	else
		link->bad = chance(link, link->profile.burst);
	return chance(link, link->bad ? 700 : link->profile.loss);
}

static void enqueue(struct link *link, const uint8_t *data, size_t len, uint64_t now_us)
{
	uint32_t jitter = link->profile.jitter_us;
	uint64_t due_us =
		now_us + link->profile.delay_us + (jitter ? sim_random(&link->random) % jitter : 0);
	size_t at = link->count;

	assert(link->count < LINK_FLIGHT && len <= LINK_PACKET);
	while (at > 0 && link->flights[at - 1].due_us > due_us)
		at--;
	memmove(&link->flights[at + 1], &link->flights[at],
		(link->count - at) * sizeof(link->flights[0]));
	link->flights[at].due_us = due_us;
	link->flights[at].len = len;
	memcpy(link->flights[at].data, data, len);
	link->count++;
}

bool link_send(struct link *link, const uint8_t *data, size_t len, uint64_t now_us)
{
	link->sent++;
	if (lose(link)) {
		link->lost++;
		return false;
	}
	enqueue(link, data, len, now_us);
	if (chance(link, link->profile.duplicate))
		enqueue(link, data, len, now_us);
	return true;
}

void link_run(struct link *link, uint64_t now_us)
{
	struct flight first;

	while (link->count && link->flights[0].due_us <= now_us) {
		first = link->flights[0];
		link->count--;
		memmove(&link->flights[0], &link->flights[1],
			link->count * sizeof(link->flights[0]));
		link->deliver(link->arg, first.data, first.len, now_us);
	}
}
