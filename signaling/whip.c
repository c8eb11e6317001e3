/* SPDX-License-Identifier: MIT */
#include "signaling/whip.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/log.h"
#include "signaling/classroom.h"
#include "signaling/live.h"
#include "signaling/negotiation.h"
#include "src/store/id.h"

#define AREA "whip"

enum { RESOURCE_BYTES = 16 };

static const char *protocol_name(enum stream_direction direction)
{
	return direction == STREAM_PUBLISH ? "whip" : "whep";
}

static int read_offer(const struct whip_ask *ask, struct negotiation *n)
{
	bool publish = ask->direction == STREAM_PUBLISH;
	int result = sdp_parse(ask->offer, ask->offer_len, &n->offer, n->why);

	if (result < 0)
		return result;
	if (!sdp_restrict(&n->offer, publish ? SDP_SENDONLY : SDP_RECVONLY)) {
		snprintf(n->why, SDP_WHY, "no section of the offer %s",
			publish ? "sends: WHIP is for those who teach"
				: "receives: WHEP is for those who watch");
		return -EBADMSG;
	}
	return sdp_negotiate(&n->offer, NULL, &n->params, n->why);
}

static unsigned kinds_sent(const struct lectern_peer_params *params)
{
	unsigned kinds = 0;

	for (size_t i = 0; i < params->section_count; i++)
		if (params->sections[i].use == LECTERN_SECTION_UP)
			kinds |= LECTERN_KIND_BIT(params->sections[i].kind);
	return kinds;
}

static bool has_one_picture(const struct lectern_peer_params *params)
{
	unsigned pictures = 0;

	for (size_t i = 0; i < params->section_count; i++)
		pictures += params->sections[i].use == LECTERN_SECTION_SLOT &&
			    params->sections[i].kind != LECTERN_MIC;
	return pictures == 1;
}

/* A source that lost its network comes back before we gave it up: it is not there twice. */
static void replace_silent(struct classroom *classroom, const char *hash)
{
	list_each (it, &classroom->seats) {
		struct seat *seat = list_of(it, struct seat, node);
		const struct member *member = room_find(classroom->room, seat->member);

		if (seat->whip && seat->whip->direction == STREAM_PUBLISH && member &&
			!member->present && strcmp(seat->whip->hash, hash) == 0)
			whip_close(classroom, seat);
	}
}

static struct whip *make_resource(const struct whip_ask *ask, const struct negotiation *n)
{
	unsigned char bytes[RESOURCE_BYTES];
	struct whip *whip = calloc(1, sizeof(*whip));

	static_assert(WHIP_RESOURCE == sodium_base64_ENCODED_LEN(RESOURCE_BYTES,
					       sodium_base64_VARIANT_URLSAFE_NO_PADDING),
		"base64url");
	if (!whip)
		return NULL;
	whip->direction = ask->direction;
	whip->one_picture = has_one_picture(&n->params);
	snprintf(whip->hash, sizeof(whip->hash), "%s", ask->hash);
	randombytes_buf(bytes, sizeof(bytes));
	sodium_bin2base64(whip->resource, sizeof(whip->resource), bytes, sizeof(bytes),
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	return whip;
}

/* Its id says that it is no person's: what is kept of people is not kept of it. */
static int take_seat(struct classroom *classroom, const struct whip_ask *ask, struct whip *whip,
	struct seat **ret_seat)
{
	char id[LECTERN_MAX_MEMBER], number[ID_TEXT];
	struct room_person person = {
		.id = id,
		.name = ask->name,
		.role = ask->direction == STREAM_PUBLISH ? ROOM_INSTRUCTOR : ROOM_TRAINEE,
		.admitted = true,
	};
	struct seat *seat;
	int result;

	snprintf(id, sizeof(id), "stream-%s", id_text(id_new(), number));
	result = classroom_add_seat(classroom, id, person.role, &seat);
	if (result < 0)
		return result;
	result = room_enter(classroom->room, &person, false, live_now());
	if (result < 0) {
		classroom_remove_seat(classroom, seat);
		return result;
	}
	seat->whip = whip;
	classroom_carry_out(classroom);
	*ret_seat = seat;
	return 0;
}

/* The peer, and what it sends is on. */
static int start_media(struct classroom *classroom, struct seat *seat, struct negotiation *n)
{
	int result = classroom->engine_room ? 0 : -EAGAIN;

	if (result == 0) {
		negotiation_fill_person(classroom, seat, &n->params);
		result = negotiation_new_peer(classroom, seat, n);
	}
	if (result < 0)
		return result;
	seat->answers++;
	result = room_media(classroom->room, seat->member, kinds_sent(&n->params), live_now());
	classroom_carry_out(classroom);
	return result;
}

static int open_in(struct classroom *classroom, const struct whip_ask *ask, struct negotiation *n,
	struct seat **ret_seat)
{
	bool publish = ask->direction == STREAM_PUBLISH;
	struct whip *whip;
	struct seat *seat;
	int result;

