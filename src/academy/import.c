/* SPDX-License-Identifier: MIT */
#include "academy/import.h"
#include "academy/language.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "academy/sheet.h"
#include "academy/group.h"
#include "academy/invite.h"
#include "academy/member.h"
#include "base/hash.h"
#include "base/text.h"
#include "store/store.h"

enum column { EMAIL, NAME, ROLES, LANGUAGE, GROUPS, COLUMNS, MAX_GROUPS = 8 };

/* A word of a file and what it means. */
struct meaning {
	const char *word;
	unsigned is;
};

static const struct meaning headers[] = {
	{"email", EMAIL},
	{"e-mail", EMAIL},
	{"mail", EMAIL},
	{"address", EMAIL},
	{"correo", EMAIL},
	{"correo electrónico", EMAIL},
	{"courriel", EMAIL},
	{"adresse e-mail", EMAIL},
	{"e-mailadres", EMAIL},
	{"name", NAME},
	{"nombre", NAME},
	{"nom", NAME},
	{"naam", NAME},
	{"role", ROLES},
	{"roles", ROLES},
	{"rol", ROLES},
	{"rôle", ROLES},
	{"rôles", ROLES},
	{"rollen", ROLES},
	{"language", LANGUAGE},
	{"idioma", LANGUAGE},
	{"langue", LANGUAGE},
	{"taal", LANGUAGE},
	{"group", GROUPS},
	{"groups", GROUPS},
	{"grupo", GROUPS},
	{"grupos", GROUPS},
	{"groupe", GROUPS},
	{"groupes", GROUPS},
	{"groep", GROUPS},
	{"groepen", GROUPS},
	{NULL, 0},
};

static const struct meaning role_words[] = {
	{"admin", ROLE_ADMIN},
	{"administrator", ROLE_ADMIN},
	{"administrador", ROLE_ADMIN},
	{"administrateur", ROLE_ADMIN},
	{"beheerder", ROLE_ADMIN},
	{"coordinator", ROLE_COORDINATOR},
	{"coordinador", ROLE_COORDINATOR},
	{"coordinateur", ROLE_COORDINATOR},
	{"coördinator", ROLE_COORDINATOR},
	{"instructor", ROLE_INSTRUCTOR},
	{"instructeur", ROLE_INSTRUCTOR},
	{"formateur", ROLE_INSTRUCTOR},
	{"docent", ROLE_INSTRUCTOR},
	{"trainee", ROLE_TRAINEE},
	{"alumno", ROLE_TRAINEE},
	{"cadete", ROLE_TRAINEE},
	{"stagiaire", ROLE_TRAINEE},
	{"aspirant", ROLE_TRAINEE},
	{"cursist", ROLE_TRAINEE},
	{NULL, 0},
};

static const struct meaning language_words[] = {
	{"en", 0},
	{"english", 0},
	{"inglés", 0},
	{"anglais", 0},
	{"engels", 0},
	{"es", 1},
	{"spanish", 1},
	{"español", 1},
	{"espagnol", 1},
	{"spaans", 1},
	{"fr", 2},
	{"french", 2},
	{"francés", 2},
	{"français", 2},
	{"frans", 2},
	{"nl", 3},
	{"dutch", 3},
	{"neerlandés", 3},
	{"néerlandais", 3},
	{"nederlands", 3},
	{NULL, 0},
};

struct import {
	struct store *store;
	const struct import_params *params;
	void (*bad)(const struct import_bad *bad, void *arg);
	void *arg;
	struct import_report report;
	int at[COLUMNS]; /* where in a row; -1: nowhere */
	char between;	 /* several of one person */
	uint64_t *seen;	 /* keyed hashes of the addresses so far */
	unsigned seen_count;
};

/* One row, read. */
struct entry {
	char email[PERSON_EMAIL], name[LECTERN_MAX_NAME];
	const char *language;
	unsigned roles, group_count;
	int64_t groups[MAX_GROUPS];
};

static const struct meaning *meaning_of(const struct meaning *words, const char *text)
{
	for (; words->word; words++)
		if (strcasecmp(words->word, text) == 0)
			return words;
	return NULL;
}

static int tell(
	struct import *import, unsigned row, const char *column, const char *code, const char *text)
{
	const struct import_bad bad = {row, column, code, text};

