/* SPDX-License-Identifier: MIT */
/* What an answer says of a worker's end: candidates and fingerprint. Control thread, at the start.
 */
#ifndef ENGINE_ENDPOINT_H
#define ENGINE_ENDPOINT_H

#include "lectern/engine.h"

/*
 * The announced addresses, or the one that we are bound to, or those of the interfaces. -EINVAL:
 * one of the announced is no address; -EADDRNOTAVAIL: none at all.
 */
int endpoint_init(struct lectern_endpoint *endpoint, const struct lectern_engine_config *config,
	uint16_t port, const char *fingerprint);

#endif
