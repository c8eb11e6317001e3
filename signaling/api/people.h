/* SPDX-License-Identifier: MIT */
/* What the routes of people share. Private to this folder. */
#ifndef SIGNALING_API_PEOPLE_H
#define SIGNALING_API_PEOPLE_H

#include <jansson.h>

struct request;

/* The roles by which whoever asks gives roles to others: see role_may_give(). */
unsigned people_giver(const struct request *request);
/* ["coordinator","instructor"] */
json_t *object_roles(unsigned roles);

#endif
