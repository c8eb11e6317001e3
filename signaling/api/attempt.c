/* SPDX-License-Identifier: MIT */
#include "signaling/api/attempt.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "academy/vault.h"
#include "base/clock.h"
#include "base/log.h"
#include "signaling/request.h"

enum { NAME = VAULT_MARK - 1, MARK = VAULT_MARK };

/* "<name>.<mark>.<mark>": the name of the browser is 16 random bytes. */
static bool has_form(const char *known)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const size_t len = strlen(known);

	if (len < NAME || (len - NAME) % MARK != 0 || len > ATTEMPT_COOKIE - 1)
		return false;
	for (size_t i = 0; i < len; i++)
		if (i >= NAME && (i - NAME) % MARK == 0 ? known[i] != '.'
							: !strchr(alphabet, known[i]))
			return false;
	return true;
}

static void mark_of(
	const struct vault *vault, const char *known, const char *email, char out[VAULT_MARK])
{
	char about[NAME + 8];

	snprintf(about, sizeof(about), "device %.*s", NAME, known);
	vault_mark(vault, about, email, out);
}

bool attempt_is_known(const struct vault *vault, const char *known, const char *email)
{
	char mark[VAULT_MARK];

	if (!has_form(known))
		return false;
	mark_of(vault, known, email, mark);
	for (const char *at = known + NAME; *at; at += MARK)
		if (sodium_memcmp(at + 1, mark, MARK - 1) == 0)
			return true;
	return false;
}

void attempt_cookie(
	const struct vault *vault, const char *known, const char *email, char out[ATTEMPT_COOKIE])
{
	unsigned char name[16];
	char mark[VAULT_MARK];
	size_t len;

	static_assert(ATTEMPT_COOKIE - 1 == NAME + ATTEMPT_ACCOUNTS * MARK, "all of them");
	if (has_form(known)) {
		snprintf(out, ATTEMPT_COOKIE, "%s", known);
	} else {
		randombytes_buf(name, sizeof(name));
		sodium_bin2base64(out, VAULT_MARK, name, sizeof(name),
			sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	}
	if (attempt_is_known(vault, out, email))
		return;
	mark_of(vault, out, email, mark);
	/* The last account comes first; the one that came first goes. */
	len = strlen(out + NAME);
	if (len == ATTEMPT_ACCOUNTS * MARK)
		len -= MARK;
	memmove(out + NAME + MARK, out + NAME, len);
	out[NAME] = '.';
	memcpy(out + NAME + 1, mark, MARK - 1);
	out[NAME + MARK + len] = '\0';
}

static int64_t now_ms(void)
{
	return (int64_t)(clock_now_us() / 1000);
}

static bool wait(struct request *request, enum throttle_kind kind, int64_t wait_ms)
{
	char text[ADDR_TEXT];

	if (wait_ms == 0)
		return true;
	if (throttle_tells(request->server->throttle, kind, now_ms()))
		log_warn("http", "too many attempts in vain what=%s from=%s", throttle_name(kind),
			addr_ip_text(&request->from, text));
	request_error(request, 429, "too_many",
		"Too many attempts in vain. Nobody else is kept out by that. Try again later.");
	request->answer.retry_after_s = (unsigned)((wait_ms + 999) / 1000);
	return false;
}

static bool take(struct request *request, enum throttle_kind kind, struct throttle_who who)
{
	return wait(request, kind, throttle_take(request->server->throttle, kind, who, now_ms()));
}

static void give(struct request *request, enum throttle_kind kind, struct throttle_who who)
{
	throttle_give(request->server->throttle, kind, who, now_ms());
}

bool attempt_password(struct request *request, struct attempt *attempt, const char *email)
{
	const struct throttle_who place = {.from = &request->from};
	struct throttle_who both = {.from = &request->from, .subject = attempt->subject};

	attempt->how = ATTEMPT_NONE;
	if (attempt_is_known(request->server->vault, request->known, email)) {
		snprintf(attempt->subject, ATTEMPT_SUBJECT, "%.*s %s", NAME, request->known, email);
		both.from = NULL;
		if (!take(request, THROTTLE_DEVICE, both))
			return false;
		attempt->how = ATTEMPT_KNOWN;
		return true;
	}
	snprintf(attempt->subject, ATTEMPT_SUBJECT, "%s", email);
	if (!take(request, THROTTLE_GUESS, place))
		return false;
	if (!take(request, THROTTLE_ACCOUNT, both)) {
		give(request, THROTTLE_GUESS, place);
		return false;
	}
	attempt->how = ATTEMPT_STRANGER;
	return true;
}

bool attempt_code(struct request *request, struct attempt *attempt, int64_t person)
{
	const struct throttle_who who = {.subject = attempt->subject};

	attempt->how = ATTEMPT_NONE;
	snprintf(attempt->subject, ATTEMPT_SUBJECT, "%" PRId64, person);
	if (!take(request, THROTTLE_CODE, who))
		return false;
	attempt->how = ATTEMPT_CODE;
	return true;
}

void attempt_right(struct request *request, const struct attempt *attempt)
{
	const struct throttle_who place = {.from = &request->from};
	const struct throttle_who both = {.from = &request->from, .subject = attempt->subject};
	const struct throttle_who subject = {.subject = attempt->subject};

	switch (attempt->how) {
	case ATTEMPT_STRANGER:
		give(request, THROTTLE_GUESS, place);
		give(request, THROTTLE_ACCOUNT, both);
		break;
	case ATTEMPT_KNOWN:
		give(request, THROTTLE_DEVICE, subject);
		break;
	case ATTEMPT_CODE:
		give(request, THROTTLE_CODE, subject);
		break;
	case ATTEMPT_NONE:
		break;
	}
}
