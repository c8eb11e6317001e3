/* SPDX-License-Identifier: MIT */
/* The media of a classroom: peers of seats, what their slots show, what the engine reports. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "signaling/classroom.h"
#include "signaling/classroom_priv.h"
#include "signaling/client.h"
#include "signaling/live.h"
#include "signaling/whip.h"

#define AREA "media"

enum {
	/* What counts as a weak and as a poor link: loss in parts per thousand, round trip in ms.
	 */
	WEAK_LOSS = 30,
	POOR_LOSS = 100,
	WEAK_RTT = 400,
	POOR_RTT = 800,
	MAX_RTT = 60000, /* as the schema says */
};

static struct lectern_engine *engine_of(const struct classroom *classroom)
{
	return classroom->live->server->engine;
}

/* A player with one picture has the first of the stage that there is: the screen while one is
 * shared, else the lead's camera, else another's. */
static const struct stage_slot *staged(
	const struct classroom *classroom, const struct seat *seat, unsigned i)
{
	const struct stage_slot *slots = room_stage(classroom->room)->slots;

	if (seat->whip && seat->whip->one_picture && i == 0) {
		while (i + 1 < LECTERN_VIDEO_SLOTS && !slots[i].member[0])
			i++;
	}
	return &slots[i];
}

/* What slot i of a seat should show: the stage, but never the seat's own tracks. */
static struct shown wanted_in(
	const struct classroom *classroom, const struct seat *seat, unsigned i)
{
	const struct stage_slot *slot = staged(classroom, seat, i);
	const struct seat *source = NULL;
	struct shown shown = {0};

	if (slot->member[0] && strcmp(slot->member, seat->member) != 0)
		source = classroom_find_seat(classroom, slot->member);
	if (source && source->peer) {
		shown.source = source->peer;
		shown.kind = slot->kind;
	}
	return shown;
}

static void show(struct classroom *classroom, struct seat *seat)
{
	for (unsigned i = 0; seat->peer && i < LECTERN_VIDEO_SLOTS; i++) {
		struct shown shown = wanted_in(classroom, seat, i);

		if (shown.source == seat->shown[i].source && shown.kind == seat->shown[i].kind)
			continue;
		seat->shown[i] = shown;
		lectern_engine_slot_show(
			engine_of(classroom), seat->peer, i, shown.source, shown.kind);
	}
}

void classroom_show_all(struct classroom *classroom)
{
	for (struct list *it = classroom->seats.next; it != &classroom->seats; it = it->next)
		show(classroom, list_of(it, struct seat, node));
}

static bool on_stage(const struct classroom *classroom, const char *member)
{
	const struct stage *stage = room_stage(classroom->room);

	for (unsigned i = 0; i < LECTERN_VIDEO_SLOTS; i++) {
		if (strcmp(stage->slots[i].member, member) == 0)
			return true;
	}
	return false;
}

int classroom_take_peer(struct classroom *classroom, struct seat *seat, lectern_id peer,
	const struct lectern_peer_params *params)
{
	const struct member *member = room_find(classroom->room, seat->member);
	struct lectern_peer_params *copy = malloc(sizeof(*copy));

	assert(member);
	if (!copy)
		return -ENOMEM;
	classroom_remove_peer(classroom, seat);
	*copy = *params;
	seat->params = copy;
	seat->peer = peer;
	seat->answers = 0;
	lectern_engine_peer_permit(engine_of(classroom), peer, member->on);
	if (member == room_lead(classroom->room))
		lectern_engine_room_reserve(engine_of(classroom), classroom->engine_room, peer);
	if (on_stage(classroom, seat->member))
		classroom_show_all(classroom);
	else
		show(classroom, seat);
	return 0;
}

void classroom_remove_peer(struct classroom *classroom, struct seat *seat)
{
	bool staged = on_stage(classroom, seat->member);

	if (!seat->peer)
		return;
	lectern_engine_peer_remove(engine_of(classroom), seat->peer);
	seat->peer = 0;
	free(seat->params);
	seat->params = NULL;
	memset(seat->shown, 0, sizeof(seat->shown));
	if (staged)
		classroom_show_all(classroom);
}

