/* SPDX-License-Identifier: MIT */
/*
 * /courses/<id>/materials: slides and files.
 *
 * A file comes as the body of a POST, its name in ?name=. What it is we see from its first bytes.
 * It is given out as a download; a PDF or a picture is shown in the browser if ?show=1 asks for
 * that. Nothing that could run in a page of ours is ever shown.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "academy/material.h"
#include "academy/site.h"
#include "base/clock.h"
#include "signaling/api/lists.h"
#include "signaling/api/objects.h"
#include "signaling/api/table.h"
#include "signaling/request.h"
#include "signaling/upload.h"
#include "signaling/work.h"

static json_t *object_material(const struct material *material)
{
	return json_pack("{s:o, s:s, s:s, s:I, s:s, s:i, s:I, s:{s:o, s:s}}", "id",
		object_id(material->id), "name", material->name, "type", material->type, "bytes",
		(json_int_t)material->bytes, "hash", material->hash, "position",
		(int)material->position, "added_at", (json_int_t)material->added_at, "added_by",
		"id", object_id(material->added_by), "name", material->added_by_name);
}

static void add_material(const struct material *material, void *arg)
{
	struct listing *listing = arg;

	object_append(listing->list, object_material(material), &listing->error);
}

void api_materials(struct store *store, struct request *request)
{
	struct listing listing = {.list = json_array()};

	lists_answer(request, "materials", &listing, 0,
		material_each(store, request->site, request->object, add_material, &listing));
}

static void answer_material(
	struct store *store, struct request *request, unsigned status, int64_t id)
{
	struct material material;
	int r = material_get(store, request->site, request->object, id, &material);

	if (r < 0)
		request_fail(request, r);
	else
		request_json(request, status, object_material(&material));
}

/* False: 400 was answered. */
static bool read_name(struct request *request, char name[MATERIAL_NAME])
{
	char given[REQUEST_QUERY];

	if (url_query_text(request->query, "name", given, sizeof(given)) == 0 &&
		material_clean_name(given, name) == 0)
		return true;
	request_error(request, 400, "bad_request",
		"Send the name of the file as ?name=, of one line, with a letter in it.");
	return false;
}

void api_material_add(struct store *store, struct request *request)
{
	struct material material = {.site = request->site,
		.course = request->object,
		.bytes = upload_size(request->upload),
		.added_by = request->who.person.id,
		.added_at = clock_wall_ms()};
	char path[MATERIAL_PATH];
	const unsigned char *head;
	size_t len;
	int r;

	if (!read_name(request, material.name))
		return;
	head = upload_head(request->upload, &len);
	snprintf(material.type, sizeof(material.type), "%s", material_type(head, len));
	snprintf(material.hash, sizeof(material.hash), "%s", upload_hash(request->upload));
	r = site_check_room(store, material.site, material.bytes);
	if (r == 0)
		r = material_add(store, &material);
	if (r == -ENOSPC) {
		request_error(request, 409, "full", "A course has 200 materials at most.");
		return;
	}
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	upload_keep(request->upload, material_path(material.site, material.id, path));
	request_audit(request, "add_material",
		json_pack("{s:o, s:s, s:I, s:s}", "material", object_id(material.id), "name",
			material.name, "bytes", (json_int_t)material.bytes, "hash", material.hash));
	answer_material(store, request, 201, material.id);
}

/* {"name", "position"}: one or both. */
void api_material_change(struct store *store, struct request *request)
{
	const int64_t id = request_id_at(request, 1);
	const char *given = NULL;
	char name[MATERIAL_NAME];
	int position = -1, r = 0;

	if (json_unpack_ex(request->body, NULL, JSON_STRICT, "{s?s, s?i}", "name", &given,
		    "position", &position) < 0 ||
		(given && material_clean_name(given, name) < 0) || position < -1) {
		request_error(request, 400, "bad_request", "Send name or position, from 0.");
		return;
	}
	if (given)
		r = material_rename(store, request->site, request->object, id, name);
	if (r == 0 && position >= 0)
		r = material_move(store, request->site, request->object, id, (unsigned)position);
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	request_audit(request, "change_material",
		json_pack("{s:o, s:O}", "material", object_id(id), "to", request->body));
	answer_material(store, request, 200, id);
}

