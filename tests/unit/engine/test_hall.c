/* SPDX-License-Identifier: MIT */
/* What a room does with media: who gets what, when, and what is recorded. */
#include "tests/unit/engine/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "record/wire.h"
#include "tests/unit/engine/media.h"

static void sound_and_picture_arrive_as_they_were_sent(void **state)
{
	struct fixture *f = *state;
	struct member *a = scene_join(f, 0, (struct client_config){.long_hello = true});
	struct member *b = scene_join(f, 1, (struct client_config){0});
	uint32_t sound = params_slot_ssrc(1, false, 0), picture = params_slot_ssrc(1, true, 1);

	assert_int_equal(client_profile(a->client), 7); /* GCM, though the client likes CM more */
	lectern_engine_peer_permit(
		f->engine, a->id, LECTERN_KIND_BIT(LECTERN_MIC) | LECTERN_KIND_BIT(LECTERN_CAMERA));
	lectern_engine_room_reserve(f->engine, f->room, a->id);
	lectern_engine_slot_show(f->engine, b->id, 1, a->id, LECTERN_CAMERA);
	UNTIL(f, scene_count_of(b, sound) >= 20 && scene_count_of(b, picture) >= 20,
		(scene_send_mic(a, 20), scene_film(a)));
	for (unsigned i = 0; i < b->kept_count; i++) {
		const struct kept *kept = &b->kept[i];

		if (kept->ssrc != sound && kept->ssrc != picture)
			fail_msg("%x of type %u", kept->ssrc, kept->pt);
		assert_int_equal(kept->pt, kept->ssrc == sound ? PARAMS_OPUS : PARAMS_VP8);
		scene_seed_of(kept, a, kept->ssrc == picture);
	}
	assert_int_equal(a->kept_count, 0); /* nobody gets what is their own */
	UNTIL(f, a->flowing[LECTERN_MIC] && a->flowing[LECTERN_CAMERA], );
	assert_false(a->flowing[LECTERN_SCREEN]);
}

static void what_is_not_permitted_never_arrives(void **state)
{
	struct fixture *f = *state;
	struct member *a = scene_join(f, 0, (struct client_config){0});
	struct member *b = scene_join(f, 1, (struct client_config){0});
	uint32_t picture = params_slot_ssrc(1, true, 1), first_permitted, last_forbidden;

	lectern_engine_room_reserve(f->engine, f->room, a->id);
	lectern_engine_slot_show(f->engine, b->id, 1, a->id, LECTERN_CAMERA);
	for (unsigned i = 0; i < 100; i++) {
		scene_send_mic(a, 10);
		scene_send_camera(a, i % 10 == 0);
		scene_turn(f, 1);
	}
	/* the engine has had them: it says that they flow, permitted or not */
	UNTIL(f, a->flowing[LECTERN_MIC] && a->flowing[LECTERN_CAMERA],
		(scene_send_mic(a, 10), scene_send_camera(a, true)));
	assert_int_equal(b->kept_count, 0);
	first_permitted = a->seed;
	lectern_engine_peer_permit(f->engine, a->id, LECTERN_KIND_BIT(LECTERN_CAMERA));
	UNTIL(f, scene_count_of(b, picture) >= 5, (scene_send_mic(a, 10), scene_film(a)));
	for (unsigned i = 0; i < b->kept_count; i++) {
		assert_int_equal(b->kept[i].ssrc, picture); /* still no sound */
		assert_true(scene_seed_of(&b->kept[i], a, true) >= first_permitted);
	}
	/* taken away again: what is sent after the engine has obeyed goes nowhere */
	lectern_engine_peer_permit(f->engine, a->id, 0);
	lectern_engine_peer_permit(f->engine, b->id, LECTERN_KIND_BIT(LECTERN_MIC));
	UNTIL(f, scene_count_of(a, params_slot_ssrc(0, false, 1)) >= 1, scene_send_mic(b, 10));
	last_forbidden = a->seed;
	for (unsigned i = 0; i < 50; i++)
		scene_send_camera(a, true);
	UNTIL(f, scene_count_of(a, params_slot_ssrc(0, false, 1)) >= 20, scene_send_mic(b, 10));
	assert_true(scene_seed_of(scene_last_of(b, picture), a, true) < last_forbidden);
}

