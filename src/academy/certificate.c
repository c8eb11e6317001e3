/* SPDX-License-Identifier: MIT */
#include "academy/certificate.h"

#include <errno.h>
#include <string.h>

#include <sodium.h>

#include "academy/completion.h"
#include "store/id.h"
#include "store/store.h"

enum { SYMBOLS = 16, GROUP = 4 };

static const char alphabet[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/* In GF(32), by x^5 + x^2 + 1, of which x is primitive: its powers differ up to the 31st. */
static unsigned times_x(unsigned value)
{
	value <<= 1;
	return value & 32 ? value ^ 37 : value;
}

/*
 * The sum of each symbol times its own power of x. A wrong symbol changes it, for no power is 0; two
 * different ones in each other's place do, for no two powers are the same.
 */
static unsigned check_sum(const unsigned symbols[SYMBOLS])
{
	unsigned sum = 0;

	for (int i = 0; i < SYMBOLS; i++)
		sum = times_x(sum) ^ symbols[i];
	return sum;
}

static void write_number(const unsigned symbols[SYMBOLS], char number[CERTIFICATE_NUMBER])
{
	char *out = number;

	for (int i = 0; i < SYMBOLS; i++) {
		if (i > 0 && i % GROUP == 0)
			*out++ = '-';
		*out++ = alphabet[symbols[i]];
	}
	*out = '\0';
}

void certificate_number_new(char number[CERTIFICATE_NUMBER])
{
	unsigned symbols[SYMBOLS] = {0};

	for (int i = 0; i < SYMBOLS - 1; i++)
		symbols[i] = randombytes_uniform(32);
	/* The last power is 1, so the sum of the others is what undoes it. */
	symbols[SYMBOLS - 1] = check_sum(symbols);
	write_number(symbols, number);
}

int certificate_number_parse(const char *text, char ret_number[CERTIFICATE_NUMBER])
{
	unsigned symbols[SYMBOLS];
	int count = 0;

	for (; *text; text++) {
		char c = *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text;
		const char *found;

		if (c == '-' || c == ' ')
			continue;
		found = strchr(alphabet, c);
		if (!found || count == SYMBOLS)
			return -EINVAL;
		symbols[count++] = (unsigned)(found - alphabet);
	}
	if (count != SYMBOLS || check_sum(symbols) != 0)
		return -EINVAL;
	write_number(symbols, ret_number);
	return 0;
}

static int has_one(struct store *store, int64_t site, int64_t course, int64_t person)
{
	struct rows rows = store_select(store,
		"SELECT 1 FROM certificate WHERE person = $3 AND site = $1 AND course = $2"
		" AND revoked_at = 0",
		V_INT(site), V_INT(course), V_INT(person));
	bool found = rows_next(&rows);
	int r = rows_close(&rows);

	return r < 0 ? r : found;
}

static int issue(struct store *store, int64_t site, int64_t course,
	const struct completion *completion, int64_t by, int64_t now_ms, int64_t id)
{
	char number[CERTIFICATE_NUMBER];
	int r = has_one(store, site, course, completion->person);

	if (r != 0)
		return r < 0 ? r : -EEXIST;
	certificate_number_new(number);
	r = store_run(store,
		"INSERT INTO certificate (site, id, course, person, number, issued_at, issued_by,"
		" person_name, course_title, site_name, language, minutes, percent)"
		" SELECT c.site, $3, c.id, p.id, $5, $6, $7, p.name, c.title, t.name,"
		" CASE c.language WHEN '' THEN t.language ELSE c.language END, $8, $9"
		" FROM course c JOIN site t ON t.id = c.site JOIN person p ON p.id = $4"
		" WHERE c.site = $1 AND c.id = $2",
		V_INT(site), V_INT(course), V_INT(id), V_INT(completion->person), V_TEXT(number),
		V_INT(now_ms), V_INT(by), V_INT(completion->got_ms / 60000),
		V_INT(completion->percent));
	if (r < 0)
		return r;
	return r == 0 ? -ENOENT : 0;
}

int certificate_issue(struct store *store, int64_t site, int64_t course,
	const struct completion *completion, int64_t by, int64_t now_ms, int64_t *ret_id)
{
	int64_t id = id_new();
	int r = store_begin(store);

	if (r == 0)
		r = store_finish(store, issue(store, site, course, completion, by, now_ms, id));
	if (r == 0)
		*ret_id = id;
	return r;
}

#define CERTIFICATES                                                                               \
	"SELECT c.site, c.id, c.course, c.person, c.number, c.issued_at, c.issued_by, p.name,"     \
	" c.person_name, c.course_title, c.site_name, c.language, c.minutes, c.percent,"           \
	" c.revoked_at, c.revoked_why FROM certificate c"                                          \
	" LEFT JOIN person p ON p.id = c.issued_by WHERE "

static void read_certificate(const struct rows *rows, struct certificate *out)
{
	*out = (struct certificate){
		.site = row_int(rows, 0),
		.id = row_int(rows, 1),
		.course = row_int(rows, 2),
		.person = row_int(rows, 3),
		.issued_at = row_int(rows, 5),
		.issued_by = row_int(rows, 6),
		.minutes = (unsigned)row_int(rows, 12),
		.percent = (unsigned)row_int(rows, 13),
		.revoked_at = row_int(rows, 14),
	};
	row_copy(rows, 4, out->number, sizeof(out->number));
	row_copy(rows, 7, out->issued_by_name, sizeof(out->issued_by_name));
	row_copy(rows, 8, out->person_name, sizeof(out->person_name));
	row_copy(rows, 9, out->course_title, sizeof(out->course_title));
	row_copy(rows, 10, out->site_name, sizeof(out->site_name));
	row_copy(rows, 11, out->language, sizeof(out->language));
	row_copy(rows, 15, out->revoked_why, sizeof(out->revoked_why));
}

static int one(struct rows rows, struct certificate *ret_certificate)
{
	struct certificate certificate;
	bool found = rows_next(&rows);
	int r;

	if (found)
		read_certificate(&rows, &certificate);
	r = rows_close(&rows);
	if (r == 0 && !found)
		r = -ENOENT;
	if (r == 0)
		*ret_certificate = certificate;
	return r;
}

static int each(struct rows rows, void (*found)(const struct certificate *certificate, void *arg),
	void *arg)
{
	while (rows_next(&rows)) {
		struct certificate certificate;

		read_certificate(&rows, &certificate);
		found(&certificate, arg);
	}
	return rows_close(&rows);
}

int certificate_get(
	struct store *store, int64_t site, int64_t id, struct certificate *ret_certificate)
{
	return one(store_select(
			   store, CERTIFICATES "c.site = $1 AND c.id = $2", V_INT(site), V_INT(id)),
		ret_certificate);
}

int certificate_find(struct store *store, const char *number, struct certificate *ret_certificate)
{
	return one(
		store_select(store, CERTIFICATES "c.number = $1", V_TEXT(number)), ret_certificate);
}

int certificate_revoke(
	struct store *store, int64_t site, int64_t id, const char *why, int64_t now_ms)
{
	struct certificate certificate;
	int r = store_run(store,
		"UPDATE certificate SET revoked_at = $3, revoked_why = $4"
		" WHERE site = $1 AND id = $2 AND revoked_at = 0",
		V_INT(site), V_INT(id), V_INT(now_ms), V_TEXT(why));

	if (r != 0)
		return r < 0 ? r : 0;
	r = certificate_get(store, site, id, &certificate);
	return r < 0 ? r : -EALREADY;
}

int certificate_each_of_person(struct store *store, int64_t person,
	void (*found)(const struct certificate *certificate, void *arg), void *arg)
{
	return each(
		store_select(store, CERTIFICATES "c.person = $1 ORDER BY c.issued_at DESC, c.id",
			V_INT(person)),
		found, arg);
}

int certificate_each_of_course(struct store *store, int64_t site, int64_t course,
	void (*found)(const struct certificate *certificate, void *arg), void *arg)
{
	return each(store_select(store,
			    CERTIFICATES
			    "c.site = $1 AND c.course = $2 ORDER BY c.person_name, c.issued_at",
			    V_INT(site), V_INT(course)),
		found, arg);
}
