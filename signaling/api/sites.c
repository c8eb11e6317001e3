/* SPDX-License-Identifier: MIT */
/* /sites: the network as a tree, what a site looks like, what it may fill. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "academy/site.h"
#include "base/clock.h"
#include "base/text.h"
#include "signaling/api/objects.h"
#include "signaling/api/table.h"
#include "signaling/request.h"
#include "signaling/upload.h"
#include "store/id.h"

#define LINK_LIFETIME_MS (72LL * 3600 * 1000)

static json_t *object_site(const struct site *site)
{
	return json_pack("{s:o, s:o, s:s, s:s, s:s, s:s, s:s, s:b}", "id", object_id(site->id),
		"parent", site->parent == 0 ? json_null() : object_id(site->parent), "slug",
		site->slug, "name", site->name, "time_zone", site->time_zone, "language",
		site->language, "colour", site->colour, "logo", site->logo[0] != '\0');
}

struct listing {
	json_t *list;
	int error;
};

static void add_site(const struct site *site, bool member, void *arg)
{
	struct listing *listing = arg;
	json_t *object = object_site(site);

	if (object)
		json_object_set_new(object, "member", json_boolean(member));
	object_append(listing->list, object, &listing->error);
}

void api_sites(struct store *store, struct request *request)
{
	struct listing listing = {.list = json_array()};
	int r = site_each(store, request->who.person.id, add_site, &listing);

	if (r == 0)
		r = listing.error;
	if (r == 0)
		request_json(request, 200, json_pack("{s:O}", "sites", listing.list));
	else
		request_fail(request, r);
	json_decref(listing.list);
}

/* What it may fill is for those who look after it. */
static void answer_site(
	struct store *store, struct request *request, unsigned status, int64_t id, json_t *link)
{
	struct site site;
	int64_t used = 0;
	json_t *object;
	int r = site_get(store, id, &site);

	if (r == 0)
		r = site_used(store, id, &used);
	if (r < 0) {
		json_decref(link);
		request_fail(request, r);
		return;
	}
	object = object_site(&site);
	if (request_may(request, ACCESS_SITE_CHANGE)) {
		json_object_set_new(object, "quota_bytes", json_integer(site.quota_bytes));
		json_object_set_new(object, "used_bytes", json_integer(used));
		json_object_set_new(object, "second_factor", json_boolean(site.second_factor));
	}
	if (link)
		json_object_set_new(object, "link", link);
	request_json(request, status, object);
}

void api_site(struct store *store, struct request *request)
{
	answer_site(store, request, 200, request->object, NULL);
}

static void fill(char *out, size_t room, const char *text)
{
	/* One that is too long stays too long to be good. */
	snprintf(out, room, "%s", text);
	if (strlen(text) >= room)
		out[0] = '\0';
}

struct first_admin {
	const char *email, *name;
	char folded[LECTERN_MAX_NAME];
};

static bool email_is_good(const char *email)
{
	const char *at = strchr(email, '@');

	return text_is_line(email, LECTERN_MAX_NAME) && at && at != email && at[1] != '\0' &&
	       !strchr(at + 1, '@') && !strpbrk(email, " \t<>,;\"");
}

