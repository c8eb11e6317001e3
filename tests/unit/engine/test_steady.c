/* SPDX-License-Identifier: MIT */
/*
 * Nothing is allocated per packet: once everything has been made, packets flow through two workers
 * for a while, and any allocation on a thread of theirs is a failure that names its place.
 */
#include "tests/unit/engine/scene.h"

#include <execinfo.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH = 24, WARM = 150, MEASURED = 300 };

static _Thread_local bool is_test_thread;
static atomic_bool counting;
static atomic_uint allocations;
static void *first[DEPTH];
static atomic_int first_depth;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static void note(void)
{
	if (is_test_thread || !atomic_load(&counting))
		return;
	if (atomic_fetch_add(&allocations, 1) == 0)
		atomic_store(&first_depth, backtrace(first, DEPTH));
}

/* In place of those of the C library, for every part of this program. */
void *malloc(size_t size)
{
	note();
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	note();
	return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	note();
	return __libc_realloc(p, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	note();
	return __libc_memalign(alignment, size);
}

static void send_nack(struct member *member, uint32_t ssrc)
{
	uint8_t nack[16 + 8] = {0x80, 201, 0, 1, 0, 0, 0, 9, 0x81, 205, 0, 3, 0, 0, 0, 9};
	const struct kept *lost = scene_last_of(member, ssrc);

	if (!lost)
		return;
	for (unsigned i = 0; i < 4; i++)
		nack[16 + i] = (uint8_t)(ssrc >> (24 - 8 * i));
	nack[20] = (uint8_t)(lost->seq >> 8);
	nack[21] = (uint8_t)lost->seq;
	assert_int_equal(client_send_rtcp(member->client, nack, sizeof(nack)), 0);
}

static void send_all(struct fixture *f)
{
	for (unsigned i = 0; i < 3; i++)
		scene_send_mic(&f->members[i], 20);
	scene_film(&f->members[0]);
	send_nack(&f->members[1], params_slot_ssrc(1, true, 1));
}

static void forget_kept(struct fixture *f)
{
	for (unsigned i = 0; i < MEMBERS; i++)
		f->members[i].kept_count = 0;
}

static void nothing_is_allocated_while_packets_flow(void **state)
{
	struct fixture *f = *state;
	uint32_t picture = params_slot_ssrc(1, true, 1), repair = params_slot_rtx_ssrc(1, 1);

	is_test_thread = true;
	for (unsigned i = 0; i < 3; i++) {
		scene_join(f, i, (struct client_config){0});
		lectern_engine_peer_permit(f->engine, f->members[i].id, 7);
		lectern_engine_slot_show(
			f->engine, f->members[i].id, 1, f->members[0].id, LECTERN_CAMERA);
	}
	lectern_engine_room_reserve(f->engine, f->room, f->members[0].id);
	UNTIL(f, scene_count_of(&f->members[1], picture) >= WARM, send_all(f));
	/* checks go through libnice, which hashes on the heap: no packets, and a few a minute */
	for (unsigned i = 0; i < 3; i++)
		client_stop_checks(f->members[i].client);
	forget_kept(f);
	UNTIL(f, scene_count_of(&f->members[1], picture) >= 20, send_all(f));
	forget_kept(f);
	atomic_store(&counting, true);
	UNTIL(f,
		scene_count_of(&f->members[1], picture) >= MEASURED &&
			scene_count_of(&f->members[1], repair) > 0 && f->members[1].links > 0,
		send_all(f));
	atomic_store(&counting, false);
	if (atomic_load(&allocations))
		backtrace_symbols_fd(first, atomic_load(&first_depth), 2);
	assert_int_equal(atomic_load(&allocations), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			nothing_is_allocated_while_packets_flow, scene_set_up, scene_tear_down),
	};
	void *unused[2];

	backtrace(unused, 2); /* loads what it needs */
	is_test_thread = true;
	return SCENE_RUN(tests);
}