	if (import->report.bad++ < IMPORT_MAX_BAD)
		import->bad(&bad, import->arg);
	return -EINVAL;
}

static int tell_csv(struct import *import, const struct sheet_row *row)
{
	static const struct {
		const char *code, *text;
	} texts[] = {
		{"too_long", "The row is longer than 4095 bytes."},
		{"bad_text", "The row holds a NUL."},
		{"not_utf8", "The row is not UTF-8. Save the file as \"CSV UTF-8\"."},
		{"too_many_fields", "The row has more than 32 fields."},
		{"open_quote", "A quote is opened and never closed."},
		{"stray_quote", "A quote stands within a field that is not quoted."},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].code, row->wrong) == 0)
			return tell(import, row->number, "", row->wrong, texts[i].text);
	return tell(import, row->number, "", row->wrong, "The row cannot be read.");
}

/* True: the row names columns. */
static bool read_header(struct import *import, const struct sheet_row *row)
{
	int at[COLUMNS] = {-1, -1, -1, -1, -1};

	for (unsigned i = 0; i < row->count; i++) {
		const struct meaning *column = meaning_of(headers, row->fields[i]);

		if (column && at[column->is] < 0)
			at[column->is] = (int)i;
	}
	if (at[EMAIL] < 0)
		return false;
	memcpy(import->at, at, sizeof(at));
	return true;
}

/* The next of several, trimmed; NULL: no more. */
static char *next_word(struct import *import, char **rest)
{
	const char between[] = {'|', '/', import->between, '\0'};
	char *word;

	while ((word = strsep(rest, between))) {
		size_t len;

		word += strspn(word, " ");
		len = strlen(word);
		while (len > 0 && word[len - 1] == ' ')
			word[--len] = '\0';
		if (len > 0)
			return word;
	}
	return NULL;
}

static int read_roles(struct import *import, const struct sheet_row *row, struct entry *entry)
{
	char text[512], *rest = text;
	const struct meaning *role;

	if (strlen(sheet_field(row, import->at[ROLES])) >= sizeof(text))
		return tell(import, row->number, "roles", "bad_role", "That is too long.");
	snprintf(text, sizeof(text), "%s", sheet_field(row, import->at[ROLES]));
	for (char *word = next_word(import, &rest); word; word = next_word(import, &rest)) {
		role = meaning_of(role_words, word);
		if (!role)
			return tell(import, row->number, "roles", "bad_role",
				"A role is one of admin, coordinator, instructor, trainee.");
		entry->roles |= role->is;
	}
	if (entry->roles == 0)
		entry->roles = ROLE_TRAINEE;
	if (!role_may_give(import->params->by, 0, entry->roles))
		return tell(import, row->number, "roles", "forbidden_role",
			"Only an administrator gives the role of coordinator or administrator.");
	return 0;
}

