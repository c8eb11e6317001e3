/* SPDX-License-Identifier: MIT */
/* The account of a person: what is the same in every site. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "academy/person.h"
#include "base/text.h"
#include "store/store.h"

enum { LOCAL_MAX = 64 };

/* Letters, digits, hyphens between dots; one dot at least. Other scripts pass. */
static bool domain_is_good(const char *domain)
{
	const char *last = strrchr(domain, '.');

	if (!last || last == domain || last[1] == '\0' || strstr(domain, "..") ||
		domain[0] == '.' || domain[0] == '-')
		return false;
	for (const char *at = domain; *at; at++)
		if ((unsigned char)*at < 0x80 && !isalnum((unsigned char)*at) && !strchr("-.", *at))
			return false;
	return true;
}

/* RFC 5322 3.2.3 atext and dots; quoted ones are of no use to people. */
static bool local_is_good(const char *local, size_t len)
{
	if (len == 0 || len > LOCAL_MAX || local[0] == '.' || local[len - 1] == '.')
		return false;
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)local[i] < 0x80 && !isalnum((unsigned char)local[i]) &&
			!strchr("!#$%&'*+/=?^_`{|}~-.", local[i]))
			return false;
	return true;
}

int person_clean_email(const char *text, char out[PERSON_EMAIL])
{
	char email[PERSON_EMAIL];
	size_t len;
	char *at;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len > 0 && strchr(" \t", text[len - 1]))
		len--;
	if (len >= sizeof(email))
		return -EINVAL;
	for (size_t i = 0; i < len; i++)
		email[i] = (char)((unsigned char)text[i] < 0x80 ? tolower((unsigned char)text[i])
								: text[i]);
	email[len] = '\0';
	at = strrchr(email, '@');
	if (!at || !text_is_line(email, sizeof(email)) ||
		!local_is_good(email, (size_t)(at - email)) || !domain_is_good(at + 1))
		return -EINVAL;
	memcpy(out, email, len + 1);
	return 0;
}

static int read_account(struct rows *rows, struct account *ret_account)
{
	struct account account = {0};
	int r;

	if (rows_next(rows)) {
		account.id = row_int(rows, 0);
		row_copy(rows, 1, account.email, sizeof(account.email));
		row_copy(rows, 2, account.name, sizeof(account.name));
		row_copy(rows, 3, account.language, sizeof(account.language));
		account.guest = strcmp(row_text(rows, 4), "guest") == 0;
		account.locked = row_int(rows, 5) != 0;
	}
	r = rows_close(rows);
	if (r == 0 && account.id == 0)
		r = -ENOENT;
	if (r == 0)
		*ret_account = account;
	return r;
}

#define ACCOUNT "SELECT id, email, name, language, kind, locked_at FROM person WHERE "

int account_find(struct store *store, const char *email, struct account *ret_account)
{
	struct rows rows =
		store_select(store, ACCOUNT "email = $1 AND kind = 'person'", V_TEXT(email));

	return read_account(&rows, ret_account);
}

int account_get(struct store *store, int64_t id, struct account *ret_account)
{
	struct rows rows = store_select(store, ACCOUNT "id = $1", V_INT(id));

	return read_account(&rows, ret_account);
}

int account_needs_second_factor(struct store *store, int64_t id)
{
	struct rows rows = store_select(store,
		"SELECT 1 FROM role o JOIN site s ON s.id = o.site AND s.second_factor = 1"
		" JOIN site_person m ON m.site = o.site AND m.person = o.person AND m.left_at = 0"
		" WHERE o.person = $1 AND o.role IN ('admin', 'coordinator') LIMIT 1",
		V_INT(id));
	int found = rows_next(&rows);
	int r = rows_close(&rows);

	return r < 0 ? r : found;
}
