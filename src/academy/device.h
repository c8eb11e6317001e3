/* SPDX-License-Identifier: MIT */
/*
 * What people call the browser that a User-Agent header stands for: "Firefox on Linux". For the list of
 * one's sign-ins, no more: the header can say anything. No state, any thread.
 */
#ifndef ACADEMY_DEVICE_H
#define ACADEMY_DEVICE_H

#include <stddef.h>

/* `user_agent` is text of any content; `out` gets words of ours alone. */
void device_name(const char *user_agent, char *out, size_t room);

#endif
