/* SPDX-License-Identifier: MIT */
#include "room/stage.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

static bool has_camera(const struct member *member)
{
	return member->on & LECTERN_KIND_BIT(LECTERN_CAMERA);
}

/* The right to be seen among the other cameras; higher goes first. */
static unsigned rank(const struct member *member, uint64_t now_us)
{
	if (member_is_host(member))
		return 3;
	if (member->spoke_us && !clock_passed(member->spoke_us, STAGE_SPOKE_US, now_us))
		return 2;
	return member->hand ? 1 : 0;
}

static bool put(struct stage_slot *slot, const struct member *member, enum lectern_kind kind)
{
	const char *id = member ? member->id : "";

	if (strcmp(slot->member, id) == 0)
		return false;
	snprintf(slot->member, sizeof(slot->member), "%s", id);
	slot->kind = kind;
	return true;
}

static const struct member *find(struct member *const *members, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(members[i]->id, id) == 0)
			return members[i];
	}
	return NULL;
}

static struct stage_slot *slot_of(struct stage *stage, const char *id)
{
	for (size_t i = STAGE_REST; i < LECTERN_VIDEO_SLOTS; i++) {
		if (strcmp(stage->slots[i].member, id) == 0)
			return &stage->slots[i];
	}
	return NULL;
}

/* The slot whose member has the least right to it; of equals, the one who has not spoken longest.
 */
static struct stage_slot *weakest(struct stage *stage, struct member *const *members, size_t count,
	uint64_t now_us, unsigned *ret_rank)
{
	struct stage_slot *found = NULL;
	uint64_t spoke_us = 0;

	for (size_t i = STAGE_REST; i < LECTERN_VIDEO_SLOTS; i++) {
		const struct member *member = find(members, count, stage->slots[i].member);
		unsigned of = rank(member, now_us);

		if (!found || of < *ret_rank || (of == *ret_rank && member->spoke_us < spoke_us)) {
			found = &stage->slots[i];
			spoke_us = member->spoke_us;
			*ret_rank = of;
		}
	}
	return found;
}

static bool seat_camera(struct stage *stage, struct member *const *members, size_t count,
	const struct member *member, uint64_t now_us)
{
	struct stage_slot *slot;
	unsigned held_rank = 0;

	if (slot_of(stage, member->id))
		return false;
	slot = slot_of(stage, ""); /* a free one */
	if (slot)
		return put(slot, member, LECTERN_CAMERA);
	slot = weakest(stage, members, count, now_us, &held_rank);
	return rank(member, now_us) > held_rank && put(slot, member, LECTERN_CAMERA);
}

static bool clear_stale(
	struct stage *stage, struct member *const *members, size_t count, const struct member *lead)
{
	bool changed = false;

	for (size_t i = STAGE_REST; i < LECTERN_VIDEO_SLOTS; i++) {
		const struct member *member = find(members, count, stage->slots[i].member);

		if (!member || !has_camera(member) || member == lead)
			changed |= put(&stage->slots[i], NULL, LECTERN_CAMERA);
	}
	return changed;
}

bool stage_update(struct stage *stage, struct member *const *members, size_t count,
	const struct member *lead, uint64_t now_us)
{
	const struct member *screen = NULL;
	bool changed;

	for (size_t i = 0; i < count; i++) {
		if (members[i]->on & LECTERN_KIND_BIT(LECTERN_SCREEN))
			screen = members[i];
	}
	changed = put(&stage->slots[STAGE_SCREEN], screen, LECTERN_SCREEN);
	changed |= put(
		&stage->slots[STAGE_LEAD], lead && has_camera(lead) ? lead : NULL, LECTERN_CAMERA);
	changed |= clear_stale(stage, members, count, lead);
	/* Once is enough: only the weakest is displaced, who could not displace anybody. */
	for (size_t i = 0; i < count; i++) {
		if (members[i] != lead && has_camera(members[i]))
			changed |= seat_camera(stage, members, count, members[i], now_us);
	}
	return changed;
}
