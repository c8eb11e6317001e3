/* SPDX-License-Identifier: MIT */
#include "signaling/clerk.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <libwebsockets.h>

#include "academy/invitation.h"
#include "base/clock.h"
#include "base/log.h"
#include "signaling/http.h"
#include "signaling/work.h"

enum { CLERK_TICK_US = 60 * 1000 * 1000 };

struct clerk {
	struct server *server; /* given */
	lws_sorted_usec_list_t timer;
	bool busy; /* a job is under way: the rest belongs to it */
	bool recomputed;
	int error;
	unsigned moved, reminded;
	char url[LECTERN_MAX_URL];
};

static void run(struct store *store, void *arg)
{
	struct clerk *clerk = arg;
	const int64_t now_ms = clock_wall_ms();

	clerk->error = clerk->recomputed ? 0 : series_recompute(store, now_ms, &clerk->moved);
	if (clerk->error == 0)
		clerk->error = reminder_run(store, clerk->url, now_ms, &clerk->reminded);
}

static void done(void *arg)
{
	struct clerk *clerk = arg;

	clerk->busy = false;
	if (clerk->error < 0)
		log_warn("clerk", "the timetable waits error=%s", strerror(-clerk->error));
	else
		clerk->recomputed = true;
	if (clerk->moved > 0)
		log_warn("clerk", "rules of zones changed sessions=%u", clerk->moved);
	clerk->moved = 0;
}

static void tick(lws_sorted_usec_list_t *timer)
{
	struct clerk *clerk = lws_container_of(timer, struct clerk, timer);

	if (!clerk->busy && work_submit(clerk->server->work, run, done, clerk) == 0)
		clerk->busy = true;
	lws_sul_schedule(http_context(clerk->server->http), 0, &clerk->timer, tick, CLERK_TICK_US);
}

int clerk_create(struct server *server, struct clerk **ret_clerk)
{
	struct clerk *clerk = calloc(1, sizeof(*clerk));

	if (!clerk)
		return -ENOMEM;
	clerk->server = server;
	lectern_config_url(server->config, clerk->url);
	lws_sul_schedule(http_context(server->http), 0, &clerk->timer, tick, 1);
	*ret_clerk = clerk;
	return 0;
}

void clerk_destroy(struct clerk *clerk)
{
	if (!clerk)
		return;
	lws_sul_cancel(&clerk->timer);
	free(clerk);
}
