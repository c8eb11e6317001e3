/* SPDX-License-Identifier: MIT */
/*
 * Which addresses a site may have us connect to: those of the public internet (the registries of
 * RFC 6890), so that a webhook is no way into the network that the server stands in. Asked of the
 * address that is connected to, after its name was resolved. Pure.
 */
#ifndef DELIVERY_GUARD_H
#define DELIVERY_GUARD_H

#include <stdbool.h>
#include <sys/socket.h>

/* False too for every family but IPv4 and IPv6. */
bool guard_is_public(const struct sockaddr *address, socklen_t len);

#endif
