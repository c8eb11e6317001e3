/* SPDX-License-Identifier: MIT */
/* The engine from outside: clients over UDP on loopback, commands and events as signalling has
 * them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "lectern/engine.h"
#include "record/wire.h"
#include "tests/client/client.h"
#include "tests/client/params.h"
#include "tests/unit/engine/media.h"

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

static void on_wake(void *arg)
{
	uint64_t one = 1;
	ssize_t wrote = write(*(int *)arg, &one, sizeof(one));

	(void)wrote;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct lectern_engine_config config = {
		.workers = 2,
		.bind_address = "127.0.0.1",
		.wake = on_wake,
		.wake_arg = &f->wake_fd,
	};

	*state = f;
	log_set_level(LOG_WARN);
	f->wake_fd = eventfd(0, EFD_NONBLOCK);
	assert_int_equal(lectern_engine_create(&config, &f->engine), 0);
	assert_int_equal(lectern_engine_room_open(f->engine, &f->room), 0);
	for (unsigned i = 0; i < MEMBERS; i++) {
		f->members[i].number = i;
		f->members[i].seed = i * 1000000;
		f->members[i].kept = calloc(KEPT, sizeof(struct kept));
	}
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	lectern_engine_destroy(f->engine);
	for (unsigned i = 0; i < MEMBERS; i++) {
		client_destroy(f->members[i].client);
		free(f->members[i].kept);
	}
	close(f->wake_fd);
	free(f);
	return 0;
}

/* ---- what comes back ---- */

static void on_rtp(void *arg, const struct client_rtp *rtp)
{
	struct member *member = arg;
	struct kept *kept = &member->kept[member->kept_count];

	assert_true(member->kept_count < KEPT && rtp->payload_len <= sizeof(kept->payload));
	kept->ssrc = rtp->ssrc;
	kept->timestamp = rtp->timestamp;
	kept->seq = rtp->seq;
	kept->pt = rtp->pt;
	kept->len = rtp->payload_len;
	memcpy(kept->payload, rtp->payload, rtp->payload_len);
	member->kept_count++;
}

static void on_rtcp(void *arg, const uint8_t *data, size_t len)
{
	struct member *member = arg;

	for (size_t at = 0; at + 4 <= len;
		at += 4 * ((size_t)(data[at + 2] << 8 | data[at + 3]) + 1)) {
		if (data[at + 1] == 206 && (data[at] & 0x1f) == 1)
			member->plis++;
	}
}

static struct member *member_of(struct fixture *f, lectern_id id)
{
	for (unsigned i = 0; i < MEMBERS; i++) {
		if (f->members[i].id == id)
			return &f->members[i];
	}
	return NULL;
}

static void on_event(const struct lectern_event *event, void *arg)
{
	struct fixture *f = arg;
	struct member *member = event->peer ? member_of(f, event->peer) : NULL;

	switch (event->type) {
	case LECTERN_EVENT_PEER:
		if (member)
			member->state = event->u.peer_state.state;
		break;
	case LECTERN_EVENT_TRACK:
		if (member)
			member->flowing[event->u.track.kind] = event->u.track.flowing;
		break;
	case LECTERN_EVENT_LINK:
		if (member) {
			member->links++;
			member->up_bps = event->u.link.up_bps;
		}
		break;
	case LECTERN_EVENT_HEARD:
		f->heard_count = event->u.heard.count;
		memcpy(f->heard, event->u.heard.peers, sizeof(f->heard));
		f->speaker = event->u.heard.speaker;
		break;
	case LECTERN_EVENT_TAP:
		f->tap_connected = event->u.tap.connected;
		break;
	}
}

/* ---- time ---- */

static void turn(struct fixture *f, int wait_ms)
{
	struct pollfd fds[MEMBERS + 1] = {{.fd = f->wake_fd, .events = POLLIN}};
	uint64_t unused;

	for (unsigned i = 0; i < MEMBERS; i++) {
		struct client *client = f->members[i].client;

		fds[i + 1].fd = client ? client_fd(client) : -1;
		fds[i + 1].events = POLLIN;
	}
	poll(fds, MEMBERS + 1, wait_ms);
	for (unsigned i = 0; i < MEMBERS; i++) {
		if (f->members[i].client)
			client_turn(f->members[i].client, clock_now_us());
	}
	if (read(f->wake_fd, &unused, sizeof(unused)) > 0)
		lectern_engine_poll(f->engine, on_event, f);
}

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
			turn(f, 5);                                                                \
		}                                                                                  \
	} while (0)

