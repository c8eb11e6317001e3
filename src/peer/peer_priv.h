/* SPDX-License-Identifier: MIT */
/* What peer.c, path_in.c and path_out.c share: the inside of a peer. */
#ifndef PEER_PRIV_H
#define PEER_PRIV_H

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

struct peer {
	/* given */
	lectern_id id, room;
	struct peer_host *host;
	struct router *router;
	const struct peer_ops *ops;
	void *arg;
	struct rtp_exts exts;
	/* owned */
	struct ice_agent ice;
	struct dtls *dtls;
	struct srtp_session *srtp; /* NULL until connected */
	struct srtp_hot hot;	   /* of it */
	struct upstream *upstream;
	struct downstream *downstream;
	struct loop_timer timer;
	struct demux_name names[2]; /* both in use while an ICE restart is under way */
	struct demux_path paths[ICE_MAX_PATHS];
	/* state */
	enum lectern_peer_state state;
	bool name_now;		     /* which of names is the newest */
	bool routed;		     /* tracks and slots are in the router */
	unsigned permitted;	     /* LECTERN_KIND_BIT()s */
	uint64_t alive_us;	     /* last authentic check, SRTP or SRTCP */
	const struct addr *media_to; /* while its outlet is drained */
	struct addr dtls_from;	     /* validated address that DTLS last came from; len 0: none */
	struct peer_wish wishes[LECTERN_VIDEO_SLOTS];
	struct listener listener;
	struct peer_meter meter;
	uint64_t drops[PEER_DROPS];
};

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
