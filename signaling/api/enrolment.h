/* SPDX-License-Identifier: MIT */
/* In whose name a person deals with the people of a course. Private to this folder. */
#ifndef SIGNALING_API_ENROLMENT_H
#define SIGNALING_API_ENROLMENT_H

#include <stdint.h>

struct request;
struct store;

/*
 * The request is about a course. A partner, who is at a site that it is shared with: that site, and
 * only its people are meant; else 0, everybody. -EACCES: neither.
 */
int enrolment_partner(struct store *store, const struct request *request, int64_t *ret_site);

#endif