/* ---- members ---- */

typedef void(change_fn)(struct lectern_peer_params *params);

/* `change` of what the offer says may be NULL. */
static void add_changed(
	struct fixture *f, struct member *member, struct client_config config, change_fn *change)
{
	const struct lectern_endpoint *endpoint = lectern_engine_endpoint(f->engine, f->room);
	struct lectern_peer_params params;

	config.on_rtp = on_rtp;
	config.on_rtcp = on_rtcp;
	config.arg = member;
	assert_int_equal(client_create(&config, &member->client), 0);
	params_init(&params, member->client, member->number, f->room);
	if (change)
		change(&params);
	assert_int_equal(lectern_engine_peer_add(f->engine, &params, &member->id), 0);
	client_connect(member->client, endpoint->candidates[0].address,
		endpoint->candidates[0].port, params.local_ufrag, params.local_pwd,
		endpoint->fingerprint);
}

static void add(struct fixture *f, struct member *member, struct client_config config)
{
	add_changed(f, member, config, NULL);
}

static struct member *join(struct fixture *f, unsigned number, struct client_config config)
{
	struct member *member = &f->members[number];

	add(f, member, config);
	UNTIL(f, client_connected(member->client) && member->state == LECTERN_PEER_CONNECTED, );
	return member;
}

static void send_mic(struct member *member, uint8_t level)
{
	uint8_t payload[MEDIA_OPUS_LEN];
	struct client_rtp rtp = {
		.ssrc = params_up_ssrc(member->number, LECTERN_MIC),
		.timestamp = member->mic_timestamp,
		.seq = member->mic_seq++,
		.pt = PARAMS_OPUS,
		.mid_id = PARAMS_EXT_MID,
		.mid = "0",
		.level_id = PARAMS_EXT_LEVEL,
		.level = level,
		.twcc_id = PARAMS_EXT_TWCC,
		.twcc = member->twcc++,
		.payload = payload,
		.payload_len = media_opus(payload, member->seed++),
	};

	member->mic_timestamp += 960;
	assert_int_equal(client_send_rtp(member->client, &rtp), 0);
}

static void send_camera(struct member *member, bool keyframe)
{
	uint8_t payload[MEDIA_VP8_LEN];
	struct client_rtp rtp = {
		.ssrc = params_up_ssrc(member->number, LECTERN_CAMERA),
		.timestamp = member->camera_timestamp,
		.seq = member->camera_seq++,
		.pt = PARAMS_VP8,
		.marker = true,
		.mid_id = PARAMS_EXT_MID,
		.mid = "1",
		.twcc_id = PARAMS_EXT_TWCC,
		.twcc = member->twcc++,
		.payload = payload,
		.payload_len = media_vp8(payload, member->picture++, keyframe, member->seed++),
	};

	member->camera_timestamp += 3000;
	assert_int_equal(client_send_rtp(member->client, &rtp), 0);
}

/* As an encoder does: a keyframe when one was asked for. */
static void film(struct member *member)
{
	bool keyframe = member->plis > 0;

	member->plis = 0;
	send_camera(member, keyframe);
}

static unsigned count_of(const struct member *member, uint32_t ssrc)
{
	unsigned count = 0;

	for (unsigned i = 0; i < member->kept_count; i++)
		count += member->kept[i].ssrc == ssrc;
	return count;
}

static const struct kept *last_of(const struct member *member, uint32_t ssrc)
{
	for (unsigned i = member->kept_count; i > 0; i--) {
		if (member->kept[i - 1].ssrc == ssrc)
			return &member->kept[i - 1];
	}
	return NULL;
}

