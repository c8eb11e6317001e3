/* SPDX-License-Identifier: MIT */
/*
 * Webhooks: a POST of JSON, {"id", "event", "at", "site", "object"}, with
 *
 *	Lectern-Event: session.created
 *	Lectern-Delivery: <id>			the same at each attempt
 *	Lectern-Signature: t=<seconds>,v1=<hex of HMAC-SHA-256 of "<seconds>.<body>">
 *
 * under the secret of the webhook, as it was shown. Any 2xx takes it. Redirects are not followed,
 * addresses that are not public refused (guard.h) unless the configuration allows them.
 */
#ifndef DELIVERY_HOOK_H
#define DELIVERY_HOOK_H

#include "delivery/errand.h"

struct vault;

enum { HOOK_CONNECT_S = 5, HOOK_TOTAL_S = 15, HOOK_MAX_ANSWER = 64 * 1024 };

enum { HOOK_SIGNATURE = 96 }; /* characters of the value of its header, with the NUL */
void hook_sign(const char *secret, int64_t at_s, const char *body, char out[HOOK_SIGNATURE]);

/* -EINVAL: it cannot be sent, which `problem` (DELIVERY_PROBLEM) explains. */
int hook_prepare(const struct vault *vault, bool allow_private, const struct delivery_due *due,
	int64_t now_ms, struct errand *errand, char *problem);
enum verdict hook_judge(const struct errand *errand, CURLcode code, char *problem);

#endif