static void a_slot_shows_another_at_a_keyframe_on_one_timeline(void **state)
{
	struct fixture *f = *state;
	struct member *a = scene_join(f, 0, (struct client_config){0});
	struct member *b = scene_join(f, 1, (struct client_config){0});
	struct member *c = scene_join(f, 2, (struct client_config){0});
	uint32_t picture = params_slot_ssrc(1, true, 2);
	unsigned before, i;

	lectern_engine_peer_permit(f->engine, a->id, LECTERN_KIND_BIT(LECTERN_CAMERA));
	lectern_engine_peer_permit(f->engine, c->id, LECTERN_KIND_BIT(LECTERN_CAMERA));
	lectern_engine_slot_show(f->engine, b->id, 2, a->id, LECTERN_CAMERA);
	UNTIL(f, scene_count_of(b, picture) >= 10, (scene_film(a), scene_film(c)));
	lectern_engine_slot_show(f->engine, b->id, 2, c->id, LECTERN_CAMERA);
	before = b->kept_count;
	UNTIL(f, scene_count_of(b, picture) >= before + 30, (scene_film(a), scene_film(c)));
	for (i = before; i < b->kept_count; i++) {
		uint8_t payload[MEDIA_VP8_LEN];
		bool of_c = false;

		for (uint32_t seed = c->number * 1000000; seed < c->seed && !of_c; seed++) {
			media_vp8(payload, 0, false, seed);
			of_c = memcmp(payload + 14, b->kept[i].payload + 14, 800) == 0;
		}
		if (of_c)
			break;
	}
	assert_true(i < b->kept_count);
	assert_int_equal(b->kept[i].payload[4] & 1, 0); /* begins with a keyframe */
	for (unsigned j = i; j < b->kept_count; j++)
		scene_seed_of(&b->kept[j], c, true);
	for (unsigned j = 1; j < b->kept_count; j++) {
		assert_int_equal(b->kept[j].ssrc, picture);
		assert_int_equal((uint16_t)(b->kept[j].seq - b->kept[j - 1].seq), 1);
		assert_true((int32_t)(b->kept[j].timestamp - b->kept[j - 1].timestamp) > 0);
	}
	/* and nothing at all when it is emptied */
	lectern_engine_slot_show(f->engine, b->id, 2, 0, LECTERN_CAMERA);
	lectern_engine_slot_show(f->engine, b->id, 3, c->id, LECTERN_CAMERA);
	UNTIL(f, scene_count_of(b, params_slot_ssrc(1, true, 3)) >= 1,
		(scene_film(a), scene_film(c)));
	before = scene_count_of(b, picture);
	UNTIL(f, scene_count_of(b, params_slot_ssrc(1, true, 3)) >= 10,
		(scene_film(a), scene_film(c)));
	assert_int_equal(scene_count_of(b, picture), before);
}