/* The seed of the payload that `kept` carries, among those that `from` has sent; fails if none. */
static uint32_t seed_of(const struct kept *kept, const struct member *from, bool video)
{
	uint8_t payload[MEDIA_VP8_LEN];
	size_t skip = video ? MEDIA_VP8_DESCRIPTOR + 10 : 0; /* frame tag and size: by keyframe */
	size_t len = video ? MEDIA_VP8_LEN : MEDIA_OPUS_LEN;

	assert_int_equal(kept->len, len);
	for (uint32_t seed = from->number * 1000000; seed < from->seed; seed++) {
		if (video)
			media_vp8(payload, 0, false, seed);
		else
			media_opus(payload, seed);
		if (memcmp(payload + skip, kept->payload + skip, len - skip) == 0)
			return seed;
	}
	fail_msg("a payload that member %u never sent", from->number);
	return 0;
}

/* ---- the tests ---- */

static void sound_and_picture_arrive_as_they_were_sent(void **state)
{
	struct fixture *f = *state;
	struct member *a = join(f, 0, (struct client_config){.long_hello = true});
	struct member *b = join(f, 1, (struct client_config){0});
	uint32_t sound = params_slot_ssrc(1, false, 0), picture = params_slot_ssrc(1, true, 1);

	assert_int_equal(client_profile(a->client), 7); /* GCM, though the client likes CM more */
	lectern_engine_peer_permit(
		f->engine, a->id, LECTERN_KIND_BIT(LECTERN_MIC) | LECTERN_KIND_BIT(LECTERN_CAMERA));
	lectern_engine_room_reserve(f->engine, f->room, a->id);
	lectern_engine_slot_show(f->engine, b->id, 1, a->id, LECTERN_CAMERA);
	UNTIL(f, count_of(b, sound) >= 20 && count_of(b, picture) >= 20,
		(send_mic(a, 20), film(a)));
	for (unsigned i = 0; i < b->kept_count; i++) {
		const struct kept *kept = &b->kept[i];

		if (kept->ssrc != sound && kept->ssrc != picture)
			fail_msg("%x of type %u", kept->ssrc, kept->pt);
		assert_int_equal(kept->pt, kept->ssrc == sound ? PARAMS_OPUS : PARAMS_VP8);
		seed_of(kept, a, kept->ssrc == picture);
	}
	assert_int_equal(a->kept_count, 0); /* nobody gets what is their own */
	UNTIL(f, a->flowing[LECTERN_MIC] && a->flowing[LECTERN_CAMERA], );
	assert_false(a->flowing[LECTERN_SCREEN]);
}

static void what_is_not_permitted_never_arrives(void **state)
{
	struct fixture *f = *state;
	struct member *a = join(f, 0, (struct client_config){0});
	struct member *b = join(f, 1, (struct client_config){0});
	uint32_t picture = params_slot_ssrc(1, true, 1), first_permitted, last_forbidden;

	lectern_engine_room_reserve(f->engine, f->room, a->id);
	lectern_engine_slot_show(f->engine, b->id, 1, a->id, LECTERN_CAMERA);
	for (unsigned i = 0; i < 100; i++) {
		send_mic(a, 10);
		send_camera(a, i % 10 == 0);
		turn(f, 1);
	}
	/* the engine has had them: it says that they flow, permitted or not */
	UNTIL(f, a->flowing[LECTERN_MIC] && a->flowing[LECTERN_CAMERA],
		(send_mic(a, 10), send_camera(a, true)));
	assert_int_equal(b->kept_count, 0);
	first_permitted = a->seed;
	lectern_engine_peer_permit(f->engine, a->id, LECTERN_KIND_BIT(LECTERN_CAMERA));
	UNTIL(f, count_of(b, picture) >= 5, (send_mic(a, 10), film(a)));
	for (unsigned i = 0; i < b->kept_count; i++) {
		assert_int_equal(b->kept[i].ssrc, picture); /* still no sound */
		assert_true(seed_of(&b->kept[i], a, true) >= first_permitted);
	}
	/* taken away again: what is sent after the engine has obeyed goes nowhere */
	lectern_engine_peer_permit(f->engine, a->id, 0);
	lectern_engine_peer_permit(f->engine, b->id, LECTERN_KIND_BIT(LECTERN_MIC));
	UNTIL(f, count_of(a, params_slot_ssrc(0, false, 1)) >= 1, send_mic(b, 10));
	last_forbidden = a->seed;
	for (unsigned i = 0; i < 50; i++)
		send_camera(a, true);
	UNTIL(f, count_of(a, params_slot_ssrc(0, false, 1)) >= 20, send_mic(b, 10));
	assert_true(seed_of(last_of(b, picture), a, true) < last_forbidden);
}

