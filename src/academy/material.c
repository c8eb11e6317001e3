/* SPDX-License-Identifier: MIT */
#include "academy/material.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/id.h"
#include "store/store.h"

static int changed(int r)
{
	if (r < 0)
		return r;
	return r == 0 ? -ENOENT : 0;
}

/* The ids of a course's materials in their order; their number. */
static int read_order(struct store *store, int64_t site, int64_t course, int64_t ids[MATERIALS_MAX])
{
	struct rows rows = store_select(store,
		"SELECT id FROM material WHERE site = $1 AND course = $2 ORDER BY position, id",
		V_INT(site), V_INT(course));
	int count = 0, r;

	while (rows_next(&rows) && count < MATERIALS_MAX)
		ids[count++] = row_int(&rows, 0);
	r = rows_close(&rows);
	return r < 0 ? r : count;
}

static int insert(struct store *store, struct material *material)
{
	int64_t ids[MATERIALS_MAX];
	int count = read_order(store, material->site, material->course, ids), r;

	if (count < 0)
		return count;
	if (count == MATERIALS_MAX)
		return -ENOSPC;
	material->id = id_new();
	material->position = (unsigned)count;
	r = store_run(store,
		"INSERT INTO material (site, id, course, name, type, bytes, hash, position,"
		" added_by, added_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		V_INT(material->site), V_INT(material->id), V_INT(material->course),
		V_TEXT(material->name), V_TEXT(material->type), V_INT(material->bytes),
		V_TEXT(material->hash), V_INT(material->position), V_INT(material->added_by),
		V_INT(material->added_at));
	if (r == -EEXIST)
		return -ENOENT;
	return r < 0 ? r : 0;
}

int material_add(struct store *store, struct material *material)
{
	int r = store_begin(store);

	return r < 0 ? r : store_finish(store, insert(store, material));
}

#define MATERIALS                                                                                  \
	"SELECT m.site, m.id, m.course, m.name, m.type, m.bytes, m.hash, m.position, m.added_by,"  \
	" m.added_at, p.name FROM material m LEFT JOIN person p ON p.id = m.added_by"              \
	" WHERE m.site = $1 AND m.course = $2"

static void read_material(const struct rows *rows, struct material *material)
{
	*material = (struct material){
		.site = row_int(rows, 0),
		.id = row_int(rows, 1),
		.course = row_int(rows, 2),
		.bytes = row_int(rows, 5),
		.position = (unsigned)row_int(rows, 7),
		.added_by = row_int(rows, 8),
		.added_at = row_int(rows, 9),
	};
	row_copy(rows, 3, material->name, sizeof(material->name));
	row_copy(rows, 4, material->type, sizeof(material->type));
	row_copy(rows, 6, material->hash, sizeof(material->hash));
	row_copy(rows, 10, material->added_by_name, sizeof(material->added_by_name));
}

int material_get(struct store *store, int64_t site, int64_t course, int64_t id,
	struct material *ret_material)
{
	struct rows rows = store_select(
		store, MATERIALS " AND m.id = $3", V_INT(site), V_INT(course), V_INT(id));
	bool found = rows_next(&rows);
	struct material material;
	int r;

	if (found)
		read_material(&rows, &material);
	r = rows_close(&rows);
	if (r == 0 && !found)
		r = -ENOENT;
	if (r == 0)
		*ret_material = material;
	return r;
}

int material_each(struct store *store, int64_t site, int64_t course,
	void (*found)(const struct material *material, void *arg), void *arg)
{
	struct rows rows = store_select(
		store, MATERIALS " ORDER BY m.position, m.id", V_INT(site), V_INT(course));

	while (rows_next(&rows)) {
		struct material material;

		read_material(&rows, &material);
		found(&material, arg);
	}
	return rows_close(&rows);
}

int material_rename(struct store *store, int64_t site, int64_t course, int64_t id, const char *name)
{
	return changed(store_run(store,
		"UPDATE material SET name = $4 WHERE site = $1 AND course = $2 AND id = $3",
		V_INT(site), V_INT(course), V_INT(id), V_TEXT(name)));
}

/* The order as it is in `ids`, without gaps. */
static int write_order(struct store *store, int64_t site, const int64_t *ids, int count)
{
	int r = 0;

	for (int i = 0; r >= 0 && i < count; i++)
		r = store_run(store,
			"UPDATE material SET position = $3 WHERE site = $1 AND id = $2"
			" AND position <> $3",
			V_INT(site), V_INT(ids[i]), V_INT(i));
	return r < 0 ? r : 0;
}

