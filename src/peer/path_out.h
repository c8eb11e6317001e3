/* SPDX-License-Identifier: MIT */
/*
 * The way out: what happens between the peer's outlet and the socket. See peer.h.
 *
 * At the end of the worker's turn the outlet copies its packets together in the worker's staging area
 * (outlet_ops), one behind the other, where they are encrypted in place; net/udp sends them in as few
 * messages as their sizes allow. RTCP, DTLS and STUN take the same way.
 */
#ifndef PEER_PATH_OUT_H
#define PEER_PATH_OUT_H

#include <stddef.h>
#include <stdint.h>

#include "egress/outlet.h"

struct addr;
struct peer;

/* For downstream_config; `arg` is the peer. */
extern const struct outlet_ops path_out_media;
/* A plaintext compound. `arg` is the peer. */
void path_out_rtcp(void *arg, const uint8_t *data, size_t len);
/* A DTLS datagram; also before there is a selected address. `arg` is the peer. */
void path_out_dtls(void *arg, const uint8_t *data, size_t len);
/* The reply to a check that came from `to`. */
void path_out_stun(struct peer *peer, const struct addr *to, const uint8_t *reply, size_t len);

#endif
