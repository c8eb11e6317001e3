/* SPDX-License-Identifier: MIT */
/*
 * A class on a fake clock: an instructor and a trainee send, a viewer receives, all over bad links;
 * in between stands what a worker has: upstreams, router, downstream, each the real thing.
 */
#ifndef TESTS_SIM_CLASS_H
#define TESTS_SIM_CLASS_H

#include <stdbool.h>
#include <stdint.h>

#include "egress/downstream.h"
#include "ingress/upstream.h"
#include "link.h"
#include "publisher.h"
#include "route/router.h"
#include "subscriber.h"

enum {
	INSTRUCTOR = 1,
	TRAINEE = 2,
	VIEWER = 3,
	START_US = 10000000,
};

struct sender {
	struct class *class;
	struct publisher publisher;
	struct link up, down;
	struct upstream *upstream;
	struct rtp_exts exts;
};

struct class
{
	uint64_t now_us;
	struct pkt_pool *pool;
	struct router router;
	struct sender senders[2];
	struct downstream *downstream;
	struct listener listener;
	struct link down, up; /* the viewer's */
	struct subscriber viewer;
	struct outlet_pool *items;
	uint8_t buffer[OUTLET_ROOM];
	uint8_t used[2 * SIM_SLOTS][65536]; /* (ssrc, seq) that went out */
	unsigned sent_of[SIM_PEERS];	    /* media packets that went out, by sender */
	unsigned forwarded;
};

/* `how` both send their cameras. */
struct class *class_open(
	const struct link_profile *links, const struct sim_camera *how, uint64_t seed);
void class_close(struct class *class);
void class_run(struct class *class, unsigned ms);
/* Whether a member may be seen and heard. */
void class_permit(struct class *class, unsigned peer, bool permitted);
/* Whose camera the viewer sees. */
void class_show(struct class *class, unsigned peer);
struct slot *class_slot(const struct class *class);
struct slot_stats class_shown(const struct class *class);

#endif
