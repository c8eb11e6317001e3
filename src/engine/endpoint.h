/* SPDX-License-Identifier: MIT */
/* What an answer says of a worker's end: candidates and fingerprint. Control thread, at the start.
 */
#ifndef ENGINE_ENDPOINT_H
#define ENGINE_ENDPOINT_H

#include "lectern/engine.h"

/* Where the workers bind: as configured, or "::" where there is IPv6, else "0.0.0.0". */
const char *endpoint_bind_address(const struct lectern_engine_config *config);

/*
 * The announced addresses, or the one that we are bound to, or those of the interfaces; on a
 * machine that has none but loopback, that. The first is the best. -EINVAL: one of the announced is
 * no address, or none that can be sent to; -EADDRNOTAVAIL: none at all.
 */
int endpoint_init(struct lectern_endpoint *endpoint, const struct lectern_engine_config *config,
	uint16_t port, const char *fingerprint);

#endif
