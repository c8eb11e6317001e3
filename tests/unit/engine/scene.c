/* SPDX-License-Identifier: MIT */
#include "tests/unit/engine/scene.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "tests/unit/engine/media.h"

static unsigned workers = 2;
static const char *address = "127.0.0.1";

void scene_use_workers(unsigned count)
{
	workers = count;
}

void scene_use_address(const char *bind_address)
{
	address = bind_address;
}

unsigned scene_workers(void)
{
	return workers;
}

void scene_on_wake(void *arg)
{
	uint64_t one = 1;
	ssize_t wrote = write(*(int *)arg, &one, sizeof(one));

	(void)wrote;
}

int scene_set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct lectern_engine_config config = {
		.workers = workers,
		.bind_address = address,
		.announce_loopback = true,
		.wake = scene_on_wake,
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

int scene_tear_down(void **state)
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

void scene_on_rtp(void *arg, const struct client_rtp *rtp)
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
		if (data[at + 1] == 203)
			member->byes += data[at] & 0x1f;
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

void scene_turn(struct fixture *f, int wait_ms)
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

/* ---- members ---- */

void scene_add_changed(
	struct fixture *f, struct member *member, struct client_config config, change_fn *change)
{
	const struct lectern_endpoint *endpoint;
	struct lectern_peer_params params;

	config.on_rtp = scene_on_rtp;
	config.on_rtcp = on_rtcp;
	config.arg = member;
	assert_int_equal(client_create(&config, &member->client), 0);
	params_init(&params, member->client, member->number, f->room);
	if (change)
		change(&params);
	assert_int_equal(lectern_engine_peer_add(f->engine, &params, &member->id), 0);
	endpoint = lectern_engine_peer_endpoint(f->engine, member->id);
	assert_non_null(endpoint);
	client_connect(member->client, endpoint->candidates[0].address,
		endpoint->candidates[0].port, params.local_ufrag, params.local_pwd,
		endpoint->fingerprint);
}

void scene_add(struct fixture *f, struct member *member, struct client_config config)
{
	scene_add_changed(f, member, config, NULL);
}

struct member *scene_join(struct fixture *f, unsigned number, struct client_config config)
{
	struct member *member = &f->members[number];

	scene_add(f, member, config);
	UNTIL(f, client_connected(member->client) && member->state == LECTERN_PEER_CONNECTED, );
	return member;
}

void scene_send_mic(struct member *member, uint8_t level)
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

void scene_send_camera(struct member *member, bool keyframe)
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

void scene_film(struct member *member)
{
	bool keyframe = member->plis > 0;

	member->plis = 0;
	scene_send_camera(member, keyframe);
}

unsigned scene_count_of(const struct member *member, uint32_t ssrc)
{
	unsigned count = 0;

	for (unsigned i = 0; i < member->kept_count; i++)
		count += member->kept[i].ssrc == ssrc;
	return count;
}

const struct kept *scene_last_of(const struct member *member, uint32_t ssrc)
{
	for (unsigned i = member->kept_count; i > 0; i--) {
		if (member->kept[i - 1].ssrc == ssrc)
			return &member->kept[i - 1];
	}
	return NULL;
}

uint32_t scene_seed_of(const struct kept *kept, const struct member *from, bool video)
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
