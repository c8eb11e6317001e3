/* SPDX-License-Identifier: MIT */
#include "engine/table.h"

#include <errno.h>
#include <stdlib.h>

static void append_free(struct table *table, uint32_t index)
{
	table->entries[index].next = 0;
	if (table->free_last)
		table->entries[table->free_last - 1].next = index + 1;
	else
		table->free_first = index + 1;
	table->free_last = index + 1;
}

int table_init(struct table *table, uint32_t room)
{
	*table = (struct table){.room = room};
	table->entries = calloc(room, sizeof(*table->entries));
	if (!table->entries)
		return -ENOMEM;
	for (uint32_t i = 0; i < room; i++) {
		table->entries[i].generation = 1;
		append_free(table, i);
	}
	return 0;
}

void table_finish(struct table *table)
{
	free(table->entries);
	table->entries = NULL;
}

int table_add(struct table *table, lectern_id *ret_id)
{
	uint32_t index = table->free_first - 1, generation;

	if (!table->free_first)
		return -ENOSPC;
	table->free_first = table->entries[index].next;
	if (!table->free_first)
		table->free_last = 0;
	generation = table->entries[index].generation;
	table->entries[index] = (struct table_entry){.generation = generation, .used = true};
	table->count++;
	*ret_id = id_make(generation, index);
	return 0;
}

struct table_entry *table_find(const struct table *table, lectern_id id)
{
	uint32_t index = id_index(id);

	if (index >= table->room || !table->entries[index].used ||
		table->entries[index].generation != id >> 32)
		return NULL;
	return &table->entries[index];
}

void table_remove(struct table *table, lectern_id id)
{
	struct table_entry *entry = table_find(table, id);

	if (!entry)
		return;
	entry->used = false;
	table->count--;
	/* a place whose generations are used up is never used again */
	if (++entry->generation != 0)
		append_free(table, id_index(id));
}
