/* SPDX-License-Identifier: MIT */
/*
 * Lines of the head of a mail (RFC 5322), in ASCII whatever the text is (RFC 2047). Nothing with a
 * control character gets into one: -EINVAL. Pure; the result is the caller's to free.
 */
#ifndef DELIVERY_HEADER_H
#define DELIVERY_HEADER_H

#include <stdint.h>

/* "Subject: ..." of UTF-8, folded. -ENOMEM. */
int header_text(const char *name, const char *text, char **ret_line);
/* "From: Name <address>"; `display` may be "". */
int header_address(const char *name, const char *display, const char *address, char **ret_line);
/* "Date: Tue, 24 Nov 2026 16:00:00 +0000", whatever the locale is. */
int header_date(int64_t at_ms, char **ret_line);

/* One address alone, fit to stand between < and >, here and in a command of SMTP. */
int header_check_address(const char *address);

#endif
