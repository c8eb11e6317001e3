/* SPDX-License-Identifier: MIT */
/*
 * One delivery under way: what libcurl is given for it and what it said, whichever way it goes. mail
 * and hook fill it in, and judge its end; post runs it. It owns everything that libcurl borrows from
 * it. Private to this folder, the sending thread's.
 */
#ifndef DELIVERY_ERRAND_H
#define DELIVERY_ERRAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>

#include "academy/delivery.h"

struct errand {
	/* of the row */
	int64_t id, webhook, until_at;
	enum delivery_kind kind;
	unsigned tries;
	/* owned; NULL: not there */
	CURL *easy;
	curl_mime *mime;
	struct curl_slist *headers, *recipients;
	char *body;
	/* what libcurl and the other side said */
	char error[CURL_ERROR_SIZE];
	char said[256];	 /* the last line of a mail server that was no consent */
	char command[8]; /* the last that was sent to it: "RCPT" */
	size_t taken;	 /* bytes of an answer */
	bool refused;	 /* an address that is not public */
};

enum verdict {
	VERDICT_SENT,
	VERDICT_LATER,	/* not now: this one is tried again */
	VERDICT_NEVER,	/* not this one */
	VERDICT_SERVER, /* nothing gets there at present, whatever it is */
};

/* Zeroed but for the row's. -ENOMEM. */
int errand_init(struct errand *errand, const struct delivery_due *due);
/* It must not be in a multi handle. */
void errand_finish(struct errand *errand);
/* A header that is ready made. -ENOMEM. */
int errand_add_header(struct errand *errand, const char *line);

#endif