static void a_slot_shows_another_at_a_keyframe_on_one_timeline(void **state)
{
	struct fixture *f = *state;
	struct member *a = join(f, 0, (struct client_config){0});
	struct member *b = join(f, 1, (struct client_config){0});
	struct member *c = join(f, 2, (struct client_config){0});
	uint32_t picture = params_slot_ssrc(1, true, 2);
	unsigned before, i;

	lectern_engine_peer_permit(f->engine, a->id, LECTERN_KIND_BIT(LECTERN_CAMERA));
	lectern_engine_peer_permit(f->engine, c->id, LECTERN_KIND_BIT(LECTERN_CAMERA));
	lectern_engine_slot_show(f->engine, b->id, 2, a->id, LECTERN_CAMERA);
	UNTIL(f, count_of(b, picture) >= 10, (film(a), film(c)));
	lectern_engine_slot_show(f->engine, b->id, 2, c->id, LECTERN_CAMERA);
	before = b->kept_count;
	UNTIL(f, count_of(b, picture) >= before + 30, (film(a), film(c)));
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
		seed_of(&b->kept[j], c, true);
	for (unsigned j = 1; j < b->kept_count; j++) {
		assert_int_equal(b->kept[j].ssrc, picture);
		assert_int_equal((uint16_t)(b->kept[j].seq - b->kept[j - 1].seq), 1);
		assert_true((int32_t)(b->kept[j].timestamp - b->kept[j - 1].timestamp) > 0);
	}
	/* and nothing at all when it is emptied */
	lectern_engine_slot_show(f->engine, b->id, 2, 0, LECTERN_CAMERA);
	lectern_engine_slot_show(f->engine, b->id, 3, c->id, LECTERN_CAMERA);
	UNTIL(f, count_of(b, params_slot_ssrc(1, true, 3)) >= 1, (film(a), film(c)));
	before = count_of(b, picture);
	UNTIL(f, count_of(b, params_slot_ssrc(1, true, 3)) >= 10, (film(a), film(c)));
	assert_int_equal(count_of(b, picture), before);
}

static void a_nack_is_answered_on_the_repair_stream(void **state)
{
	struct fixture *f = *state;
	struct member *a = join(f, 0, (struct client_config){0});
	struct member *b = join(f, 1, (struct client_config){.profiles = "SRTP_AES128_CM_SHA1_80"});
	uint32_t picture = params_slot_ssrc(1, true, 0), repair = params_slot_rtx_ssrc(1, 0);
	uint8_t nack[16 + 8] = {0x80, 201, 0, 1, 0, 0, 0, 9, 0x81, 205, 0, 3, 0, 0, 0, 9};
	const struct kept *lost, *again;

	assert_int_equal(client_profile(b->client), 1);
	lectern_engine_peer_permit(f->engine, a->id, LECTERN_KIND_BIT(LECTERN_CAMERA));
	lectern_engine_slot_show(f->engine, b->id, 0, a->id, LECTERN_CAMERA);
	UNTIL(f, count_of(b, picture) >= 20, film(a));
	lost = last_of(b, picture);
	for (unsigned i = 0; i < 4; i++)
		nack[16 + i] = (uint8_t)(picture >> (24 - 8 * i));
	nack[20] = (uint8_t)(lost->seq >> 8);
	nack[21] = (uint8_t)lost->seq;
	assert_int_equal(client_send_rtcp(b->client, nack, sizeof(nack)), 0);
	UNTIL(f, count_of(b, repair) >= 1, );
	again = last_of(b, repair);
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
	struct member *a = &f->members[0], *b = join(f, 1, (struct client_config){0});
	uint32_t picture = params_slot_ssrc(1, true, 0), first;

	add_changed(f, a, (struct client_config){0}, name_only_rids);
	UNTIL(f, client_connected(a->client) && a->state == LECTERN_PEER_CONNECTED, );
	lectern_engine_peer_permit(f->engine, a->id, LECTERN_KIND_BIT(LECTERN_CAMERA));
	lectern_engine_slot_show(f->engine, b->id, 0, a->id, LECTERN_CAMERA);
	/* without names, or with wrong ones, it belongs to nobody */
	for (unsigned i = 0; i < 20; i++) {
		send_layer(a, 0x7001, "l", false);
		send_layer(a, 0x7002, "x", true);
	}
	first = a->seed;
	UNTIL(f, count_of(b, picture) >= 1, send_layer(a, 0x7003, "h", true));
	UNTIL(f, count_of(b, picture) >= 20, send_layer(a, 0x7003, "h", false)); /* learnt */
	for (unsigned i = 0; i < b->kept_count; i++)
		assert_true(seed_of(&b->kept[i], a, true) >= first);
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

/* Takes the workers' connections and counts what comes by type. */
static void take_recorded(
	int listener, int *ends, unsigned *end_count, unsigned *counts, struct wire_track *track)
{
	static uint8_t data[WIRE_MAX];
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0)
		ends[(*end_count)++] = fd;
	for (unsigned i = 0; i < *end_count; i++) {
		while (recv(ends[i], data, sizeof(data), 0) > 0) {
			const struct wire_head *head = (const void *)data;

			counts[head->type]++;
			if (head->type == WIRE_TRACK)
				memcpy(track, data + sizeof(*head), sizeof(*track));
		}
	}
}

