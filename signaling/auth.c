/* SPDX-License-Identifier: MIT */
#include "signaling/auth.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/list.h"

enum { BUCKETS = 4096 };

struct entry {
	struct list bucket; /* of auth.buckets */
	struct list age;    /* of auth.by_age */
	struct identity identity;
};

struct auth {
	struct list buckets[BUCKETS];
	struct list by_age; /* oldest first */
	size_t count;
	void (*forgotten)(const struct identity *identity, void *arg);
	void *forgotten_arg;
};

/* Hashes of random secrets need no further hashing; nobody can choose them. */
static struct list *bucket_of(struct auth *auth, const char *signin)
{
	unsigned index = 0;

	for (size_t i = 0; i < 3; i++) {
		char c = signin[i];

		index = index << 4 | (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return &auth->buckets[index % BUCKETS];
}

static struct entry *find(struct auth *auth, const char *signin)
{
	list_each (it, bucket_of(auth, signin)) {
		struct entry *entry = list_of(it, struct entry, bucket);

		if (strcmp(entry->identity.signin, signin) == 0)
			return entry;
	}
	return NULL;
}

static void drop(struct auth *auth, struct entry *entry)
{
	list_remove(&entry->bucket);
	list_remove(&entry->age);
	auth->count--;
	if (auth->forgotten)
		auth->forgotten(&entry->identity, auth->forgotten_arg);
	free(entry);
}

/* What the database forgets too when a sign-in is added (signin_redeem). */
static void make_room(struct auth *auth, const struct identity *newest)
{
	unsigned kept = 1;

	for (struct list *it = auth->by_age.prev, *before; it != &auth->by_age; it = before) {
		struct entry *entry = list_of(it, struct entry, age);

		before = it->prev;
		if (entry->identity.expires_at <= newest->created_at)
			drop(auth, entry);
		else if (entry->identity.person.id == newest->person.id &&
			 ++kept > SIGNIN_MAX_PER_PERSON)
			drop(auth, entry);
	}
}

int auth_add(struct auth *auth, const struct identity *identity)
{
	struct entry *entry;

	make_room(auth, identity);
	if (auth->count >= AUTH_MAX)
		return -ENOSPC;
	entry = malloc(sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	entry->identity = *identity;
	list_append(bucket_of(auth, identity->signin), &entry->bucket);
	list_append(&auth->by_age, &entry->age);
	auth->count++;
	return 0;
}

struct loading {
	struct auth *auth;
	int error;
};

static void load(const struct signin *signin, void *arg)
{
	struct loading *loading = arg;
	struct identity identity = {
		.created_at = signin->created_at,
		.expires_at = signin->expires_at,
		.person = signin->person,
	};
	int r;

	memcpy(identity.signin, signin->hash, sizeof(identity.signin));
	r = auth_add(loading->auth, &identity);
	if (r < 0 && loading->error == 0)
		loading->error = r;
}

int auth_create(struct store *store, int64_t now_ms, struct auth **ret_auth)
{
	struct auth *auth = calloc(1, sizeof(*auth));
	struct loading loading = {.auth = auth};
	int r;

	if (!auth)
		return -ENOMEM;
	for (size_t i = 0; i < BUCKETS; i++)
		list_init(&auth->buckets[i]);
	list_init(&auth->by_age);
	r = signin_each(store, now_ms, load, &loading);
	if (r == 0)
		r = loading.error;
	if (r < 0) {
		auth_destroy(auth);
		return r;
	}
	*ret_auth = auth;
	return 0;
}

void auth_destroy(struct auth *auth)
{
	if (!auth)
		return;
	list_each (it, &auth->by_age)
		free(list_of(it, struct entry, age));
	free(auth);
}

const struct identity *auth_find(struct auth *auth, unsigned n, const char *cookie)
{
	char signin[SIGNIN_HASH];
	struct entry *entry;

	if (strnlen(cookie, AUTH_COOKIE) != AUTH_COOKIE - 1)
		return NULL;
	signin_hash(cookie, signin);
	entry = find(auth, signin);
	if (!entry || entry->identity.person.n != n)
		return NULL;
	return clock_wall_ms() < entry->identity.expires_at ? &entry->identity : NULL;
}

void auth_forget(struct auth *auth, const char *signin)
{
	struct entry *entry = find(auth, signin);

	if (entry)
		drop(auth, entry);
}

void auth_forget_person(struct auth *auth, int64_t person, const char *except)
{
	for (struct list *it = auth->by_age.next, *next; it != &auth->by_age; it = next) {
		struct entry *entry = list_of(it, struct entry, age);

		next = it->next;
		if (entry->identity.person.id == person &&
			(!except || strcmp(entry->identity.signin, except) != 0))
			drop(auth, entry);
	}
}

void auth_leave(struct auth *auth, int64_t person, int64_t site)
{
	for (struct list *it = auth->by_age.next, *next; it != &auth->by_age; it = next) {
		struct entry *entry = list_of(it, struct entry, age);

		next = it->next;
		if (entry->identity.person.id == person && entry->identity.person.site == site)
			drop(auth, entry);
	}
}

void auth_set_person(struct auth *auth, const char *signin, const struct person *person)
{
	struct entry *entry = find(auth, signin);

	if (entry && entry->identity.person.id == person->id)
		entry->identity.person = *person;
}

void auth_set_language(struct auth *auth, int64_t person, const char *language)
{
	list_each (it, &auth->by_age) {
		struct entry *entry = list_of(it, struct entry, age);

		if (entry->identity.person.id != person)
			continue;
		snprintf(entry->identity.person.language, PERSON_LANGUAGE, "%s", language);
	}
}

void auth_on_forget(
	struct auth *auth, void (*forgotten)(const struct identity *identity, void *arg), void *arg)
{
	auth->forgotten = forgotten;
	auth->forgotten_arg = arg;
}
