/* SPDX-License-Identifier: MIT */
#include "room/effect.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int room_effects_reserve(struct room_effects *effects, size_t count)
{
	struct room_effect *items;

	if (count <= effects->room)
		return 0;
	items = realloc(effects->items, 2 * count * sizeof(*items));
	if (!items)
		return -ENOMEM;
	effects->items = items;
	effects->room = 2 * count;
	return 0;
}

void room_effects_finish(struct room_effects *effects)
{
	free(effects->items);
	memset(effects, 0, sizeof(*effects));
}

struct room_effect *room_effects_add(
	struct room_effects *effects, enum room_effect_type type, const char *member)
{
	struct room_effect *effect;

	assert(effects->count < effects->room);
	effect = &effects->items[effects->count++];
	memset(effect, 0, sizeof(*effect));
	effect->type = type;
	if (member)
		snprintf(effect->member, sizeof(effect->member), "%s", member);
	return effect;
}