/* Whole path of the file; to be freed. NULL: out of memory. */
static char *whole_path(const struct request *request, int64_t id)
{
	char path[MATERIAL_PATH], *whole;

	if (asprintf(&whole, "%s/%s", request->server->config->data,
		    material_path(request->site, id, path)) < 0)
		return NULL;
	return whole;
}

void api_material_delete(struct store *store, struct request *request)
{
	const int64_t id = request_id_at(request, 1);
	struct material material;
	int r = material_get(store, request->site, request->object, id, &material);

	if (r == 0)
		r = material_remove(store, request->site, request->object, id);
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	request->found = whole_path(request, id);
	request_audit(request, "delete_material",
		json_pack("{s:o, s:s}", "material", object_id(id), "name", material.name));
	request_empty(request, 204);
}

static void remove_file(struct store *store, void *arg)
{
	(void)store;
	unlink(arg);
}

/* Only now: had the change been taken back, the file would be missing. */
void api_material_deleted(struct request *request)
{
	char *path = request->answer.status == 204 ? request->found : NULL;

	if (!path || request->replayed)
		return;
	if (work_submit_to(request->server->work, WORK_FILE, remove_file, free, path) == 0)
		request->found = NULL;
}

/* RFC 6266, with the name in RFC 8187 for what is not ASCII. */
static void write_disposition(struct answer *answer, bool show, const char *name)
{
	static const char hex[] = "0123456789ABCDEF";
	char plain[MATERIAL_NAME], coded[3 * MATERIAL_NAME];
	size_t p = 0, c = 0;

	for (const unsigned char *at = (const unsigned char *)name; *at; at++) {
		bool safe = (*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') ||
			    (*at >= 'A' && *at <= 'Z') || strchr("-._~", *at);

		if ((*at & 0xc0) != 0x80)
			plain[p++] = *at >= 0x80 ? '_' : (char)*at;
		if (!safe) {
			coded[c++] = '%';
			coded[c++] = hex[*at >> 4];
		}
		coded[c++] = safe ? (char)*at : hex[*at & 15];
	}
	plain[p] = coded[c] = '\0';
	snprintf(answer->disposition, sizeof(answer->disposition),
		"%s; filename=\"%s\"; filename*=UTF-8''%s", show ? "inline" : "attachment", plain,
		coded);
}

static bool may_be_shown(const struct request *request, const char *type)
{
	int64_t show;

	return url_query_number(request->query, "show", &show) == 0 && show == 1 &&
	       (strcmp(type, "application/pdf") == 0 || strncmp(type, "image/", 6) == 0);
}

/* The types are words of ours, so that what was stored names one of them. */
static const char *known_type(const char *type)
{
	static const char *const types[] = {
		"application/pdf", "image/png", "image/jpeg", "application/zip"};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(type, types[i]) == 0)
			return types[i];
	return "application/octet-stream";
}

void api_material(struct store *store, struct request *request)
{
	const int64_t id = request_id_at(request, 1);
	struct material material;
	int r = material_get(store, request->site, request->object, id, &material), fd;
	char *path;

	if (r < 0) {
		request_fail(request, r);
		return;
	}
	path = whole_path(request, id);
	fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1;
	r = path ? -errno : -ENOMEM;
	free(path);
	if (fd < 0) {
		request_fail(request, r);
		return;
	}
	request_tell(
		request, json_pack("{s:o, s:s}", "material", object_id(id), "name", material.name));
	request_file(request, fd, known_type(material.type), "private, no-store", true);
	write_disposition(&request->answer, may_be_shown(request, material.type), material.name);
}
