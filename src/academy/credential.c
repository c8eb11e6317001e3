/* SPDX-License-Identifier: MIT */
#include "academy/credential.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "academy/vault.h"
#include "store/store.h"

enum { ABOUT = 48, TEXT = VAULT_SEALED(CREDENTIAL_MAX) };

static const struct {
	const char *name;
	bool sealed;
} kinds[CREDENTIAL_KINDS] = {
	[CREDENTIAL_PASSWORD] = {"password", false},
	[CREDENTIAL_TOTP] = {"totp", true},
	[CREDENTIAL_RECOVERY] = {"recovery", true},
};

static const char *about(enum credential_kind kind, int64_t person, char out[ABOUT])
{
	snprintf(out, ABOUT, "%s %" PRId64, kinds[kind].name, person);
	return out;
}

int credential_set(struct store *store, const struct vault *vault, int64_t person,
	enum credential_kind kind, const void *secret, size_t len, int64_t now_ms)
{
	char text[TEXT], what[ABOUT];
	int r;

	static_assert((int)CREDENTIAL_MAX <= (int)VAULT_MAX, "what is sealed fits");
	assert(len <= CREDENTIAL_MAX && (vault || !kinds[kind].sealed));
	if (kinds[kind].sealed)
		vault_seal(vault, about(kind, person, what), secret, len, text);
	else
		snprintf(text, sizeof(text), "%.*s", (int)len, (const char *)secret);
	r = credential_remove(store, person, kind);
	if (r == 0)
		r = store_run(store,
			"INSERT INTO credential (person, kind, secret, created_at)"
			" VALUES ($1, $2, $3, $4)",
			V_INT(person), V_TEXT(kinds[kind].name), V_TEXT(text), V_INT(now_ms));
	return r < 0 ? r : 0;
}

static int open_secret(const struct vault *vault, int64_t person, enum credential_kind kind,
	const char *text, struct credential *credential)
{
	char what[ABOUT];

	if (kinds[kind].sealed)
		return vault_unseal(vault, about(kind, person, what), text, credential->secret,
			CREDENTIAL_MAX, &credential->len);
	credential->len = strlen(text);
	if (credential->len > CREDENTIAL_MAX)
		return -EBADMSG;
	memcpy(credential->secret, text, credential->len);
	return 0;
}

int credential_get(struct store *store, const struct vault *vault, int64_t person,
	enum credential_kind kind, struct credential *ret_credential)
{
	struct rows rows = store_select(store,
		"SELECT secret, created_at, used_at FROM credential"
		" WHERE person = $1 AND kind = $2",
		V_INT(person), V_TEXT(kinds[kind].name));
	struct credential credential = {0};
	int r = -ENOENT, end;

	if (rows_next(&rows)) {
		credential.created_at = row_int(&rows, 1);
		credential.used_at = row_int(&rows, 2);
		r = open_secret(vault, person, kind, row_text(&rows, 0), &credential);
	}
	end = rows_close(&rows);
	if (end < 0)
		r = end;
	if (r == 0)
		*ret_credential = credential;
	return r;
}

int credential_remove(struct store *store, int64_t person, enum credential_kind kind)
{
	int r = store_run(store, "DELETE FROM credential WHERE person = $1 AND kind = $2",
		V_INT(person), V_TEXT(kinds[kind].name));

	return r < 0 ? r : 0;
}

int credential_has(struct store *store, int64_t person, enum credential_kind kind)
{
	struct rows rows =
		store_select(store, "SELECT 1 FROM credential WHERE person = $1 AND kind = $2",
			V_INT(person), V_TEXT(kinds[kind].name));
	int found = rows_next(&rows);
	int r = rows_close(&rows);

	return r < 0 ? r : found;
}

int credential_use(struct store *store, int64_t person, enum credential_kind kind, int64_t used_at)
{
	int r = store_run(store,
		"UPDATE credential SET used_at = $3"
		" WHERE person = $1 AND kind = $2 AND used_at < $3",
		V_INT(person), V_TEXT(kinds[kind].name), V_INT(used_at));

	if (r == 0)
		return credential_has(store, person, kind) == 1 ? -EALREADY : -ENOENT;
	return r < 0 ? r : 0;
}
