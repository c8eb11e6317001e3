/* SPDX-License-Identifier: MIT */
/*
 * Mail, by libcurl's SMTP (RFC 5321): the text, and for a calendar the shape that calendar programs
 * act on (iMIP, RFC 6047): text/calendar with its method as an alternative of the text, and once
 * more as a file, for those that show the text alone.
 *
 * The Message-ID is made of the row's id: a mail that came twice, since the server died before it
 * could keep that it was sent, is seen to be one.
 */
#ifndef DELIVERY_MAIL_H
#define DELIVERY_MAIL_H

#include "delivery/errand.h"
#include "lectern/config.h"

struct mail_server {
	const struct lectern_config *config;
	char password[LECTERN_MAX_SECRET];
};

enum { MAIL_CONNECT_S = 20, MAIL_TOTAL_S = 120 };

/* Reads the password. On failure `why` (LECTERN_MAX_WHY) holds one line. */
int mail_server_init(struct mail_server *server, const struct lectern_config *config, char *why);
/* -EINVAL: the row is no mail that can be sent, which `problem` (DELIVERY_PROBLEM) explains. */
int mail_prepare(const struct mail_server *server, const struct delivery_due *due, int64_t now_ms,
	struct errand *errand, char *problem);
enum verdict mail_judge(const struct errand *errand, CURLcode code, char *problem);

#endif