static void what_is_permitted_is_recorded(void **state)
{
	struct fixture *f = *state;
	char folder[] = "/tmp/lectern-test-XXXXXX", path[64];
	struct lectern_engine_config config = {.workers = 1,
		.bind_address = "127.0.0.1",
		.wake = on_wake,
		.wake_arg = &f->wake_fd};
	unsigned counts[128] = {0}, end_count = 0;
	int listener, ends[8];
	struct wire_track track = {0};
	struct member *a;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/socket", folder);
	listener = listen_as_recorder(path);
	config.recorder_socket = path;
	lectern_engine_destroy(f->engine);
	assert_int_equal(lectern_engine_create(&config, &f->engine), 0);
	assert_int_equal(lectern_engine_room_open(f->engine, &f->room), 0);
	a = join(f, 0, (struct client_config){0});
	lectern_engine_room_record(f->engine, f->room, "site/class");
	lectern_engine_peer_permit(f->engine, a->id, LECTERN_KIND_BIT(LECTERN_MIC));
	UNTIL(f, f->tap_connected && counts[WIRE_RTP] >= 20,
		(send_mic(a, 20), send_camera(a, true),
			take_recorded(listener, ends, &end_count, counts, &track)));
	assert_int_equal(counts[WIRE_HELLO], 1);
	assert_int_equal(counts[WIRE_TRACK], 1); /* the camera is not permitted */
	assert_int_equal(track.kind, LECTERN_MIC);
	assert_string_equal(track.recording, "site/class");
	assert_string_equal(track.member, "m0");
	assert_int_equal(counts[WIRE_END], 0);
	lectern_engine_room_record(f->engine, f->room, NULL);
	UNTIL(f, counts[WIRE_END] == 1, take_recorded(listener, ends, &end_count, counts, &track));
	for (unsigned i = 0; i < end_count; i++)
		close(ends[i]);
	close(listener);
	UNTIL(f, !f->tap_connected, );
	unlink(path);
	rmdir(folder);
}

static void the_loudest_is_heard_and_named(void **state)
{
	struct fixture *f = *state;
	struct member *a = join(f, 0, (struct client_config){0});
	struct member *b = join(f, 1, (struct client_config){0});
	struct member *c = join(f, 2, (struct client_config){0});

	lectern_engine_peer_permit(f->engine, b->id, LECTERN_KIND_BIT(LECTERN_MIC));
	lectern_engine_peer_permit(f->engine, c->id, LECTERN_KIND_BIT(LECTERN_MIC));
	UNTIL(f, f->speaker == b->id && f->heard_count >= 1, (send_mic(b, 5), send_mic(c, 120)));
	UNTIL(f, f->speaker == c->id, (send_mic(b, 120), send_mic(c, 5)));
	for (unsigned i = 0; i < a->kept_count; i++)
		assert_in_range(a->kept[i].ssrc, params_slot_ssrc(0, false, 1),
			params_slot_ssrc(0, false, LECTERN_AUDIO_SLOTS - 1));
	assert_true(a->kept_count > 0);
}

