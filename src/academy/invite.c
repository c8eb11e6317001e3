/* SPDX-License-Identifier: MIT */
#include "academy/invite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "academy/delivery.h"
#include "academy/member.h"
#include "academy/words.h"
#include "store/store.h"

enum { SUBJECT = 256, TEXT = 2048 };

static int site_language(struct store *store, int64_t site, char out[PERSON_LANGUAGE])
{
	struct rows rows =
		store_select(store, "SELECT language FROM site WHERE id = $1", V_INT(site));
	bool found = rows_next(&rows);
	int r;

	if (found)
		row_copy(&rows, 0, out, PERSON_LANGUAGE);
	r = rows_close(&rows);
	return r == 0 && !found ? -ENOENT : r;
}

static int new_person(struct store *store, const struct invitation *invitation, int64_t *ret_person)
{
	char language[PERSON_LANGUAGE];
	struct person_params params = {
		invitation->email, invitation->name, invitation->language, invitation->roles};
	int r = 0;

	if (!params.language || params.language[0] == '\0') {
		r = site_language(store, invitation->site, language);
		params.language = language;
	}
	return r < 0 ? r : person_add(store, invitation->site, &params, ret_person);
}

int invite_person(struct store *store, const struct invitation *invitation, int64_t now_ms,
	int64_t *ret_person)
{
	struct account account = {0};
	int r = account_find(store, invitation->email, &account);

	if (r == -ENOENT) {
		r = new_person(store, invitation, &account.id);
		if (r == 0)
			r = store_run(store,
				"UPDATE site_person SET since = $3 WHERE site = $1 AND person = $2",
				V_INT(invitation->site), V_INT(account.id), V_INT(now_ms));
	} else if (r == 0) {
		r = member_join(store, invitation->site, account.id, invitation->roles, now_ms);
	}
	if (r < 0)
		return r;
	*ret_person = account.id;
	return 0;
}

static const char *page_of(enum signin_purpose purpose)
{
	return purpose == SIGNIN_RESET ? "reset" : "invite";
}

int invite_link(struct store *store, const struct signin_link *link, const char *base, char *url)
{
	char token[SIGNIN_TOKEN];
	int r = signin_link_make(store, link, token);

	if (r == 0)
		snprintf(url, INVITE_URL, "%s/%s/%s", base, page_of(link->purpose), token);
	return r;
}

static int send_mail(struct store *store, const struct account *to, const struct person *person,
	const char *event, enum word subject, const char *link, int64_t now_ms)
{
	const struct words words = {to->name, person->site_name, link};
	char subject_text[SUBJECT], text[TEXT];
	struct delivery_mail mail = {
		.site = person->site,
		.event = event,
		.to = to->email,
		.language = to->language,
	};

	mail.subject =
		words_fill(to->language, subject, &words, subject_text, sizeof(subject_text));
	mail.text = words_fill(to->language, subject + 1, &words, text, sizeof(text));
	return delivery_add_mail(store, &mail, now_ms);
}

int invite_mail(struct store *store, int64_t site, int64_t person, enum signin_purpose purpose,
	const char *base, int64_t now_ms)
{
	const bool reset = purpose == SIGNIN_RESET;
	struct signin_link link = {
		.site = site,
		.person = person,
		.purpose = purpose,
		.expires_at = now_ms + (reset ? RESET_MS : INVITE_MS),
	};
	struct account account;
	struct person member;
	char url[INVITE_URL];
	int r = account_get(store, person, &account);

	if (r == 0)
		r = person_get(store, site, person, &member);
	if (r == 0 && reset)
		r = signin_link_clear_purpose(store, person, SIGNIN_RESET);
	if (r == 0)
		r = invite_link(store, &link, base, url);
	if (r < 0)
		return r;
	return send_mail(store, &account, &member, reset ? "person.reset" : "person.invited",
		reset ? WORD_RESET_SUBJECT : WORD_INVITE_SUBJECT, url, now_ms);
}

int invite_tell_changed(struct store *store, int64_t site, int64_t person, int64_t now_ms)
{
	struct account account;
	struct person member;
	int r = account_get(store, person, &account);

	if (r == 0)
		r = person_get(store, site, person, &member);
	if (r < 0 || account.guest)
		return r;
	return send_mail(store, &account, &member, "person.password_changed", WORD_CHANGED_SUBJECT,
		"", now_ms);
}

int invite_may_set(struct store *store, const struct signin_link *link)
{
	struct rows rows = store_select(store,
		"SELECT 1 FROM site_person WHERE person = $1 AND site <> $2 AND left_at = 0 LIMIT "
		"1",
		V_INT(link->person), V_INT(link->site));
	bool elsewhere = rows_next(&rows);
	int r = rows_close(&rows);

	if (r < 0 || link->given_to == 0)
		return r;
	return elsewhere ? -EPERM : 0;
}