static void a_nack_is_answered_on_the_repair_stream(void **state)
{
	struct fixture *f = *state;
	struct member *a = scene_join(f, 0, (struct client_config){0});
	struct member *b =
		scene_join(f, 1, (struct client_config){.profiles = "SRTP_AES128_CM_SHA1_80"});
	uint32_t picture = params_slot_ssrc(1, true, 0), repair = params_slot_rtx_ssrc(1, 0);
	uint8_t nack[16 + 8] = {0x80, 201, 0, 1, 0, 0, 0, 9, 0x81, 205, 0, 3, 0, 0, 0, 9};
	const struct kept *lost, *again;

	assert_int_equal(client_profile(b->client), 1);
	lectern_engine_peer_permit(f->engine, a->id, LECTERN_KIND_BIT(LECTERN_CAMERA));
	lectern_engine_slot_show(f->engine, b->id, 0, a->id, LECTERN_CAMERA);
	UNTIL(f, scene_count_of(b, picture) >= 20, scene_film(a));
	lost = scene_last_of(b, picture);
	for (unsigned i = 0; i < 4; i++)
		nack[16 + i] = (uint8_t)(picture >> (24 - 8 * i));
	nack[20] = (uint8_t)(lost->seq >> 8);
	nack[21] = (uint8_t)lost->seq;
	assert_int_equal(client_send_rtcp(b->client, nack, sizeof(nack)), 0);
	UNTIL(f, scene_count_of(b, repair) >= 1, );
	again = scene_last_of(b, repair);
	assert_int_equal(again->pt, PARAMS_VP8_RTX);
	assert_int_equal(again->len, lost->len + 2); /* RFC 4588 4: the original number in front */
	assert_int_equal(again->payload[0] << 8 | again->payload[1], lost->seq);
	assert_memory_equal(again->payload + 2, lost->payload, lost->len);
	assert_int_equal(again->timestamp, lost->timestamp);
}

/* Chromium names no SSRCs of a simulcast camera: only MID and RID tell (RFC 8852, RFC 9143 9.2). */
static void name_only_rids(struct lectern_peer_params *params)
{
	struct lectern_section *camera = &params->sections[1];

	camera->ssrc = 0;
	camera->ext_rid = PARAMS_EXT_RID;
	camera->ext_rrid = PARAMS_EXT_RRID;
	camera->rid_count = 2;
	snprintf(camera->rids[0], sizeof(camera->rids[0]), "l");
	snprintf(camera->rids[1], sizeof(camera->rids[1]), "h");
}

static void send_layer(struct member *member, uint32_t ssrc, const char *rid, bool names)
{
	uint8_t payload[MEDIA_VP8_LEN];
	struct client_rtp rtp = {
		.ssrc = ssrc,
		.timestamp = member->camera_timestamp,
		.seq = member->camera_seq++,
		.pt = PARAMS_VP8,
		.marker = true,
		.mid_id = names ? PARAMS_EXT_MID : 0,
		.mid = "1",
		.rid_id = names ? PARAMS_EXT_RID : 0,
		.rid = rid,
		.payload = payload,
		.payload_len = media_vp8(payload, member->picture++, true, member->seed++),
	};

	member->camera_timestamp += 3000;
	assert_int_equal(client_send_rtp(member->client, &rtp), 0);
}

static void a_stream_is_known_by_mid_and_rid(void **state)
{
	struct fixture *f = *state;
	struct member *a = &f->members[0], *b = scene_join(f, 1, (struct client_config){0});
	uint32_t picture = params_slot_ssrc(1, true, 0), first;

	scene_add_changed(f, a, (struct client_config){0}, name_only_rids);
	UNTIL(f, client_connected(a->client) && a->state == LECTERN_PEER_CONNECTED, );
	lectern_engine_peer_permit(f->engine, a->id, LECTERN_KIND_BIT(LECTERN_CAMERA));
	lectern_engine_slot_show(f->engine, b->id, 0, a->id, LECTERN_CAMERA);
	/* without names, or with wrong ones, it belongs to nobody */
	for (unsigned i = 0; i < 20; i++) {
		send_layer(a, 0x7001, "l", false);
		send_layer(a, 0x7002, "x", true);
	}
	first = a->seed;
	UNTIL(f, scene_count_of(b, picture) >= 1, send_layer(a, 0x7003, "h", true));
	UNTIL(f, scene_count_of(b, picture) >= 20, send_layer(a, 0x7003, "h", false)); /* learnt */
	for (unsigned i = 0; i < b->kept_count; i++)
		assert_true(scene_seed_of(&b->kept[i], a, true) >= first);
}