static void a_moved_client_is_followed_and_a_restart_too(void **state)
{
	struct fixture *f = *state;
	struct member *a = join(f, 0, (struct client_config){0});
	struct member *b = join(f, 1, (struct client_config){0});
	uint32_t sound = params_slot_ssrc(1, false, 0);
	unsigned answered;

	lectern_engine_peer_permit(f->engine, a->id, LECTERN_KIND_BIT(LECTERN_MIC));
	lectern_engine_room_reserve(f->engine, f->room, a->id);
	UNTIL(f, count_of(b, sound) >= 5, send_mic(a, 20));
	assert_int_equal(client_move(b->client), 0);
	b->kept_count = 0;
	UNTIL(f, count_of(b, sound) >= 5, send_mic(a, 20));
	client_restart(b->client, "srv-again", "server-password-once-more");
	assert_int_equal(lectern_engine_peer_restart(f->engine, b->id, "srv-again",
				 "server-password-once-more", client_ufrag(b->client),
				 client_pwd(b->client)),
		0);
	answered = client_checks_answered(b->client);
	assert_int_equal(client_move(b->client), 0);
	b->kept_count = 0;
	UNTIL(f, client_checks_answered(b->client) > answered && count_of(b, sound) >= 5,
		send_mic(a, 20));
	assert_int_equal(
		lectern_engine_peer_restart(f->engine, b->id, "x", "y", "z", "w"), -EINVAL);
}

static void who_is_not_the_one_of_the_offer_gets_nothing(void **state)
{
	struct fixture *f = *state;
	struct member *a = join(f, 0, (struct client_config){0});
	struct member *stranger = &f->members[1], *nameless = &f->members[2];
	const struct lectern_endpoint *endpoint = lectern_engine_endpoint(f->engine, f->room);
	struct lectern_peer_params params;

	lectern_engine_peer_permit(f->engine, a->id, LECTERN_KIND_BIT(LECTERN_MIC));
	lectern_engine_room_reserve(f->engine, f->room, a->id);
	/* the right ICE credentials, but another certificate */
	assert_int_equal(client_create(&(struct client_config){.on_rtp = on_rtp, .arg = stranger},
				 &stranger->client),
		0);
	params_init(&params, stranger->client, 1, f->room);
	memset(params.remote_fingerprint, 'A', 2);
	memset(params.remote_fingerprint + 3, 'B', 2);
	assert_int_equal(lectern_engine_peer_add(f->engine, &params, &stranger->id), 0);
	client_connect(stranger->client, endpoint->candidates[0].address,
		endpoint->candidates[0].port, params.local_ufrag, params.local_pwd,
		endpoint->fingerprint);
	UNTIL(f, stranger->state == LECTERN_PEER_FAILED, send_mic(a, 20));
	UNTIL(f, client_over(stranger->client), send_mic(a, 20));
	/* a wrong password: not a byte comes back, while another is served */
	add(f, nameless, (struct client_config){0});
	client_connect(nameless->client, endpoint->candidates[0].address,
		endpoint->candidates[0].port, "srv00002", "not-the-password-of-00002",
		endpoint->fingerprint);
	for (unsigned i = client_checks_answered(a->client);
		client_checks_answered(a->client) < i + 3;)
		turn(f, 10);
	assert_int_equal(client_datagrams(nameless->client), 0);
	assert_int_equal(stranger->kept_count, 0);
}

static void two_rooms_go_to_two_workers_and_do_not_meet(void **state)
{
	struct fixture *f = *state;
	const struct lectern_endpoint *first = lectern_engine_endpoint(f->engine, f->room), *second;
	lectern_id first_room = f->room;
	struct member *a, *b;

	a = join(f, 0, (struct client_config){0});
	assert_int_equal(lectern_engine_room_open(f->engine, &f->room), 0);
	second = lectern_engine_endpoint(f->engine, f->room);
	assert_true(first->candidates[0].port != second->candidates[0].port);
	assert_string_equal(first->fingerprint, second->fingerprint);
	b = join(f, 1, (struct client_config){0});
	lectern_engine_peer_permit(f->engine, a->id, LECTERN_KIND_BIT(LECTERN_CAMERA));
	lectern_engine_slot_show(f->engine, b->id, 0, a->id, LECTERN_CAMERA);
	UNTIL(f, a->flowing[LECTERN_CAMERA], send_camera(a, true));
	assert_int_equal(b->kept_count, 0);
	lectern_engine_room_close(f->engine, first_room);
	assert_null(lectern_engine_endpoint(f->engine, first_room));
	UNTIL(f, client_over(a->client), ); /* close_notify */
	assert_false(client_over(b->client));
}

