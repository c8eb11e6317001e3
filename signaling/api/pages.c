/* SPDX-License-Identifier: MIT */
/* What lies outside the API: the way in, the health check, and what is not there. */
#include <errno.h>
#include <stdio.h>

#include "signaling/api/table.h"
#include "signaling/assets.h"
#include "signaling/request.h"

/* To whoever signed in last in this browser; else a page that says how to sign in. */
void api_home(struct store *store, struct request *request)
{
	char location[32];

	if (request->last_n == 0 || request->query[0] != '\0') {
		assets_page(store, request);
		return;
	}
	snprintf(location, sizeof(location), "/u/%u/", request->last_n);
	request_redirect(request, location);
}

void api_health(struct store *store, struct request *request)
{
	(void)store;
	request_json(request, 200, json_pack("{s:b}", "ok", 1));
}

/* Relative addresses and the cookie's path both want the slash. */
void api_person_root(struct store *store, struct request *request)
{
	char location[32];

	(void)store;
	if (request->n == 0) {
		request_fail(request, -ENOENT);
		return;
	}
	snprintf(location, sizeof(location), "/u/%u/", request->n);
	request_redirect(request, location);
}

void api_websocket(struct store *store, struct request *request)
{
	(void)store;
	request_error(request, 426, "bad_request", "This address is a WebSocket.");
}

void api_nothing(struct store *store, struct request *request)
{
	(void)store;
	request_fail(request, -ENOENT);
}