	if (!publish && room_info(classroom->room)->state == ROOM_WAITING)
		return -EAGAIN;
	if (publish)
		replace_silent(classroom, ask->hash);
	whip = make_resource(ask, n);
	if (!whip)
		return -ENOMEM;
	result = take_seat(classroom, ask, whip, &seat);
	if (result < 0) {
		free(whip);
		return result;
	}
	result = start_media(classroom, seat, n);
	if (result < 0) {
		whip_close(classroom, seat);
		return result;
	}
	log_info(AREA, "%s entered session=%s member=%s", protocol_name(ask->direction),
		classroom->session_id, seat->member);
	*ret_seat = seat;
	return 0;
}

int whip_open(struct live *live, const struct whip_ask *ask, struct negotiation *n,
	struct classroom **ret_classroom, struct seat **ret_seat)
{
	int result = live->stopping ? -EAGAIN : read_offer(ask, n);

	if (result == 0)
		result = live_hold(live, ask->facts, ret_classroom);
	return result < 0 ? result : open_in(*ret_classroom, ask, n, ret_seat);
}

int whip_find(struct live *live, int64_t session, enum stream_direction direction,
	const char *resource, const char *hash, struct classroom **ret_classroom,
	struct seat **ret_seat)
{
	struct classroom *classroom = live_find_classroom(live, session);

	if (!classroom)
		return -ENOENT;
	for (struct list *it = classroom->seats.next; it != &classroom->seats; it = it->next) {
		struct seat *seat = list_of(it, struct seat, node);
		const struct whip *whip = seat->whip;

		if (!whip || whip->direction != direction || strcmp(whip->resource, resource) != 0)
			continue;
		if (sodium_memcmp(whip->hash, hash, sizeof(whip->hash)) != 0)
			return -EACCES;
		*ret_classroom = classroom;
		*ret_seat = seat;
		return 0;
	}
	return -ENOENT;
}

/* Our ufrag is new for each ICE session, and of characters that a tag may have. */
const char *whip_etag(const struct seat *seat, char out[WHIP_ETAG])
{
	int len = snprintf(out, WHIP_ETAG, "\"%s\"", seat->params->local_ufrag);

	assert(len < WHIP_ETAG);
	return out;
}

static int restart(struct classroom *classroom, struct seat *seat,
	const struct sdp_fragment *fragment, char *answer)
{
	const struct lectern_endpoint *endpoint =
		lectern_engine_peer_endpoint(classroom->live->server->engine, seat->peer);
	struct lectern_peer_params params = *seat->params;
	int result;

	if (!endpoint)
		return -ENOENT;
	memcpy(params.remote_ufrag, fragment->ufrag, sizeof(params.remote_ufrag));
	memcpy(params.remote_pwd, fragment->pwd, sizeof(params.remote_pwd));
	sdp_new_credentials(&params);
	result = sdp_fragment_write(&params, endpoint, answer);
	if (result == 0)
		result = negotiation_restart(classroom, seat, &params);
	return result < 0 ? result : 1;
}

int whip_patch(struct classroom *classroom, struct seat *seat, const struct sdp_fragment *fragment,
	char *answer)
{
	bool same = strcmp(fragment->ufrag, seat->params->remote_ufrag) == 0 &&
		    strcmp(fragment->pwd, seat->params->remote_pwd) == 0;

	if (!fragment->ufrag[0] || same)
		return 0;
	return restart(classroom, seat, fragment, answer);
}

void whip_close(struct classroom *classroom, struct seat *seat)
{
	log_info(AREA, "%s left session=%s member=%s", protocol_name(seat->whip->direction),
		classroom->session_id, seat->member);
	room_leave(classroom->room, seat->member, live_now());
	classroom_carry_out(classroom);
}

/* Nothing comes from it; the seat waits for a while, as one waits whose WebSocket is lost. */
static void come_back(struct classroom *classroom, struct seat *seat)
{
	const struct member *member = room_find(classroom->room, seat->member);
	struct room_person person = {
		.id = seat->member, .name = member->name, .role = member->role};

	if (!member->present && room_enter(classroom->room, &person, true, live_now()) == 0)
		classroom_carry_out(classroom);
}

void whip_on_peer(struct classroom *classroom, struct seat *seat, enum lectern_peer_state state)
{
	if (!room_find(classroom->room, seat->member))
		return;
	switch (state) {
	case LECTERN_PEER_NEW:
		break;
	case LECTERN_PEER_CONNECTED:
		come_back(classroom, seat);
		break;
	case LECTERN_PEER_SILENT:
		room_lose(classroom->room, seat->member, live_now());
		classroom_carry_out(classroom);
		break;
	case LECTERN_PEER_FAILED:
		whip_close(classroom, seat);
		break;
	}
}
