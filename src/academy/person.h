/* SPDX-License-Identifier: MIT */
/*
 * People of a site and their roles in it.
 *
 * A person has an account for the whole installation and is a member of one or more sites, with
 * roles in each; struct person is a person as seen in one site. Every function takes the site, or gives it. Threads: as the store. Errors: -ENOENT, or
 * the store's.
 */
#ifndef ACADEMY_PERSON_H
#define ACADEMY_PERSON_H

#include <stdbool.h>
#include <stdint.h>

#include "lectern/types.h"

struct store;

enum {
	PERSON_LANGUAGE = 8,
	SITE_NAME = 128,
	SITE_ZONE = 64,
};

enum site_role {
	ROLE_COORDINATOR = 1 << 0,
	ROLE_INSTRUCTOR = 1 << 1,
	ROLE_TRAINEE = 1 << 2,
	ROLE_ADMIN = 1 << 3, /* here and in every site below */
	ROLE_GUEST = 1 << 4, /* of one session, see guest.h */
};

/* A member as seen in one site; who left it is none. */
struct person {
	int64_t id;
	int64_t site;
	unsigned n;	/* /u/<n> */
	unsigned roles; /* enum site_role */
	bool guest;	/* without an account */
	bool locked;	/* by an administrator: may not sign in */
	char name[LECTERN_MAX_NAME];
	char language[PERSON_LANGUAGE];
	char site_name[SITE_NAME];
	char time_zone[SITE_ZONE];     /* of the site */
	char own_time_zone[SITE_ZONE]; /* "": that of the browser */
};

struct person_params {
	const char *email, *name, *language;
	unsigned roles; /* in the site */
};

/* Creates the account and makes it a member of the site. -EEXIST: the address is taken. */
int person_add(
	struct store *store, int64_t site, const struct person_params *params, int64_t *ret_id);
int person_get(struct store *store, int64_t site, int64_t id, struct person *ret_person);
/* The first site of the person by id where `email` is a member. -ENOENT. */
int person_find_email(struct store *store, const char *email, struct person *ret_person);
/* `language` is one of en es fr nl: -EINVAL. */
int person_set_language(struct store *store, int64_t site, int64_t id, const char *language);

enum { PERSON_EMAIL = 255 };

/*
 * An address as it is kept: without what stands around it, in lower case. -EINVAL: it is none.
 * The case of what is not ASCII is left alone.
 */
int person_clean_email(const char *text, char out[PERSON_EMAIL]);

/* What one signs in to: the account, whatever the site. */
struct account {
	int64_t id;
	char email[PERSON_EMAIL], name[LECTERN_MAX_NAME], language[PERSON_LANGUAGE];
	bool guest, locked;
};

/* -ENOENT. */
int account_find(struct store *store, const char *email, struct account *ret_account);
int account_get(struct store *store, int64_t id, struct account *ret_account);
/* 1: one of the sites where the person is an administrator or a coordinator asks for a second factor. */
int account_needs_second_factor(struct store *store, int64_t id);

#endif
