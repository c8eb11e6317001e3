/* SPDX-License-Identifier: MIT */
/*
 * The way out: what happens between a slot that has written a packet and the socket. See peer.h.
 *
 * A slot writes its packet into the peer's output batch (outlet_ops), where it is encrypted in
 * place; the worker sends all batches at the end of its turn.
 */
#ifndef PEER_PATH_OUT_H
#define PEER_PATH_OUT_H

#include <stddef.h>
#include <stdint.h>

#include "egress/outlet.h"

struct peer;

/* For downstream_config; `arg` is the peer. */
extern const struct outlet_ops path_out_media;
/* A plaintext compound. `arg` is the peer. */
void path_out_rtcp(void *arg, const uint8_t *data, size_t len);
/* A DTLS datagram; also before there is a selected address. `arg` is the peer. */
void path_out_dtls(void *arg, const uint8_t *data, size_t len);

#endif
