/* SPDX-License-Identifier: MIT */
#include "route/router.h"

#include "media.h"

enum { INSTRUCTOR = 1, ANA = 2, JAN = 3, MAX_PEERS = 12 };

static struct router router;
static struct pkt packet;
static uint64_t now_us;
static uint64_t heard[LECTERN_AUDIO_SLOTS], speaker;
static unsigned heard_calls;

static void on_heard(void *arg, const uint64_t peers[LECTERN_AUDIO_SLOTS], uint64_t who)
{
	(void)arg;
	memcpy(heard, peers, sizeof(heard));
	speaker = who;
	heard_calls++;
}

static const struct router_ops router_ops = {on_heard};

static int setup(void **state)
{
	(void)state;
	now_us = 1000000;
	packet = (struct pkt){.refs = 1}; /* ours */
	packet.rtp.payload_len = 50;
	memset(heard, 0, sizeof(heard));
	heard_calls = 0;
	router_init(&router, &router_ops, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	router_finish(&router, now_us);
	return 0;
}

static void send(struct hand_source *s)
{
	router_packet(&router, &s->source, &packet, now_us);
}

static void talk(struct hand_source *s, uint8_t level)
{
	packet.rtp.has_level = true;
	packet.rtp.level = level;
	send(s);
	packet.rtp.has_level = false;
}

static struct hand_source camera, mics[MAX_PEERS];

static void nothing_passes_the_closed_gate(void **state)
{
	static struct hand_sink sink;

	(void)state;
	hand_source_init(&camera, ANA, LECTERN_CAMERA, 1);
	hand_sink_init(&sink);
	router_add(&router, &camera.source);
	router_want(&router, &sink.sink, ANA, LECTERN_CAMERA, now_us);
	send(&camera);
	router_report(&router, &camera.source, 0, now_us);
	assert_int_equal(sink.attached + sink.packets + sink.reports, 0);
	assert_int_equal(camera.source.withheld, 1);

	router_permit(&router, &camera.source, true, now_us);
	assert_int_equal(sink.attached, 1);
	send(&camera);
	router_report(&router, &camera.source, 0, now_us);
	assert_int_equal(sink.packets, 1);
	assert_int_equal(sink.reports, 1);

	router_permit(&router, &camera.source, false, now_us);
	assert_int_equal(sink.detached, 1);
	send(&camera);
	router_report(&router, &camera.source, 0, now_us);
	assert_int_equal(sink.packets, 1);
	assert_int_equal(sink.reports, 1);

	router_permit(&router, &camera.source, true, now_us); /* by itself again */
	assert_int_equal(sink.attached, 2);
	router_forget(&sink.sink);
	send(&camera);
	assert_int_equal(sink.packets, 1);
}

/* ---- packets that wait for the rest of the turn ---- */

static char took[128];

static void write_name(struct sink *sink, struct pkt *pkt, uint64_t at_us)
{
	hand_packet(sink, pkt, at_us);
	took[strlen(took)] = list_of(sink, struct hand_sink, sink)->attached == 1 ? 'a' : 'b';
}

static const struct sink_ops writing_ops = {
	.attached = hand_attached, .packet = write_name, .detached = hand_detached};

/* Two sinks of Ana's camera: one writes a, the other, which has come twice, b. */
static void hold_for_two(struct list *holding, struct hand_sink sinks[2])
{
	memset(took, 0, sizeof(took));
	list_init(holding);
	router_hold(&router, holding);
	hand_source_init(&camera, ANA, LECTERN_CAMERA, 1);
	router_add(&router, &camera.source);
	router_permit(&router, &camera.source, true, now_us);
	for (unsigned i = 0; i < 2; i++) {
		hand_sink_init(&sinks[i]);
		sink_init(&sinks[i].sink, &writing_ops);
		sinks[i].attached = i;
		router_want(&router, &sinks[i].sink, ANA, LECTERN_CAMERA, now_us);
	}
}

static void held_packets_reach_each_sink_together(void **state)
{
	static struct hand_sink sinks[2];
	struct list holding;

	(void)state;
	hold_for_two(&holding, sinks);
	send(&camera);
	send(&camera);
	send(&camera);
	assert_string_equal(took, "");
	assert_int_equal(packet.refs, 4);
	router_release_all(&holding, now_us);
	assert_string_equal(took, "aaabbb");
	assert_int_equal(packet.refs, 1);
	router_release_all(&holding, now_us);
	assert_string_equal(took, "aaabbb");
	router_finish(&router, now_us);
}

static void held_packets_go_before_what_follows(void **state)
{
	static struct hand_sink sinks[2];
	struct list holding;

	(void)state;
	hold_for_two(&holding, sinks);
	hand_source_init(&mics[JAN], JAN, LECTERN_MIC, 1);
	router_add(&router, &mics[JAN].source);
	router_permit(&router, &mics[JAN].source, true, now_us);
	send(&camera);
	send(&camera);
	send(&mics[JAN]); /* another source's */
	assert_string_equal(took, "aabb");
	for (unsigned i = 0; i < ROUTER_HELD + 1; i++)
		send(&camera);
	assert_int_equal(strlen(took), 4 + 2 * ROUTER_HELD); /* more than can wait */
	router_permit(&router, &camera.source, false, now_us);
	assert_int_equal(strlen(took), 4 + 2 * (ROUTER_HELD + 1));
	router_release_all(&holding, now_us);
	assert_int_equal(strlen(took), 4 + 2 * (ROUTER_HELD + 1));
	assert_int_equal(packet.refs, 1);
	router_finish(&router, now_us);
}

static void the_order_of_things_does_not_matter(void **state)
{
	static struct hand_sink sink;

	(void)state;
	hand_source_init(&camera, ANA, LECTERN_CAMERA, 1);
	hand_sink_init(&sink);
	router_want(&router, &sink.sink, ANA, LECTERN_CAMERA, now_us); /* before it is there */
	router_add(&router, &camera.source);
	router_permit(&router, &camera.source, true, now_us);
	assert_ptr_equal(sink.sink.source, &camera.source);
	router_remove(&router, &camera.source, now_us);
	assert_null(sink.sink.source);
	assert_int_equal(sink.detached, 1);
	router_remove(&router, &camera.source, now_us); /* again: harmless */
	router_add(&router, &camera.source);
	assert_null(sink.sink.source); /* its permission went with it */
	router_permit(&router, &camera.source, true, now_us);
	assert_ptr_equal(sink.sink.source, &camera.source);
	router_want(&router, &sink.sink, ANA, LECTERN_SCREEN, now_us);
	assert_null(sink.sink.source);
	router_want(&router, &sink.sink, 0, 0, now_us);
	assert_int_equal(sink.detached, 2);
}

static void wanting_the_same_again_changes_nothing(void **state)
{
	static struct hand_sink sink;

	(void)state;
	hand_source_init(&camera, ANA, LECTERN_CAMERA, 1);
	hand_sink_init(&sink);
	router_add(&router, &camera.source);
	router_permit(&router, &camera.source, true, now_us);
	router_permit(&router, &camera.source, true, now_us);
	router_want(&router, &sink.sink, ANA, LECTERN_CAMERA, now_us);
	router_want(&router, &sink.sink, ANA, LECTERN_CAMERA, now_us);
	assert_int_equal(sink.attached, 1);
	assert_int_equal(sink.detached, 0);
}

/* Sources and sinks at random; a packet may reach exactly the sinks that want its permitted source.
 */
static void the_gate_holds_at_random(void **state)
{
	enum { SOURCES = 9, SINKS = 20, STEPS = 200000 };
	static struct hand_source sources[SOURCES];
	static struct hand_sink sinks[SINKS];
	bool added[SOURCES] = {false};

	(void)state;
	seed_dice(2);
	for (unsigned i = 0; i < SOURCES; i++)
		hand_source_init(&sources[i], 1 + i / 3, i % 3, 1);
	for (unsigned i = 0; i < SINKS; i++)
		hand_sink_init(&sinks[i]);
	for (unsigned step = 0; step < STEPS; step++) {
		struct hand_source *source = &sources[dice() % SOURCES];
		struct hand_sink *sink = &sinks[dice() % SINKS];
		unsigned before[SINKS];

		now_us += 1000;
		switch (dice() % 16) {
		case 0:
			if (added[source - sources])
				router_remove(&router, &source->source, now_us);
			else
				router_add(&router, &source->source);
			added[source - sources] = !added[source - sources];
			break;
		case 1:
		case 2:
			if (added[source - sources])
				router_permit(&router, &source->source, dice() % 2, now_us);
			break;
		case 3:
		case 4:
			router_want(&router, &sink->sink, dice() % 4, dice() % 3, now_us);
			break;
		case 5:
			router_forget(&sink->sink);
			break;
		default:
			for (unsigned i = 0; i < SINKS; i++)
				before[i] = sinks[i].packets;
			send(source);
			for (unsigned i = 0; i < SINKS; i++) {
				bool should = added[source - sources] && source->source.permitted &&
					      sinks[i].sink.want_peer == source->source.peer &&
					      sinks[i].sink.want_kind == source->source.kind;

				assert_int_equal(sinks[i].packets - before[i], should);
				if (should)
					assert_ptr_equal(sinks[i].last_source, &source->source);
			}
		}
	}
	for (unsigned i = 0; i < SINKS; i++)
		router_forget(&sinks[i].sink);
	for (unsigned i = 0; i < SOURCES; i++)
		router_remove(&router, &sources[i].source, now_us);
}

/* ---- audio slots ---- */

static struct hand_sink ears[MAX_PEERS][LECTERN_AUDIO_SLOTS];
static struct listener listeners[MAX_PEERS];

static void enter(unsigned peer, bool permitted)
{
	struct listener *listener = &listeners[peer];

	hand_source_init(&mics[peer], peer, LECTERN_MIC, 1);
	*listener = (struct listener){.peer = peer, .count = LECTERN_AUDIO_SLOTS};
	for (unsigned i = 0; i < LECTERN_AUDIO_SLOTS; i++) {
		hand_sink_init(&ears[peer][i]);
		listener->sinks[i] = &ears[peer][i].sink;
	}
	router_add(&router, &mics[peer].source);
	router_permit(&router, &mics[peer].source, permitted, now_us);
	router_listen(&router, listener, now_us);
}

static uint64_t in_slot(unsigned peer, unsigned slot)
{
	const struct source *source = ears[peer][slot].sink.source;

	return source ? source->peer : 0;
}

static void the_reserved_microphone_is_in_slot_0(void **state)
{
	(void)state;
	enter(INSTRUCTOR, true);
	enter(ANA, true);
	enter(JAN, false);
	router_reserve(&router, INSTRUCTOR, now_us);
	assert_int_equal(in_slot(ANA, 0), INSTRUCTOR);
	assert_int_equal(in_slot(JAN, 0), INSTRUCTOR);
	assert_int_equal(in_slot(INSTRUCTOR, 0), 0);
	talk(&mics[INSTRUCTOR], 20);
	assert_int_equal(ears[ANA][0].packets, 1);
	for (unsigned i = 0; i < LECTERN_AUDIO_SLOTS; i++)
		assert_int_equal(ears[INSTRUCTOR][i].packets, 0);
	/* Only once, although it was among the shared before. */
	assert_int_equal(heard[0], INSTRUCTOR);
	for (unsigned i = 1; i < LECTERN_AUDIO_SLOTS; i++)
		assert_int_not_equal(heard[i], INSTRUCTOR);
	router_reserve(&router, ANA, now_us);
	assert_int_equal(in_slot(JAN, 0), ANA);
	assert_int_equal(in_slot(ANA, 0), 0);
	router_reserve(&router, 0, now_us);
	assert_int_equal(in_slot(JAN, 0), 0);
}

static void nobody_hears_itself_nor_the_unpermitted(void **state)
{
	(void)state;
	enter(INSTRUCTOR, true);
	enter(ANA, true);
	enter(JAN, false);
	router_reserve(&router, INSTRUCTOR, now_us);
	for (int i = 0; i < 100; i++) {
		now_us += 20000;
		talk(&mics[ANA], 20);
		talk(&mics[JAN], 0);
		talk(&mics[INSTRUCTOR], 30);
		router_tick(&router, now_us);
	}
	for (unsigned slot = 0; slot < LECTERN_AUDIO_SLOTS; slot++) {
		assert_int_not_equal(in_slot(ANA, slot), ANA);
		for (unsigned peer = INSTRUCTOR; peer <= JAN; peer++)
			assert_int_not_equal(in_slot(peer, slot), JAN);
	}
	/* Ana came second, and keeps the second slot. */
	assert_int_equal(ears[JAN][2].packets, 100);
	assert_int_equal(ears[INSTRUCTOR][2].packets, 100);
	assert_int_equal(mics[JAN].source.withheld, 100);
	assert_int_equal(speaker, ANA); /* the loudest who may */
	router_permit(&router, &mics[JAN].source, true, now_us);
	talk(&mics[JAN], 20);
	assert_int_equal(ears[ANA][1].packets, 1);
}

static void leaving_frees_the_slots(void **state)
{
	(void)state;
	enter(ANA, true);
	enter(JAN, true);
	assert_int_equal(in_slot(JAN, 1), ANA);
	router_unlisten(&router, &listeners[ANA]);
	router_remove(&router, &mics[ANA].source, now_us);
	assert_int_equal(in_slot(JAN, 1), 0);
	assert_int_equal(heard[1], 0);
	enter(ANA, true);
	assert_int_equal(in_slot(JAN, 1), ANA);
	assert_int_equal(in_slot(ANA, 2), JAN);
}

static void microphones_without_levels_are_heard(void **state)
{
	(void)state;
	for (unsigned peer = 1; peer <= 5; peer++)
		enter(peer, true);
	for (int i = 0; i < 200; i++) {
		now_us += 20000;
		for (unsigned peer = 1; peer <= 4; peer++)
			talk(&mics[peer], 127); /* silent */
		send(&mics[5]);
	}
	assert_int_equal(speaker, 5);
	assert_true(heard[1] == 5 || heard[2] == 5 || heard[3] == 5);
}

/* They cannot be told from silence, so they give way to whoever is known to speak. */
static void microphones_without_levels_lock_nobody_out(void **state)
{
	(void)state;
	for (unsigned peer = 1; peer <= 4; peer++)
		enter(peer, true);
	for (int i = 0; i < 100; i++) {
		now_us += 20000;
		for (unsigned peer = 1; peer <= 3; peer++)
			send(&mics[peer]); /* packets without end, for whatever they hold */
		if (i >= 40)
			talk(&mics[4], 48); /* a soft voice */
	}
	assert_true(heard[1] == 4 || heard[2] == 4 || heard[3] == 4);
	assert_int_equal(speaker, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_passes_the_closed_gate, setup, teardown),
		cmocka_unit_test_setup_teardown(
			held_packets_reach_each_sink_together, setup, teardown),
		cmocka_unit_test_setup_teardown(
			held_packets_go_before_what_follows, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_order_of_things_does_not_matter, setup, teardown),
		cmocka_unit_test_setup_teardown(
			wanting_the_same_again_changes_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(the_gate_holds_at_random, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_reserved_microphone_is_in_slot_0, setup, teardown),
		cmocka_unit_test_setup_teardown(
			nobody_hears_itself_nor_the_unpermitted, setup, teardown),
		cmocka_unit_test_setup_teardown(leaving_frees_the_slots, setup, teardown),
		cmocka_unit_test_setup_teardown(
			microphones_without_levels_are_heard, setup, teardown),
		cmocka_unit_test_setup_teardown(
			microphones_without_levels_lock_nobody_out, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