static void on_peer(struct classroom *classroom, struct seat *seat, enum lectern_peer_state state)
{
	static const char *const names[] = {
		[LECTERN_PEER_NEW] = "new",
		[LECTERN_PEER_CONNECTED] = "connected",
		[LECTERN_PEER_SILENT] = "silent",
		[LECTERN_PEER_FAILED] = "failed",
	};
	struct proto_lost_event lost = {0};

	log_info(AREA, "peer=%s session=%s member=%s", names[state], classroom->session_id,
		seat->member);
	if (seat->whip) {
		whip_on_peer(classroom, seat, state);
		return;
	}
	if (state != LECTERN_PEER_FAILED)
		return;
	classroom_remove_peer(classroom, seat);
	if (seat->client)
		client_event(seat->client, &proto_lost_event_shape, &lost);
}

static void on_heard(struct classroom *classroom, const struct lectern_event *event)
{
	const struct seat *speaker = classroom_find_peer(classroom, event->u.heard.speaker);
	const char *members[LECTERN_AUDIO_SLOTS];
	struct proto_heard_event heard = {
		.members = members,
		.speaker = speaker ? speaker->member : "",
	};

	for (unsigned i = 0; i < event->u.heard.count && i < LECTERN_AUDIO_SLOTS; i++) {
		const struct seat *seat = classroom_find_peer(classroom, event->u.heard.peers[i]);

		if (seat)
			members[heard.members_count++] = seat->member;
	}
	classroom_broadcast(classroom, &proto_heard_event_shape, &heard);
	room_heard(classroom->room, speaker ? speaker->member : NULL, live_now());
	classroom_carry_out(classroom);
}

static void count_presence(struct seat *seat, const struct lectern_event *event,
	enum proto_link_event_quality quality, unsigned loss)
{
	static const enum attendance_link links[] = {
		[PROTO_LINK_EVENT_QUALITY_GOOD] = ATTENDANCE_LINK_GOOD,
		[PROTO_LINK_EVENT_QUALITY_WEAK] = ATTENDANCE_LINK_WEAK,
		[PROTO_LINK_EVENT_QUALITY_POOR] = ATTENDANCE_LINK_POOR,
	};
	struct presence_link link = {
		.quality = links[quality],
		.rtt_ms = event->u.link.rtt_us / 1000,
		.loss_permille = loss,
		.audio_sent = event->u.link.audio_sent,
		.audio_acked = event->u.link.audio_acked,
	};

	if (seat->counted)
		presence_on_link(&seat->presence, &link, live_now().wall_ms);
}

static void on_link(struct seat *seat, const struct lectern_event *event)
{
	uint32_t rtt = event->u.link.rtt_us / 1000;
	unsigned up = event->u.link.up_loss, down = event->u.link.down_loss;
	unsigned loss = up > down ? up : down;
	struct proto_link_event link = {
		.quality = PROTO_LINK_EVENT_QUALITY_GOOD,
		.rtt = rtt < MAX_RTT ? rtt : MAX_RTT,
		.up_loss = up,
		.down_loss = down,
		.up = event->u.link.up_bps,
		.down = event->u.link.down_bps,
	};

	if (loss >= POOR_LOSS || rtt >= POOR_RTT)
		link.quality = PROTO_LINK_EVENT_QUALITY_POOR;
	else if (loss >= WEAK_LOSS || rtt >= WEAK_RTT)
		link.quality = PROTO_LINK_EVENT_QUALITY_WEAK;
	if (seat->client)
		client_event(seat->client, &proto_link_event_shape, &link);
	count_presence(seat, event, link.quality, loss);
}

void classroom_on_event(struct classroom *classroom, const struct lectern_event *event)
{
	struct seat *seat = classroom_find_peer(classroom, event->peer);

	if (event->type == LECTERN_EVENT_HEARD)
		on_heard(classroom, event);
	else if (event->type == LECTERN_EVENT_PEER && seat)
		on_peer(classroom, seat, event->u.peer_state.state);
	else if (event->type == LECTERN_EVENT_LINK && seat)
		on_link(seat, event);
	else if (event->type == LECTERN_EVENT_TRACK && seat)
		log_debug(AREA, "track kind=%d flowing=%d session=%s member=%s",
			event->u.track.kind, event->u.track.flowing, classroom->session_id,
			seat->member);
}
