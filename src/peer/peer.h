/* SPDX-License-Identifier: MIT */
/*
 * A member's transport: one ICE-lite, DTLS and SRTP association, what comes in by it (upstream) and
 * what goes out by it (downstream). Begin with path_in.c and path_out.c.
 *
 * A peer belongs to its worker's thread and to the worker, which creates and destroys it, never
 * from within one of the peer's own callbacks. Its timer is in the worker's loop. It borrows the
 * worker's socket, codec, DTLS context and demux (struct peer_host) and its room's router.
 *
 * Its tracks and slots are in the router only while it is connected. States are those of
 * lectern/engine.h: it sends nothing before CONNECTED and nothing after FAILED; an ICE restart can
 * bring back one that failed for lack of consent.
 *
 * Limits: PEER_* below; every datagram that goes no further is counted under its reason.
 */
#ifndef PEER_PEER_H
#define PEER_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "dtls/dtls.h"
#include "egress/outlet.h"
#include "ice/stun.h"
#include "lectern/engine.h"
#include "net/loop.h"
#include "net/tcp.h"
#include "net/udp.h"
#include "peer/demux.h"
#include "route/router.h"

enum {
	PEER_SILENT_US = 5 * 1000000,	    /* no sign of life, authenticated */
	PEER_ADDRESS_HELD_US = 2 * 1000000, /* nobody else gets the address of a peer that lives */
	PEER_MAX_BPS = 16 * 1000000,	    /* received and authentic; what is above is dropped */
	PEER_MAX_PPS = 4000,
};

/* Why a datagram went no further. Those of SRTP's inside are in upstream_stats. */
enum peer_drop {
	PEER_DROP_NOT_OURS = 0,	   /* first byte of no protocol of ours */
	PEER_DROP_STUN_UNKNOWN,	   /* no STUN request, or for a ufrag that nobody has */
	PEER_DROP_STUN_REFUSED,	   /* see ice_counters */
	PEER_DROP_ADDRESS_HELD,	   /* a check from another living peer's address */
	PEER_DROP_ADDRESS_UNKNOWN, /* DTLS or SRTP from where no check came */
	PEER_DROP_NO_KEYS,	   /* SRTP before the handshake is done, or after failure */
	PEER_DROP_RTP_MALFORMED,
	PEER_DROP_SSRC,	       /* of no track of this peer */
	PEER_DROP_SRTP_FORGED, /* not authentic */
	PEER_DROP_SRTP_REPLAYED,
	PEER_DROP_SRTP_STREAMS, /* more streams than a peer may have */
	PEER_DROP_TOO_FAST,	/* above PEER_MAX_BPS or PEER_MAX_PPS */
	PEER_DROP_VERDICT,	/* upstream refused it: see upstream_stats */
	PEER_DROP_RTCP_MALFORMED,
	PEER_DROP_SENT_TWICE, /* on its way out: its SRTP index may have been sent already */
	PEER_DROP_NOT_SEALED, /* on its way out: SRTP refused it for another reason */
	PEER_DROPS,
};

const char *peer_drop_text(enum peer_drop drop);

/* What a worker lends to its peers. */
struct peer_host {
	struct loop *loop;
	struct udp *udp;
	struct tcp *tcp; /* the same port for addresses with a number; may be NULL without them */
	struct outlet_pool *outlets;
	struct stun_codec *stun;
	struct dtls_context *dtls;
	struct demux demux;
	uint64_t drops[PEER_DROPS]; /* of all its datagrams */
};

struct peer;

struct peer_ops {
	void (*state)(void *arg, struct peer *peer, enum lectern_peer_state state);
	/* Media of a track began or ceased to arrive. */
	void (*flowing)(void *arg, struct peer *peer, enum lectern_kind kind, bool flowing);
};

struct peer_config {
	lectern_id id;
	const struct lectern_peer_params *params; /* checked; borrowed until return */
	struct peer_host *host;
	struct router *router;
	const struct peer_ops *ops;
	void *arg;
};

/* -EEXIST: its ufrag is in use; -EINVAL; -ENOMEM. */
int peer_create(const struct peer_config *config, uint64_t now_us, struct peer **ret_peer);
/* Says close_notify if connected. Accepts NULL. */
void peer_destroy(struct peer *peer, uint64_t now_us);

/* The TCP connection of `addr` has ended: its peer, if it is one's, goes on without. */
void peer_connection_gone(struct peer_host *host, const struct addr *addr, uint64_t now_us);

int peer_restart(struct peer *peer, const char *local_ufrag, const char *local_pwd,
	const char *remote_ufrag, uint64_t now_us);
void peer_permit(struct peer *peer, unsigned kinds, uint64_t now_us);
void peer_slot_show(struct peer *peer, unsigned slot, lectern_id source, enum lectern_kind kind,
	uint64_t now_us);
void peer_slot_limit(struct peer *peer, unsigned slot, unsigned height, uint64_t now_us);

lectern_id peer_id(const struct peer *peer);
enum lectern_peer_state peer_state(const struct peer *peer);
uint64_t peer_drops(const struct peer *peer, enum peer_drop drop);

struct peer_link {
	uint32_t rtt_us, up_bps, down_bps;
	uint16_t up_loss, down_loss; /* parts per thousand */
	uint64_t audio_sent, audio_acked;
};
void peer_link(const struct peer *peer, struct peer_link *ret_link);

#endif
