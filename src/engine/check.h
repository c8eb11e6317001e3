/* SPDX-License-Identifier: MIT */
/* Whether a peer's parameters are possible at all, before they go to a worker. Control thread. */
#ifndef ENGINE_CHECK_H
#define ENGINE_CHECK_H

#include "lectern/engine.h"

/* 0 or -EINVAL. */
int check_peer_params(const struct lectern_peer_params *params);
/* ufrag and password of an ICE end (RFC 8839 5.4). */
int check_credentials(const char *ufrag, const char *pwd);

#endif
