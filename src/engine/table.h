/* SPDX-License-Identifier: MIT */
/*
 * Ids of the control side: an index and a generation, so that an id is never used for a second
 * object. A place that becomes free is used again as late as possible. Control thread only.
 */
#ifndef ENGINE_TABLE_H
#define ENGINE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "lectern/types.h"

struct table_entry {
	uint32_t generation; /* of the object in it, or of the next one; from 1 */
	bool used;
	uint8_t worker;	  /* of a room: its home */
	uint16_t cost;	  /* of a peer, in its worker's load */
	lectern_id room;  /* of a peer */
	uint32_t count;	  /* of a room: its peers */
	uint64_t workers; /* of a room: a bit for each that has heard of it */
	uint32_t next;	  /* free list: index + 1, 0 ends */
};

struct table {
	struct table_entry *entries;
	uint32_t room;
	uint32_t free_first, free_last; /* index + 1 */
	uint32_t count;
};

int table_init(struct table *table, uint32_t room);
void table_finish(struct table *table);
/* -ENOSPC. The entry is zero but for its generation. */
int table_add(struct table *table, lectern_id *ret_id);
/* NULL: no such object, or no more. */
struct table_entry *table_find(const struct table *table, lectern_id id);
void table_remove(struct table *table, lectern_id id);

static inline uint32_t id_index(lectern_id id)
{
	return (uint32_t)id;
}

static inline lectern_id id_make(uint32_t generation, uint32_t index)
{
	return (lectern_id)generation << 32 | index;
}

#endif
