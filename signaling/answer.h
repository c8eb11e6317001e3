/* SPDX-License-Identifier: MIT */
/* The head of an answer as libwebsockets writes it. Control thread, when there is room to write. */
#ifndef SIGNALING_ANSWER_H
#define SIGNALING_ANSWER_H

#include <stdbool.h>

#include <libwebsockets.h>

struct answer;

/* Negative: the connection is to be closed. */
int answer_write_head(struct lws *wsi, const struct answer *answer, bool body_follows);

#endif
