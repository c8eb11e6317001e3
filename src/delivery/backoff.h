/* SPDX-License-Identifier: MIT */
/*
 * When to try again: a message that was refused for now, and a server that is not to be reached at
 * all (then one message asks for all of them). Pure; `chance` is any number, for a jitter of a tenth
 * either way, so that what failed together is not tried together.
 */
#ifndef DELIVERY_BACKOFF_H
#define DELIVERY_BACKOFF_H

#include <stdint.h>

/* Of a message, after `tries` attempts, 1 or more: 1, 5, 15, 60 minutes, 3, 6, then 12 hours. */
int64_t backoff_message_ms(unsigned tries, uint32_t chance);
/* Of a server, after `failures` in a row: 5, 15 seconds, 1, then 5 minutes. */
int64_t backoff_server_ms(unsigned failures, uint32_t chance);

#endif
