/* SPDX-License-Identifier: MIT */
#include "academy/site.h"
#include "academy/language.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "academy/calendar.h"
#include "base/text.h"
#include "store/id.h"
#include "store/store.h"

enum { CONTRAST_ENOUGH = 450 };

int site_add(struct store *store, const struct site_params *params, int64_t *ret_id)
{
	int64_t id = id_new();
	int r;

	r = store_run(store,
		"INSERT INTO site (id, parent, slug, name, time_zone, language)"
		" VALUES ($1, nullif($2, 0), $3, $4, $5, $6)",
		V_INT(id), V_INT(params->parent), V_TEXT(params->slug), V_TEXT(params->name),
		V_TEXT(params->time_zone), V_TEXT(params->language));
	if (r < 0)
		return r;
	*ret_id = id;
	return 0;
}

int site_find(struct store *store, const char *slug, int64_t *ret_id)
{
	struct rows rows = store_select(store, "SELECT id FROM site WHERE slug = $1", V_TEXT(slug));
	int64_t id = 0;
	int r;

	if (rows_next(&rows))
		id = row_int(&rows, 0);
	r = rows_close(&rows);
	if (r == 0 && id == 0)
		r = -ENOENT;
	if (r == 0)
		*ret_id = id;
	return r;
}

#define SITE_COLUMNS                                                                               \
	"s.id, s.parent, s.slug, s.name, s.time_zone, s.language, s.colour, s.logo,"               \
	" s.quota_bytes, s.second_factor"

static void read_site(const struct rows *rows, struct site *site)
{
	*site = (struct site){
		.id = row_int(rows, 0),
		.parent = row_int(rows, 1),
		.quota_bytes = row_int(rows, 8),
		.second_factor = row_int(rows, 9) != 0,
	};
	row_copy(rows, 2, site->slug, sizeof(site->slug));
	row_copy(rows, 3, site->name, sizeof(site->name));
	row_copy(rows, 4, site->time_zone, sizeof(site->time_zone));
	row_copy(rows, 5, site->language, sizeof(site->language));
	row_copy(rows, 6, site->colour, sizeof(site->colour));
	row_copy(rows, 7, site->logo, sizeof(site->logo));
}

int site_get(struct store *store, int64_t id, struct site *ret_site)
{
	struct rows rows = store_select(
		store, "SELECT " SITE_COLUMNS " FROM site s WHERE s.id = $1", V_INT(id));
	struct site site = {0};
	int r;

	if (rows_next(&rows))
		read_site(&rows, &site);
	r = rows_close(&rows);
	if (r == 0 && site.id == 0)
		r = -ENOENT;
	if (r == 0)
		*ret_site = site;
	return r;
}

static int changed(int r)
{
	if (r < 0)
		return r;
	return r == 0 ? -ENOENT : 0;
}

int site_set(struct store *store, const struct site *site)
{
	return changed(store_run(store,
		"UPDATE site SET slug = $2, name = $3, time_zone = $4, language = $5, colour = $6,"
		" quota_bytes = $7, second_factor = $8 WHERE id = $1",
		V_INT(site->id), V_TEXT(site->slug), V_TEXT(site->name), V_TEXT(site->time_zone),
		V_TEXT(site->language), V_TEXT(site->colour), V_INT(site->quota_bytes),
		V_INT(site->second_factor)));
}

int site_set_logo(struct store *store, int64_t id, const char *logo)
{
	return changed(store_run(
		store, "UPDATE site SET logo = $2 WHERE id = $1", V_INT(id), V_TEXT(logo)));
}

static bool slug_is_good(const char *slug)
{
	const size_t len = strlen(slug);

	return len >= 1 && len < SITE_SLUG &&
	       strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") == len && slug[0] != '-' &&
	       slug[len - 1] != '-';
}

static bool zone_is_known(const char *name)
{
	struct zone *zone;

	if (zone_open(name, &zone) < 0)
		return false;
	zone_close(zone);
	return true;
}

/* WCAG 2.2, relative luminance. */
static double luminance(const unsigned rgb[3])
{
	static const double weights[3] = {0.2126, 0.7152, 0.0722};
	double sum = 0;

	for (int i = 0; i < 3; i++) {
		double part = rgb[i] / 255.0;

		part = part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4);
		sum += weights[i] * part;
	}
	return sum;
}

int site_colour_contrast(const char *colour)
{
	static const char digits[] = "0123456789abcdef";
	unsigned rgb[3];

	if (strlen(colour) != SITE_COLOUR - 1 || colour[0] != '#' ||
		strspn(colour + 1, digits) != SITE_COLOUR - 2)
		return -EINVAL;
	for (int i = 0; i < 3; i++)
		rgb[i] = (unsigned)(strchr(digits, colour[1 + 2 * i]) - digits) * 16 +
			 (unsigned)(strchr(digits, colour[2 + 2 * i]) - digits);
	return (int)(100 * 1.05 / (luminance(rgb) + 0.05));
}