static int listen_as_recorder(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

/* Stands where the recorder would: counts what comes, by type. */
struct archive {
	char folder[32], path[64];
	int listener, ends[8];
	unsigned end_count;
	unsigned counts[128];
	unsigned used;		     /* connections that tracks came by, a bit each */
	unsigned of_member[MEMBERS]; /* tracks */
	struct wire_track track;     /* the last */
};

static void archive_open(struct fixture *f, struct archive *archive)
{
	struct lectern_engine_config config = {
		.workers = scene_workers(),
		.bind_address = "127.0.0.1",
		.wake = scene_on_wake,
		.wake_arg = &f->wake_fd,
		.recorder_socket = archive->path,
	};

	*archive = (struct archive){.folder = "/tmp/lectern-test-XXXXXX"};
	assert_non_null(mkdtemp(archive->folder));
	snprintf(archive->path, sizeof(archive->path), "%s/socket", archive->folder);
	archive->listener = listen_as_recorder(archive->path);
	lectern_engine_destroy(f->engine);
	assert_int_equal(lectern_engine_create(&config, &f->engine), 0);
	assert_int_equal(lectern_engine_room_open(f->engine, &f->room), 0);
}

static void archive_take(struct archive *archive)
{
	static uint8_t data[WIRE_MAX];
	int fd = accept4(archive->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0)
		archive->ends[archive->end_count++] = fd;
	for (unsigned i = 0; i < archive->end_count; i++) {
		while (recv(archive->ends[i], data, sizeof(data), 0) > 0) {
			const struct wire_head *head = (const void *)data;

			archive->counts[head->type]++;
			if (head->type != WIRE_TRACK)
				continue;
			memcpy(&archive->track, data + sizeof(*head), sizeof(archive->track));
			archive->used |= 1u << i;
			archive->of_member[archive->track.member[1] - '0']++;
		}
	}
}

static void archive_close(struct archive *archive)
{
	for (unsigned i = 0; i < archive->end_count; i++)
		close(archive->ends[i]);
	close(archive->listener);
	unlink(archive->path);
	rmdir(archive->folder);
}

static void what_is_permitted_is_recorded(void **state)
{
	struct fixture *f = *state;
	struct archive archive;
	struct member *a;

	archive_open(f, &archive);
	a = scene_join(f, 0, (struct client_config){0});
	lectern_engine_room_record(f->engine, f->room, "site/class");
	lectern_engine_peer_permit(f->engine, a->id, LECTERN_KIND_BIT(LECTERN_MIC));
	UNTIL(f,
		f->tap_connected && archive.counts[WIRE_RTP] >= 20 &&
			archive.counts[WIRE_HELLO] == scene_workers(),
		(scene_send_mic(a, 20), scene_send_camera(a, true), archive_take(&archive)));
	assert_int_equal(archive.counts[WIRE_TRACK], 1); /* the camera is not permitted */
	assert_int_equal(archive.track.kind, LECTERN_MIC);
	assert_string_equal(archive.track.recording, "site/class");
	assert_string_equal(archive.track.member, "m0");
	assert_int_equal(archive.counts[WIRE_END], 0);
	lectern_engine_room_record(f->engine, f->room, NULL);
	UNTIL(f, archive.counts[WIRE_END] == 1, archive_take(&archive));
	archive_close(&archive);
	UNTIL(f, !f->tap_connected, );
}

/* Wherever a peer is: the room's home has the reels. */
static void all_are_recorded_over_one_connection(void **state)
{
	struct fixture *f = *state;
	struct archive archive;
	struct member *members[3];

	archive_open(f, &archive);
	lectern_engine_room_record(f->engine, f->room, "site/class");
	for (unsigned i = 0; i < 3; i++) {
		members[i] = scene_join(f, i, (struct client_config){0});
		lectern_engine_peer_permit(f->engine, members[i]->id,
			LECTERN_KIND_BIT(LECTERN_MIC) |
				(i == 1 ? LECTERN_KIND_BIT(LECTERN_CAMERA) : 0));
	}
	UNTIL(f,
		archive.of_member[0] == 1 && archive.of_member[1] == 2 && archive.of_member[2] == 1,
		(scene_send_mic(members[0], 20), scene_send_mic(members[1], 20),
			scene_send_mic(members[2], 20), scene_film(members[1]),
			archive_take(&archive)));
	assert_int_equal(archive.used & (archive.used - 1), 0);
	assert_int_equal(archive.counts[WIRE_END], 0);
	lectern_engine_peer_remove(f->engine, members[1]->id);
	UNTIL(f, archive.counts[WIRE_END] == 2, archive_take(&archive));
	archive.counts[WIRE_RTP] = 0;
	UNTIL(f, archive.counts[WIRE_RTP] >= 20,
		(scene_send_mic(members[0], 20), scene_send_mic(members[2], 20),
			archive_take(&archive)));
	assert_int_equal(archive.counts[WIRE_TRACK], 4);
	archive_close(&archive);
}

/* Its slot stays empty, on whatever worker; the others go on. */
static void who_is_removed_is_not_seen_any_more(void **state)
{
	struct fixture *f = *state;
	struct member *a = scene_join(f, 0, (struct client_config){0});
	struct member *b = scene_join(f, 1, (struct client_config){0});
	struct member *c = scene_join(f, 2, (struct client_config){0});
	uint32_t picture = params_slot_ssrc(2, true, 1), other = params_slot_ssrc(2, true, 2);
	unsigned before;

	for (unsigned i = 0; i < 2; i++)
		lectern_engine_peer_permit(
			f->engine, f->members[i].id, LECTERN_KIND_BIT(LECTERN_CAMERA));
	lectern_engine_slot_show(f->engine, c->id, 1, a->id, LECTERN_CAMERA);
	lectern_engine_slot_show(f->engine, c->id, 2, b->id, LECTERN_CAMERA);
	UNTIL(f, scene_count_of(c, picture) >= 10 && scene_count_of(c, other) >= 10,
		(scene_film(a), scene_film(b)));
	lectern_engine_peer_remove(f->engine, a->id);
	UNTIL(f, client_over(a->client), scene_film(b));
	before = scene_count_of(c, other);
	UNTIL(f, scene_count_of(c, other) >= before + 5, scene_film(b));
	before = scene_count_of(c, picture);
	UNTIL(f, scene_count_of(c, other) >= before + 40, (scene_film(b), scene_film(a)));
	assert_int_equal(scene_count_of(c, picture), before);
}

static void the_loudest_is_heard_and_named(void **state)
{
	struct fixture *f = *state;
	struct member *a = scene_join(f, 0, (struct client_config){0});
	struct member *b = scene_join(f, 1, (struct client_config){0});
	struct member *c = scene_join(f, 2, (struct client_config){0});

	lectern_engine_peer_permit(f->engine, b->id, LECTERN_KIND_BIT(LECTERN_MIC));
	lectern_engine_peer_permit(f->engine, c->id, LECTERN_KIND_BIT(LECTERN_MIC));
	UNTIL(f, f->speaker == b->id && f->heard_count >= 1,
		(scene_send_mic(b, 5), scene_send_mic(c, 120)));
	UNTIL(f, f->speaker == c->id, (scene_send_mic(b, 120), scene_send_mic(c, 5)));
	for (unsigned i = 0; i < a->kept_count; i++)
		assert_in_range(a->kept[i].ssrc, params_slot_ssrc(0, false, 1),
			params_slot_ssrc(0, false, LECTERN_AUDIO_SLOTS - 1));
	assert_true(a->kept_count > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sound_and_picture_arrive_as_they_were_sent),
		TEST(what_is_not_permitted_never_arrives),
		TEST(a_slot_shows_another_at_a_keyframe_on_one_timeline),
		TEST(a_nack_is_answered_on_the_repair_stream),
		TEST(a_stream_is_known_by_mid_and_rid),
		TEST(what_is_permitted_is_recorded),
		TEST(all_are_recorded_over_one_connection),
		TEST(who_is_removed_is_not_seen_any_more),
		TEST(the_loudest_is_heard_and_named),
	};

	return SCENE_RUN(tests);
}
