/* SPDX-License-Identifier: MIT */
/*
 * One direction of a network path on a fake clock: delay, jitter (which reorders), losses single or
 * in bursts, duplicates. All chance comes from the seed, so a run can be had again.
 */
#ifndef TESTS_SIM_LINK_H
#define TESTS_SIM_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINK_PACKET = 1600, LINK_FLIGHT = 4096 };

struct link_profile {
	uint32_t delay_us, jitter_us;
	unsigned loss;	    /* of 1000, in the good state */
	unsigned burst;	    /* of 1000: chance to fall into the bad state, where 7 of 10 are lost */
	unsigned duplicate; /* of 1000 */
};

struct flight {
	uint64_t due_us;
	size_t len;
	uint8_t data[LINK_PACKET];
};

struct link {
	struct link_profile profile;
	uint64_t random;
	bool bad;
	void (*deliver)(void *arg, const uint8_t *data, size_t len, uint64_t now_us);
	void *arg;
	size_t count;
	uint64_t sent, lost;
	struct flight *flights; /* LINK_FLIGHT, by due_us */
};

void link_init(struct link *link, const struct link_profile *profile, uint64_t seed,
	void (*deliver)(void *arg, const uint8_t *data, size_t len, uint64_t now_us), void *arg);
void link_finish(struct link *link);
/* Whether it will arrive. */
bool link_send(struct link *link, const uint8_t *data, size_t len, uint64_t now_us);
void link_run(struct link *link, uint64_t now_us);

/* xorshift64*; `state` is not 0. */
uint32_t sim_random(uint64_t *state);

#endif
