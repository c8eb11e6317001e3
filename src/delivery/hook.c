/* SPDX-License-Identifier: MIT */
#include "delivery/hook.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "academy/webhook.h"
#include "delivery/guard.h"
#include "store/id.h"

void hook_sign(const char *secret, int64_t at_s, const char *body, char out[HOOK_SIGNATURE])
{
	unsigned char mark[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state;
	char time[24], hex[2 * sizeof(mark) + 1];

	snprintf(time, sizeof(time), "%" PRId64, at_s);
	crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret, strlen(secret));
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)time, strlen(time));
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)".", 1);
	crypto_auth_hmacsha256_update(&state, (const unsigned char *)body, strlen(body));
	crypto_auth_hmacsha256_final(&state, mark);
	sodium_memzero(&state, sizeof(state));
	sodium_bin2hex(hex, sizeof(hex), mark, sizeof(mark));
	snprintf(out, HOOK_SIGNATURE, "t=%s,v1=%s", time, hex);
}

/* The address that is about to be connected to: no name can turn into another one after this. */
static curl_socket_t open_public(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct errand *errand = arg;

	(void)purpose;
	if (!guard_is_public(&address->addr, address->addrlen)) {
		errand->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Nobody reads the answer; it is taken for a while so that who sends it is not surprised. */
static size_t take_answer(char *bytes, size_t size, size_t count, void *arg)
{
	struct errand *errand = arg;

	(void)bytes;
	errand->taken += size * count;
	return errand->taken > HOOK_MAX_ANSWER ? 0 : size * count;
}

static void set_options(const struct delivery_due *due, bool allow_private, struct errand *errand)
{
	CURL *easy = errand->easy;

	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_URL, due->url);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, errand->headers);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, errand->body);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)HOOK_CONNECT_S);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)HOOK_TOTAL_S);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, errand);
	if (allow_private)
		return;
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_public);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, errand);
}

static int add_headers(
	const char *secret, const struct delivery_due *due, int64_t now_ms, struct errand *errand)
{
	char line[HOOK_SIGNATURE + 64], signature[HOOK_SIGNATURE], id[ID_TEXT];
	int r = errand_add_header(errand, "Content-Type: application/json");

	if (r == 0)
		r = errand_add_header(errand, "User-Agent: Lectern");
	/* No "Expect: 100-continue": a small body goes at once. */
	if (r == 0)
		r = errand_add_header(errand, "Expect:");
	snprintf(line, sizeof(line), "Lectern-Event: %s", due->event);
	if (r == 0)
		r = errand_add_header(errand, line);
	snprintf(line, sizeof(line), "Lectern-Delivery: %s", id_text(due->id, id));
	if (r == 0)
		r = errand_add_header(errand, line);
	hook_sign(secret, now_ms / 1000, due->body, signature);
	snprintf(line, sizeof(line), "Lectern-Signature: %s", signature);
	return r < 0 ? r : errand_add_header(errand, line);
}

int hook_prepare(const struct vault *vault, bool allow_private, const struct delivery_due *due,
	int64_t now_ms, struct errand *errand, char *problem)
{
	char secret[WEBHOOK_SECRET];
	int r = webhook_secret(vault, due->webhook, due->secret, secret);

	if (r < 0) {
		snprintf(problem, DELIVERY_PROBLEM,
			"the secret of the webhook cannot be read; make the webhook anew");
		return -EINVAL;
	}
	errand->body = strdup(due->body);
	r = errand->body ? add_headers(secret, due, now_ms, errand) : -ENOMEM;
	sodium_memzero(secret, sizeof(secret));
	if (r == 0)
		set_options(due, allow_private, errand);
	return r;
}

enum verdict hook_judge(const struct errand *errand, CURLcode code, char *problem)
{
	long status = 0;

	curl_easy_getinfo(errand->easy, CURLINFO_RESPONSE_CODE, &status);
	/* It took it, whatever it went on to say. */
	if (status >= 200 && status < 300 && (code == CURLE_OK || code == CURLE_WRITE_ERROR))
		return VERDICT_SENT;
	if (errand->refused)
		snprintf(problem, DELIVERY_PROBLEM,
			"the address is of a private network, which webhooks.allow_private "
			"forbids");
	else if (status >= 300 && status < 400)
		snprintf(problem, DELIVERY_PROBLEM,
			"answered %ld: redirects are not followed; correct the address", status);
	else if (status >= 200)
		snprintf(problem, DELIVERY_PROBLEM, "answered %ld", status);
	else
		snprintf(problem, DELIVERY_PROBLEM, "cannot be reached: %s",
			errand->error[0] ? errand->error : curl_easy_strerror(code));
	/* What it answers to this one, it may not answer to the next. */
	return status >= 200 && status != 429 && status != 503 ? VERDICT_LATER : VERDICT_SERVER;
}