/* 0, -ENOENT, or the store's. */
static int find_group(struct import *import, const char *name, int64_t *ret_id)
{
	struct rows rows = store_select(import->store,
		"SELECT id FROM people_group WHERE site = $1 AND name = $2",
		V_INT(import->params->site), V_TEXT(name));
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

static int read_groups(struct import *import, const struct sheet_row *row, struct entry *entry)
{
	char text[1024], *rest = text;

	if (strlen(sheet_field(row, import->at[GROUPS])) >= sizeof(text))
		return tell(import, row->number, "groups", "bad_group", "That is too long.");
	snprintf(text, sizeof(text), "%s", sheet_field(row, import->at[GROUPS]));
	for (char *word = next_word(import, &rest); word; word = next_word(import, &rest)) {
		int r;

		if (entry->group_count == MAX_GROUPS)
			return tell(import, row->number, "groups", "bad_group",
				"A row names at most 8 groups.");
		r = find_group(import, word, &entry->groups[entry->group_count++]);
		if (r == -ENOENT)
			return tell(import, row->number, "groups", "unknown_group",
				"The academy has no group of that name. Make it first.");
		if (r < 0)
			return r;
	}
	return 0;
}

static int check_twice(struct import *import, const struct sheet_row *row, const char *email)
{
	const uint64_t hash = hash_bytes(email, strlen(email));

	for (unsigned i = 0; i < import->seen_count; i++)
		if (import->seen[i] == hash)
			return tell(import, row->number, "email", "twice",
				"The address stands in an earlier row as well.");
	import->seen[import->seen_count++] = hash;
	return 0;
}

static int read_language(struct import *import, const struct sheet_row *row, struct entry *entry)
{
	const char *text = sheet_field(row, import->at[LANGUAGE]);
	const struct meaning *language = meaning_of(language_words, text);

	if (text[0] == '\0')
		return 0;
	if (!language)
		return tell(import, row->number, "language", "bad_language",
			"The language is one of en, es, fr, nl.");
	entry->language = language_codes[language->is];
	return 0;
}

/* 0; -EINVAL: it was told; or the store's. */
static int read_entry(struct import *import, const struct sheet_row *row, struct entry *entry)
{
	const char *name = sheet_field(row, import->at[NAME]);
	int r;

	if (row->wrong)
		return tell_csv(import, row);
	if (person_clean_email(sheet_field(row, import->at[EMAIL]), entry->email) < 0)
		return tell(import, row->number, "email", "bad_email",
			"That is no address of electronic mail.");
	if (!text_is_line(name, sizeof(entry->name)))
		return tell(import, row->number, "name", "bad_name",
			"A name is 1 to 127 bytes of one line.");
	snprintf(entry->name, sizeof(entry->name), "%s", name);
	r = read_roles(import, row, entry);
	if (r == 0)
		r = read_language(import, row, entry);
	if (r == 0)
		r = read_groups(import, row, entry);
	return r == 0 ? check_twice(import, row, entry->email) : r;
}

static int add_entry(struct import *import, const struct entry *entry)
{
	const struct import_params *params = import->params;
	const struct invitation invitation = {
		.site = params->site,
		.email = entry->email,
		.name = entry->name,
		.language = entry->language,
		.roles = entry->roles,
	};
	int64_t person;
	int r = invite_person(import->store, &invitation, params->now_ms, &person);

	for (unsigned i = 0; r == 0 && i < entry->group_count; i++)
		r = group_add_person(import->store, params->site, entry->groups[i], person);
	if (r == 0)
		r = invite_mail(import->store, params->site, person, SIGNIN_INVITE, params->base,
			params->now_ms);
	return r;
}

/* Once to judge, once to do: `add` only if all was well. */
static int pass(struct import *import, bool add)
{
	const struct import_params *params = import->params;
	struct sheet_row row;
	bool first = true;
	struct sheet sheet;
	int r = 0;

	sheet_init(&sheet, params->text, params->len);
	import->between = sheet.separator == ',' ? ';' : ',';
	import->seen_count = 0;
	import->report.rows = 0;
	while (r == 0 && sheet_next(&sheet, &row)) {
		struct entry entry = {0};
		bool header = first && read_header(import, &row);

		first = false;
		if (header)
			continue;
		if (import->report.rows == IMPORT_MAX_ROWS) {
			tell(import, row.number, "", "too_many_rows",
				"One file holds at most 5000 people.");
			break;
		}
		import->report.rows++;
		r = read_entry(import, &row, &entry);
		if (r == 0 && add)
			r = add_entry(import, &entry);
		if (r == -EINVAL && !add)
			r = 0;
	}
	return r;
}

int import_people(struct store *store, const struct import_params *params,
	void (*bad)(const struct import_bad *bad, void *arg), void *arg,
	struct import_report *ret_report)
{
	struct import import = {
		.store = store,
		.params = params,
		.bad = bad,
		.arg = arg,
		.at = {EMAIL, NAME, ROLES, LANGUAGE, GROUPS},
		.seen = calloc(IMPORT_MAX_ROWS, sizeof(uint64_t)),
	};
	int r;

	if (!import.seen)
		return -ENOMEM;
	r = pass(&import, false);
	if (r == 0 && import.report.rows == 0 && import.report.bad == 0)
		tell(&import, 0, "", "empty", "The file holds nobody.");
	if (r == 0 && import.report.bad == 0 && !params->dry) {
		r = pass(&import, true);
		import.report.imported = r == 0;
	}
	free(import.seen);
	if (r == 0)
		*ret_report = import.report;
	return r;
}
