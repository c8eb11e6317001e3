/* SPDX-License-Identifier: MIT */
/*
 * The ICE-lite end of one peer (RFC 8445 2.5): answers connectivity checks and sends none.
 *
 * Only a check with our ufrag, their ufrag and a valid MESSAGE-INTEGRITY does anything; whatever
 * else comes gets no byte back. An authenticated check validates the address that it came from; one
 * with USE-CANDIDATE makes that address the selected one, which is the only address that anything
 * is sent to. So a NAT rebinding is followed by the first check that comes through it, and by
 * nothing less. The peer's own candidates are never read: no packet goes where no check came from.
 *
 * A peer that nominates aggressively (RFC 5245 8.1.1.2) puts USE-CANDIDATE into every check and
 * goes by priority. So a nomination of less priority, as TCP has after UDP, is followed only when
 * the selected address has not been nominated for ICE_SETTLE_US.
 *
 * Consent (RFC 7675): each authenticated check from the selected address renews it, and so does
 * whatever else its owner proves to have sent from there (SRTP): Pion and libnice ask no more while
 * media flows, and a lite end that sends no checks of its own would cut them off. After
 * ICE_CONSENT_US without one the address gives way to another nominated one that has consent; with
 * none the agent has failed for good, and has no selected address any more. The same when the
 * connection of the selected address has ended, but that then a check may still come in time.
 *
 * A restart keeps the old credentials and addresses until the first check with the new ones.
 * Sans-I/O: embedded in peer, on the peer's thread; at most ICE_MAX_PATHS addresses are held.
 */
#ifndef ICE_AGENT_H
#define ICE_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "ice/stun.h"
#include "lectern/types.h"

enum {
	ICE_MAX_PATHS = 8,
	ICE_USERNAME = 2 * LECTERN_MAX_UFRAG + 2, /* "<ours>:<theirs>" and a NUL */
	ICE_CONSENT_US = 30 * 1000000,		  /* RFC 7675 5.1 */
	ICE_SETTLE_US = 1000000,
};

struct ice_credentials {
	char username[ICE_USERNAME];
	char password[LECTERN_MAX_PWD + 1];
};

struct ice_path {
	struct addr addr;
	uint64_t heard_us;     /* last authentic check or packet from there */
	uint64_t nominated_us; /* last one with USE-CANDIDATE; 0: none */
	uint32_t priority;     /* that the last check told (RFC 8445 7.1.1) */
};

struct ice_counters {
	uint64_t checks; /* authenticated */
	uint64_t malformed;
	uint64_t unauthenticated;
	uint64_t conflicts; /* answered with 487 */
	uint64_t unknown;   /* answered with 420 */
	uint64_t failed;    /* came after consent was lost */
};

struct ice_agent {
	/* state */
	int selected; /* index in paths, -1: none */
	unsigned path_count;
	struct ice_path paths[ICE_MAX_PATHS];
	uint64_t since_us; /* created, restarted, or lost the selected address's connection */
	bool failed;
	struct ice_counters counters;
	/* owned */
	struct ice_credentials now, before; /* before: of the time before a restart, or empty */
};

/* -EINVAL: a ufrag or password of impossible length. */
int ice_agent_init(struct ice_agent *agent, const char *local_ufrag, const char *local_pwd,
	const char *remote_ufrag, uint64_t now_us);
/* -EINVAL likewise, and the agent goes on as it was. A failed agent can be restarted. */
int ice_agent_restart(struct ice_agent *agent, const char *local_ufrag, const char *local_pwd,
	const char *remote_ufrag, uint64_t now_us);

struct ice_result {
	size_t reply_len; /* bytes to send back to where it came from; 0: nothing */
	bool authenticated;
	bool path_added;   /* `from` was not known as valid before */
	bool path_removed; /* to make room: `removed` */
	bool selected_changed;
	struct addr removed;
};

/* One STUN datagram. `reply` has room for STUN_MAX_REPLY. */
struct ice_result ice_agent_recv(struct ice_agent *agent, struct stun_codec *codec,
	const uint8_t *data, size_t len, const struct addr *from, uint64_t now_us, uint8_t *reply);

/* An authentic packet of the peer's came from there: consent, if that is the selected address. */
void ice_agent_heard(struct ice_agent *agent, const struct addr *from, uint64_t now_us);

/* The connection of this address has ended: nothing goes there any more. */
void ice_agent_forget(struct ice_agent *agent, const struct addr *addr, uint64_t now_us);

/*
 * Ends the use of a selected address without consent. True once, when there is none left and the
 * agent has failed: no consent (or no nomination at all) for ICE_CONSENT_US.
 */
bool ice_agent_expire(struct ice_agent *agent, uint64_t now_us);

/* Where to send; NULL: nowhere. */
const struct addr *ice_agent_selected(const struct ice_agent *agent);
/* Whether an authenticated check came from there. */
bool ice_agent_knows(const struct ice_agent *agent, const struct addr *from);

#endif