/* Takes `id` out of `ids`. False: it is not there. */
static bool take_out(int64_t *ids, int count, int64_t id)
{
	int at = 0;

	while (at < count && ids[at] != id)
		at++;
	if (at == count)
		return false;
	memmove(ids + at, ids + at + 1, (size_t)(count - at - 1) * sizeof(*ids));
	return true;
}

static int move(struct store *store, int64_t site, int64_t course, int64_t id, unsigned position)
{
	int64_t ids[MATERIALS_MAX];
	int count = read_order(store, site, course, ids), at;

	if (count < 0)
		return count;
	if (!take_out(ids, count, id))
		return -ENOENT;
	at = position < (unsigned)count - 1 ? (int)position : count - 1;
	memmove(ids + at + 1, ids + at, (size_t)(count - 1 - at) * sizeof(*ids));
	ids[at] = id;
	return write_order(store, site, ids, count);
}

int material_move(struct store *store, int64_t site, int64_t course, int64_t id, unsigned position)
{
	int r = store_begin(store);

	return r < 0 ? r : store_finish(store, move(store, site, course, id, position));
}

static int remove_one(struct store *store, int64_t site, int64_t course, int64_t id)
{
	int64_t ids[MATERIALS_MAX];
	int count = read_order(store, site, course, ids), r;

	if (count < 0)
		return count;
	if (!take_out(ids, count, id))
		return -ENOENT;
	r = store_run(
		store, "DELETE FROM material WHERE site = $1 AND id = $2", V_INT(site), V_INT(id));
	return r < 0 ? r : write_order(store, site, ids, count - 1);
}

int material_remove(struct store *store, int64_t site, int64_t course, int64_t id)
{
	int r = store_begin(store);

	return r < 0 ? r : store_finish(store, remove_one(store, site, course, id));
}

const char *material_path(int64_t site, int64_t id, char out[MATERIAL_PATH])
{
	char site_name[ID_TEXT], name[ID_TEXT];

	snprintf(out, MATERIAL_PATH, "sites/%s/materials/%s", id_text(site, site_name),
		id_text(id, name));
	return out;
}

/* Where the name goes on behind `at` bytes of UTF-8, or before them where that is amid one. */
static size_t whole_characters(const char *text, size_t at)
{
	while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80)
		at--;
	return at;
}

/* "<much too long>.pdf" keeps its ending, if that is a short one. */
static void shorten(const char *name, size_t len, char out[MATERIAL_NAME])
{
	const char *dot = strrchr(name, '.');
	size_t tail = dot && strlen(dot) <= 12 ? strlen(dot) : 0;
	size_t keep = len;

	if (len >= MATERIAL_NAME)
		keep = whole_characters(name, MATERIAL_NAME - 1 - tail);
	else
		tail = 0;
	snprintf(out, MATERIAL_NAME, "%.*s%s", (int)keep, name, tail > 0 ? dot : "");
}

static void trim_end(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '.'))
		text[--len] = '\0';
}

int material_clean_name(const char *name, char out[MATERIAL_NAME])
{
	static const char taboo[] = "\"*:<>?|%";
	char clean[1024], short_name[MATERIAL_NAME];
	size_t len = 0;

	for (const char *at = name; *at; at++)
		if (*at == '/' || *at == '\\')
			name = at + 1;
	name += strspn(name, ". ");
	for (; *name && len < sizeof(clean) - 1; name++)
		clean[len++] = strchr(taboo, *name) ? '_' : *name;
	if (*name)
		return -EINVAL;
	clean[len] = '\0';
	trim_end(clean);
	shorten(clean, strlen(clean), short_name);
	trim_end(short_name);
	if (!text_is_line(short_name, MATERIAL_NAME))
		return -EINVAL;
	memcpy(out, short_name, sizeof(short_name));
	return 0;
}

const char *material_type(const unsigned char *head, size_t len)
{
	static const struct {
		const char *magic;
		size_t len;
		const char *type;
	} known[] = {
		{"%PDF-", 5, "application/pdf"}, {"\x89PNG\r\n\x1a\n", 8, "image/png"},
		{"\xff\xd8\xff", 3, "image/jpeg"},
		{"PK\3\4", 4, "application/zip"}, /* and what is one inside: office files */
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (len >= known[i].len && memcmp(head, known[i].magic, known[i].len) == 0)
			return known[i].type;
	return "application/octet-stream";
}
