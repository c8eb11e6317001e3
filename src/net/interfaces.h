/* SPDX-License-Identifier: MIT */
/* The addresses of this machine's interfaces, for ICE candidates. Reads the kernel's list once. */
#ifndef NET_INTERFACES_H
#define NET_INTERFACES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

/*
 * IPv4 addresses of the interfaces that are up, with `loopback` also those of lo; port 0. No
 * link-local ones. Fills at most `room`, returns how many, or a negative errno.
 */
int interfaces_list(bool loopback, struct addr *out, size_t room);

#endif