const char *site_check(const struct site *site)
{
	int contrast = site_colour_contrast(site->colour);

	if (!slug_is_good(site->slug))
		return "A slug is 1 to 63 of a-z, 0-9 and -, not at its ends.";
	if (!text_is_line(site->name, SITE_NAME))
		return "A name is 1 to 127 bytes of one line.";
	if (!language_is_known(site->language))
		return "The language is one of en, es, fr, nl.";
	if (!zone_is_known(site->time_zone))
		return "The time zone is one of the IANA database, like America/Curacao.";
	if (contrast < 0)
		return "A colour is #rrggbb, in small letters.";
	if (contrast < CONTRAST_ENOUGH)
		return "White text on that colour cannot be read well: take a darker one (its "
		       "contrast must be 4.5 to 1).";
	if (site->quota_bytes < 0)
		return "A quota is 0 for none, or a number of bytes.";
	return NULL;
}

int site_each(struct store *store, int64_t person,
	void (*found)(const struct site *site, bool member, void *arg), void *arg)
{
	struct rows rows = store_select(store,
		"WITH RECURSIVE mine (id) AS ("
		" SELECT m.site FROM site_person m JOIN role r ON r.site = m.site"
		" AND r.person = m.person AND r.role = 'admin'"
		" WHERE m.person = $1 AND m.left_at = 0"
		" UNION SELECT t.id FROM mine b JOIN site t ON t.parent = b.id)"
		" SELECT " SITE_COLUMNS ", m.person IS NOT NULL FROM site s"
		" LEFT JOIN site_person m ON m.site = s.id AND m.person = $1 AND m.left_at = 0"
		" WHERE s.id IN (SELECT id FROM mine"
		" UNION SELECT site FROM site_person WHERE person = $1 AND left_at = 0)"
		" ORDER BY s.name, s.id",
		V_INT(person));

	while (rows_next(&rows)) {
		struct site site;

		read_site(&rows, &site);
		found(&site, row_int(&rows, 10) != 0, arg);
	}
	return rows_close(&rows);
}

int site_used(struct store *store, int64_t id, int64_t *ret_bytes)
{
	struct rows rows = store_select(store,
		"SELECT (SELECT coalesce(sum(bytes), 0) FROM recording WHERE site = $1)"
		" + (SELECT coalesce(sum(bytes), 0) FROM material WHERE site = $1)",
		V_INT(id));
	int64_t bytes = rows_next(&rows) ? row_int(&rows, 0) : 0;
	int r = rows_close(&rows);

	if (r == 0)
		*ret_bytes = bytes;
	return r;
}

int site_check_room(struct store *store, int64_t id, int64_t bytes)
{
	struct site site;
	int64_t used;
	int r = site_get(store, id, &site);

	if (r == 0)
		r = site_used(store, id, &used);
	if (r < 0)
		return r;
	return site.quota_bytes > 0 && bytes > site.quota_bytes - used ? -EDQUOT : 0;
}

static int find_account(struct store *store, const char *email, int64_t *ret_person)
{
	struct rows rows =
		store_select(store, "SELECT id FROM person WHERE email = $1", V_TEXT(email));
	int64_t id = rows_next(&rows) ? row_int(&rows, 0) : 0;
	int r = rows_close(&rows);

	if (r == 0 && id == 0)
		r = -ENOENT;
	if (r == 0)
		*ret_person = id;
	return r;
}

static int make_admin(struct store *store, int64_t site, int64_t person, int64_t now_ms)
{
	int r = store_run(store,
		"INSERT INTO site_person (site, person, since) VALUES ($1, $2, $3)"
		" ON CONFLICT (site, person) DO UPDATE SET left_at = 0",
		V_INT(site), V_INT(person), V_INT(now_ms));

	if (r >= 0)
		r = store_run(store,
			"INSERT INTO role (site, person, role) VALUES ($1, $2, 'admin')"
			" ON CONFLICT (site, person, role) DO NOTHING",
			V_INT(site), V_INT(person));
	return r < 0 ? r : 0;
}

int site_add_admin(struct store *store, int64_t id, const char *email, const char *name,
	int64_t now_ms, int64_t *ret_person)
{
	struct person_params params = {.email = email, .name = name, .roles = ROLE_ADMIN};
	struct site site;
	int r = find_account(store, email, ret_person);

	if (r == 0)
		return make_admin(store, id, *ret_person, now_ms);
	if (r == -ENOENT)
		r = site_get(store, id, &site);
	if (r < 0)
		return r;
	params.language = site.language;
	r = person_add(store, id, &params, ret_person);
	return r < 0 ? r : 1;
}