static void dead_ids_are_harmless(void **state)
{
	struct fixture *f = *state;
	struct member *a = join(f, 0, (struct client_config){0});
	struct lectern_peer_params params;
	lectern_id id;

	params_init(&params, a->client, 7, f->room);
	lectern_engine_peer_remove(f->engine, a->id);
	lectern_engine_peer_remove(f->engine, a->id);
	lectern_engine_peer_permit(f->engine, a->id, 7);
	lectern_engine_slot_show(f->engine, a->id, 0, a->id, LECTERN_CAMERA);
	lectern_engine_slot_limit(f->engine, a->id, 99, 0);
	assert_int_equal(lectern_engine_peer_restart(f->engine, a->id, "abcd",
				 "0123456789012345678901", "abcd", "0123456789012345678901"),
		-ENOENT);
	UNTIL(f, client_over(a->client), );
	lectern_engine_room_close(f->engine, f->room);
	lectern_engine_room_close(f->engine, f->room);
	lectern_engine_room_reserve(f->engine, f->room, 1);
	lectern_engine_room_record(f->engine, f->room, "x/y");
	assert_int_equal(lectern_engine_peer_add(f->engine, &params, &id), -ENOENT);
	lectern_engine_destroy(NULL);
}

static void links_are_told_every_two_seconds(void **state)
{
	struct fixture *f = *state;
	struct member *a = join(f, 0, (struct client_config){0});

	UNTIL(f, a->links >= 2 && a->up_bps > 0, send_camera(a, false));
	lectern_engine_peer_remove(f->engine, a->id);
}

static void a_port_in_use_is_an_error_at_the_start(void **state)
{
	struct fixture *f = *state;
	struct lectern_engine_config config = {
		.workers = 1,
		.bind_address = "127.0.0.1",
		.port = lectern_engine_endpoint(f->engine, f->room)->candidates[0].port,
		.wake = on_wake,
		.wake_arg = &f->wake_fd,
	};
	struct lectern_engine *engine = NULL;

	assert_int_equal(lectern_engine_create(&config, &engine), -EADDRINUSE);
	config.port = 0;
	config.bind_address = "nonsense";
	assert_int_equal(lectern_engine_create(&config, &engine), -EINVAL);
	assert_null(engine);
}

static void a_room_is_destroyed_in_full_flow(void **state)
{
	struct fixture *f = *state;
	struct member *a = join(f, 0, (struct client_config){0});
	struct member *b = join(f, 1, (struct client_config){0});

	lectern_engine_peer_permit(f->engine, a->id, 7);
	lectern_engine_room_reserve(f->engine, f->room, a->id);
	lectern_engine_slot_show(f->engine, b->id, 0, a->id, LECTERN_CAMERA);
	UNTIL(f, count_of(b, params_slot_ssrc(1, true, 0)) >= 5, (send_mic(a, 9), film(a)));
	for (unsigned i = 0; i < 100; i++) {
		send_mic(a, 9);
		film(a);
	}
	/* tear_down destroys the engine while packets, taps and slots hold on to each other */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sound_and_picture_arrive_as_they_were_sent),
		TEST(what_is_not_permitted_never_arrives),
		TEST(a_slot_shows_another_at_a_keyframe_on_one_timeline),
		TEST(a_nack_is_answered_on_the_repair_stream),
		TEST(a_stream_is_known_by_mid_and_rid),
		TEST(what_is_permitted_is_recorded),
		TEST(the_loudest_is_heard_and_named),
		TEST(a_moved_client_is_followed_and_a_restart_too),
		TEST(who_is_not_the_one_of_the_offer_gets_nothing),
		TEST(two_rooms_go_to_two_workers_and_do_not_meet),
		TEST(dead_ids_are_harmless),
		TEST(links_are_told_every_two_seconds),
		TEST(a_port_in_use_is_an_error_at_the_start),
		TEST(a_room_is_destroyed_in_full_flow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
