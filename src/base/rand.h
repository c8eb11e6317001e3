/* SPDX-License-Identifier: MIT */
/* Random bytes from the kernel (getrandom). Never fails: ends the process if the kernel has none.
 */
#ifndef BASE_RAND_H
#define BASE_RAND_H

#include <stddef.h>
#include <stdint.h>

void rand_bytes(void *out, size_t len);
uint32_t rand_u32(void);
/* `len` characters of [A-Za-z0-9+/] (RFC 8839 ice-char) and a NUL: out holds len + 1. */
void rand_ice_chars(char *out, size_t len);

#endif
