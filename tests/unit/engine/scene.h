/* SPDX-License-Identifier: MIT */
/*
 * An engine, a room and a few members, each a test client over UDP on loopback: what the tests of
 * the engine have in common. Everything runs on the test's thread; only the workers have their own.
 */
#ifndef TESTS_ENGINE_SCENE_H
#define TESTS_ENGINE_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "lectern/engine.h"
#include "tests/client/client.h"
#include "tests/client/params.h"

enum { MEMBERS = 4, KEPT = 4096, PATIENCE_S = 30, PACE_US = 5000 };

struct kept {
	uint32_t ssrc, timestamp;
	uint16_t seq;
	uint8_t pt;
	size_t len;
	uint8_t payload[1400];
};

struct member {
	unsigned number;
	struct client *client;
	lectern_id id;
	struct kept *kept;
	unsigned kept_count;
	unsigned plis;
	unsigned byes; /* streams that ended */
	/* what it sends */
	uint16_t mic_seq, camera_seq, picture, twcc;
	uint32_t mic_timestamp, camera_timestamp, seed;
	/* what the engine says of it */
	enum lectern_peer_state state;
	bool flowing[LECTERN_KINDS];
	unsigned links;
	uint32_t up_bps;
};

struct fixture {
	struct lectern_engine *engine;
	int wake_fd;
	lectern_id room;
	struct member members[MEMBERS];
	bool tap_connected;
	unsigned heard_count;
	lectern_id heard[LECTERN_AUDIO_SLOTS], speaker;
};

/* Runs tests on engines of 1, 2 and 3 workers, among which their members are spread. */
#define SCENE_RUN(tests)                                                                           \
	({                                                                                         \
		static const char *const names[] = {"1 worker", "2 workers", "3 workers"};         \
		int failed = 0;                                                                    \
		for (unsigned count = 1; count <= 3; count++) {                                    \
			scene_use_workers(count);                                                  \
			failed +=                                                                  \
				cmocka_run_group_tests_name(names[count - 1], tests, NULL, NULL);  \
		}                                                                                  \
		failed;                                                                            \
	})

void scene_use_workers(unsigned count);
unsigned scene_workers(void);
/* Of the engines of the tests that follow. The first candidate is loopback. */
void scene_use_address(const char *bind_address);
int scene_set_up(void **state);
int scene_tear_down(void **state);
/* For configurations of a test's own. */
void scene_on_wake(void *arg);
void scene_on_rtp(void *arg, const struct client_rtp *rtp);

/* Waits for something to happen at the clients or the engine, and takes it. */
void scene_turn(struct fixture *f, int wait_ms);

/* Until `condition` holds; fails when it has not after PATIENCE_S. `each` runs every PACE_US or so.
 */
#define UNTIL(f, condition, each)                                                                  \
	do {                                                                                       \
		uint64_t now_us = clock_now_us(), paced_us = 0;                                    \
		uint64_t until_us = now_us + PATIENCE_S * UINT64_C(1000000);                       \
		while (!(condition)) {                                                             \
			now_us = clock_now_us();                                                   \
			if (now_us > until_us)                                                     \
				fail_msg("waited in vain for: %s", #condition);                    \
			if (now_us >= paced_us) {                                                  \
				paced_us = now_us + PACE_US;                                       \
				each;                                                              \
			}                                                                          \
			scene_turn(f, 5);                                                          \
		}                                                                                  \
	} while (0)

typedef void(change_fn)(struct lectern_peer_params *params);

/* `change` of what the offer says may be NULL. */
void scene_add_changed(
	struct fixture *f, struct member *member, struct client_config config, change_fn *change);
void scene_add(struct fixture *f, struct member *member, struct client_config config);
/* Until it is connected. */
struct member *scene_join(struct fixture *f, unsigned number, struct client_config config);

void scene_send_mic(struct member *member, uint8_t level);
void scene_send_camera(struct member *member, bool keyframe);
/* As an encoder does: a keyframe when one was asked for. */
void scene_film(struct member *member);

/* What a member has received under an SSRC. */
unsigned scene_count_of(const struct member *member, uint32_t ssrc);
const struct kept *scene_last_of(const struct member *member, uint32_t ssrc);
/* The seed of the payload that `kept` carries, among those that `from` has sent; fails if none. */
uint32_t scene_seed_of(const struct kept *kept, const struct member *from, bool video);

#endif