static void fold(struct first_admin *admin)
{
	snprintf(admin->folded, sizeof(admin->folded), "%s", admin->email);
	for (char *c = admin->folded; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
}

/* NULL: all is well. */
static const char *read_new(json_t *body, struct site *site, struct first_admin *admin)
{
	const char *parent, *slug, *name, *zone, *language;

	if (json_unpack_ex(body, NULL, JSON_STRICT, "{s:s, s:s, s:s, s:s, s:s, s:{s:s, s:s !}}",
		    "parent", &parent, "slug", &slug, "name", &name, "time_zone", &zone, "language",
		    &language, "admin", "email", &admin->email, "name", &admin->name) < 0)
		return "Send parent, slug, name, time_zone, language and admin {email, name}.";
	fill(site->slug, sizeof(site->slug), slug);
	fill(site->name, sizeof(site->name), name);
	fill(site->time_zone, sizeof(site->time_zone), zone);
	fill(site->language, sizeof(site->language), language);
	snprintf(site->colour, sizeof(site->colour), "#0b5a69");
	if (!email_is_good(admin->email))
		return "The administrator's email is not an address.";
	if (!text_is_line(admin->name, LECTERN_MAX_NAME))
		return "The administrator's name is one line.";
	fold(admin);
	return site_check(site);
}

/* A new account gets a link to sign in; who has one signs in as ever. */
static int add_admin(
	struct store *store, int64_t site, const struct first_admin *admin, json_t **ret_link)
{
	const int64_t now_ms = clock_wall_ms();
	char token[SIGNIN_TOKEN], hash[SIGNIN_HASH], link[SIGNIN_TOKEN + 16];
	int64_t person;
	int r = site_add_admin(store, site, admin->folded, admin->name, now_ms, &person);

	if (r <= 0) {
		*ret_link = json_null();
		return r;
	}
	signin_secret(token, hash);
	snprintf(link, sizeof(link), "/signin/%s", token);
	*ret_link = json_string(link);
	return signin_link_add(store, site, person, hash, now_ms + LINK_LIFETIME_MS, 1);
}

void api_site_create(struct store *store, struct request *request)
{
	struct first_admin admin = {0};
	struct site site = {0};
	const char *wrong = read_new(request->body, &site, &admin);
	struct site_params params = {
		request->object, site.slug, site.name, site.time_zone, site.language};
	json_t *link = NULL;
	int64_t id = 0;
	int r;

	if (wrong) {
		request_error(request, 400, "bad_request", wrong);
		return;
	}
	r = site_add(store, &params, &id);
	if (r == -EEXIST) {
		request_error(request, 409, "taken", "Another site has that slug.");
		return;
	}
	if (r == 0)
		r = add_admin(store, id, &admin, &link);
	if (r < 0) {
		json_decref(link);
		request_fail(request, r);
		return;
	}
	request_audit_of(request, "create", KIND_SITE, id, id,
		json_pack("{s:s, s:s, s:s}", "slug", site.slug, "name", site.name, "admin",
			admin.folded));
	answer_site(store, request, 201, id, link);
}

/* Fields that are there; NULL: all is well. */
static const char *read_change(json_t *body, struct site *site, bool *ret_limits)
{
	const char *slug = site->slug, *name = site->name, *zone = site->time_zone;
	const char *language = site->language, *colour = site->colour;
	json_int_t quota = site->quota_bytes;
	int factor = site->second_factor;
	struct site changed = *site;

	if (json_unpack_ex(body, NULL, JSON_STRICT, "{s?s, s?s, s?s, s?s, s?s, s?I, s?b}", "slug",
		    &slug, "name", &name, "time_zone", &zone, "language", &language, "colour",
		    &colour, "quota_bytes", &quota, "second_factor", &factor) < 0)
		return "Send some of slug, name, time_zone, language, colour, quota_bytes, "
		       "second_factor.";
	fill(changed.slug, sizeof(changed.slug), slug);
	fill(changed.name, sizeof(changed.name), name);
	fill(changed.time_zone, sizeof(changed.time_zone), zone);
	fill(changed.language, sizeof(changed.language), language);
	fill(changed.colour, sizeof(changed.colour), colour);
	changed.quota_bytes = quota;
	changed.second_factor = factor != 0;
	*ret_limits = quota != site->quota_bytes || strcmp(changed.slug, site->slug) != 0;
	*site = changed;
	return site_check(site);
}

void api_site_change(struct store *store, struct request *request)
{
	bool limits = false;
	const char *wrong;
	struct site site;
	int r = site_get(store, request->object, &site);

	if (r < 0) {
		request_fail(request, r);
		return;
	}
	wrong = read_change(request->body, &site, &limits);
	if (wrong) {
		request_error(request, 400, "bad_request", wrong);
		return;
	}
	if (limits && !request_may(request, ACCESS_SITE_LIMIT)) {
		request_fail(request, -EACCES);
		return;
	}
	r = site_set(store, &site);
	if (r == -EEXIST) {
		request_error(request, 409, "taken", "Another site has that slug.");
		return;
	}
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	request_audit(request, "change", json_incref(request->body));
	answer_site(store, request, 200, request->object, NULL);
}

/* NULL: none that we serve. What is drawn by a script (SVG) is none. */
static const char *image_type(const struct upload *upload)
{
	size_t len;
	const unsigned char *head = upload_head(upload, &len);

	if (len >= 8 && memcmp(head, "\x89PNG\r\n\x1a\n", 8) == 0)
		return "image/png";
	if (len >= 3 && memcmp(head, "\xff\xd8\xff", 3) == 0)
		return "image/jpeg";
	if (len >= 12 && memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "WEBP", 4) == 0)
		return "image/webp";
	return NULL;
}

static void logo_path(const struct site *site, char *out, size_t room)
{
	char id[ID_TEXT];

	snprintf(out, room, "sites/%s/logo-%s", id_text(site->id, id), strchr(site->logo, ' ') + 1);
}

/* The name of the file is its hash, so that a change of logo never shows half of either. */
void api_site_logo_set(struct store *store, struct request *request)
{
	const char *type = image_type(request->upload);
	struct site site = {.id = request->object};
	char path[128];
	int r;

	if (!type) {
		request_error(request, 400, "bad_request", "A logo is a PNG, a JPEG or a WebP.");
		return;
	}
	snprintf(site.logo, sizeof(site.logo), "%s %.32s", type, upload_hash(request->upload));
	r = site_set_logo(store, site.id, site.logo);
	if (r < 0) {
		request_fail(request, r);
		return;
	}
	logo_path(&site, path, sizeof(path));
	upload_keep(request->upload, path);
	request_audit(request, "change", json_pack("{s:s}", "logo", type));
	request_empty(request, 204);
}

void api_site_logo_delete(struct store *store, struct request *request)
{
	int r = site_set_logo(store, request->object, NULL);

	if (r < 0) {
		request_fail(request, r);
		return;
	}
	request_audit(request, "change", json_pack("{s:n}", "logo"));
	request_empty(request, 204);
}

void api_site_logo(struct store *store, struct request *request)
{
	static const char *const types[] = {"image/png", "image/jpeg", "image/webp"};
	char path[LECTERN_MAX_PATH + 128], name[128];
	const char *type = NULL;
	struct site site;
	int r = site_get(store, request->object, &site), fd;

	for (size_t i = 0; r == 0 && i < 3; i++)
		if (strncmp(site.logo, types[i], strlen(types[i])) == 0)
			type = types[i];
	if (r < 0 || !type) {
		request_fail(request, r < 0 ? r : -ENOENT);
		return;
	}
	logo_path(&site, name, sizeof(name));
	snprintf(path, sizeof(path), "%s/%s", request->server->config->data, name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		request_fail(request, -errno);
	else
		request_file(request, fd, type, "private, max-age=300", false);
}
