/* SPDX-License-Identifier: MIT */
/* What peer.c, path_in.c and path_out.c share: the inside of a peer. */
#ifndef PEER_PRIV_H
#define PEER_PRIV_H

#include <stddef.h>

#include "base/cache.h"
#include "egress/downstream.h"
#include "ice/agent.h"
#include "ingress/upstream.h"
#include "peer/peer.h"
#include "rtp/packet.h"
#include "srtp/session.h"

struct peer_wish {
	lectern_id source; /* 0: nothing */
	enum lectern_kind kind;
};

/* A bucket that fills with time: how much authentic traffic may still come. */
struct peer_meter {
	uint64_t at_us;
	int64_t bits, packets;
};

/* First what sending and hearing of it read, in as few lines of the cache as can be. */
struct peer {
	_Alignas(CACHE_LINE) struct peer_host *host; /* given */
	struct srtp_session *srtp;		     /* owned; NULL until connected */
	struct srtp_hot hot;			     /* of it */
	const struct addr *media_to;		     /* while its outlet is drained */
	enum lectern_peer_state state;
	struct ice_agent ice; /* owned; begins with its paths */

	/* given */
	lectern_id id, room;
	struct router *router;
	const struct peer_ops *ops;
	void *arg;
	struct rtp_exts exts;
	/* owned */
	struct dtls *dtls;
	struct upstream *upstream;
	struct downstream *downstream;
	struct loop_timer timer;
	struct demux_name names[2]; /* both in use while an ICE restart is under way */
	struct demux_path paths[ICE_MAX_PATHS];
	/* state */
	bool name_now;	       /* which of names is the newest */
	bool routed;	       /* tracks and slots are in the router */
	unsigned permitted;    /* LECTERN_KIND_BIT()s */
	uint64_t alive_us;     /* last authentic check, SRTP or SRTCP */
	struct addr dtls_from; /* validated address that DTLS last came from; len 0: none */
	struct peer_wish wishes[LECTERN_VIDEO_SLOTS];
	struct listener listener;
	struct peer_meter meter;
	uint64_t drops[PEER_DROPS];
};

/* Bytes of it, when media goes to the first path, as most does. */
enum { PEER_HOT = offsetof(struct peer, ice.paths[1]) };

/* The handshake may be done, closed or failed since the last look. */
void peer_look_at_dtls(struct peer *peer, uint64_t now_us);
/* Something authentic came. */
void peer_sign_of_life(struct peer *peer, uint64_t now_us);
/* Its timer fires within `within_us`. */
void peer_hurry(struct peer *peer, uint64_t now_us, uint64_t within_us);
/* Address of a check that ICE accepted, or forgot. */
void peer_path_added(struct peer *peer, const struct addr *addr);
void peer_path_removed(struct peer *peer, const struct addr *addr);

#endif
