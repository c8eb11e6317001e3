/* SPDX-License-Identifier: MIT */
#include "signaling/throttle.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/hash.h"
#include "base/list.h"

enum {
	CHAINS = THROTTLE_ENTRIES, /* a power of two */
	IPV6_PREFIX = 8,	   /* bytes */
	TELL_MS = 60 * 1000,
};

struct limit {
	const char *name;
	unsigned at_once; /* failures */
	int64_t each_ms;  /* one more */
};

/* A classroom behind one NAT, every trainee of it with an old link or a mistyped token, is no
 * attack. */
static const struct limit limits[THROTTLE_KINDS] = {
	[THROTTLE_STREAM] = {"stream token", 30, 2000},
	[THROTTLE_LINK] = {"sign-in link", 60, 2000},
	[THROTTLE_GUESS] = {"password", 60, 2000},
	[THROTTLE_ACCOUNT] = {"password of an account", 10, 30000},
	[THROTTLE_DEVICE] = {"password in a known browser", 10, 30000},
	[THROTTLE_CODE] = {"second factor", 10, 60000},
	[THROTTLE_VERIFY] = {"number of a certificate", 30, 2000},
};

/*
 * Of a bucket, until_ms is when it will be full again: each failure moves it on by each_ms. Of a
 * trusted one, when that ends. An entry whose moment has come says what no entry says.
 */
struct entry {
	uint64_t key;
	int64_t until_ms;
	struct list node; /* of table.used */
	struct entry *next;
};

struct table {
	struct list used; /* every entry, the one that was used longest ago first */
	struct entry *chains[CHAINS];
	struct entry entries[THROTTLE_ENTRIES];
};

struct throttle {
	struct table buckets[THROTTLE_KINDS], trusted[THROTTLE_KINDS];
	int64_t told_ms[THROTTLE_KINDS]; /* 0: never */
};

const char *throttle_name(enum throttle_kind kind)
{
	return limits[kind].name;
}

static void table_init(struct table *table)
{
	list_init(&table->used);
	for (size_t i = 0; i < THROTTLE_ENTRIES; i++)
		list_append(&table->used, &table->entries[i].node);
}

struct throttle *throttle_create(void)
{
	struct throttle *throttle = calloc(1, sizeof(*throttle));

	if (!throttle)
		return NULL;
	for (size_t kind = 0; kind < THROTTLE_KINDS; kind++) {
		table_init(&throttle->buckets[kind]);
		table_init(&throttle->trusted[kind]);
	}
	return throttle;
}

void throttle_destroy(struct throttle *throttle)
{
	free(throttle);
}

/* 0 stands for an entry that is not in use. */
static uint64_t key_of(struct throttle_who who)
{
	struct {
		uint64_t subject;
		uint8_t family, ip[IPV6_PREFIX], has_subject;
	} whole;
	uint64_t key;

	assert(who.from || who.subject);
	memset(&whole, 0, sizeof(whole));
	if (who.subject) {
		whole.has_subject = 1;
		whole.subject = hash_bytes(who.subject, strlen(who.subject));
	}
	if (who.from) {
		struct addr from = *who.from;

		addr_unmap(&from);
		whole.family = (uint8_t)from.u.sa.sa_family;
		if (whole.family == AF_INET)
			memcpy(whole.ip, &from.u.in.sin_addr, 4);
		else
			memcpy(whole.ip, &from.u.in6.sin6_addr, IPV6_PREFIX);
	}
	key = hash_bytes(&whole, sizeof(whole));
	return key ? key : 1;
}

static struct entry *find(const struct table *table, uint64_t key)
{
	struct entry *entry = table->chains[key % CHAINS];

	while (entry && entry->key != key)
		entry = entry->next;
	return entry;
}

static void unchain(struct table *table, struct entry *entry)
{
	struct entry **at = &table->chains[entry->key % CHAINS];

	while (*at != entry)
		at = &(*at)->next;
	*at = entry->next;
}

static struct entry *find_or_add(struct table *table, uint64_t key)
{
	struct entry *entry = find(table, key);

	if (!entry) {
		entry = list_of(table->used.next, struct entry, node);
		if (entry->key)
			unchain(table, entry);
		entry->key = key;
		entry->until_ms = 0;
		entry->next = table->chains[key % CHAINS];
		table->chains[key % CHAINS] = entry;
	}
	list_remove(&entry->node);
	list_append(&table->used, &entry->node);
	return entry;
}

static int64_t full_at(const struct entry *entry, int64_t now_ms)
{
	return entry && entry->until_ms > now_ms ? entry->until_ms : now_ms;
}

static int64_t wait_until(const struct limit *limit, int64_t full_ms, int64_t now_ms)
{
	int64_t wait_ms = full_ms + limit->each_ms - limit->at_once * limit->each_ms - now_ms;

	return wait_ms > 0 ? wait_ms : 0;
}

int64_t throttle_wait(const struct throttle *throttle, enum throttle_kind kind,
	struct throttle_who who, int64_t now_ms)
{
	const struct entry *entry = find(&throttle->buckets[kind], key_of(who));

	return wait_until(&limits[kind], full_at(entry, now_ms), now_ms);
}

int64_t throttle_take(
	struct throttle *throttle, enum throttle_kind kind, struct throttle_who who, int64_t now_ms)
{
	struct entry *entry = find_or_add(&throttle->buckets[kind], key_of(who));
	int64_t full_ms = full_at(entry, now_ms);
	int64_t wait_ms = wait_until(&limits[kind], full_ms, now_ms);

	if (wait_ms == 0)
		entry->until_ms = full_ms + limits[kind].each_ms;
	return wait_ms;
}

void throttle_give(
	struct throttle *throttle, enum throttle_kind kind, struct throttle_who who, int64_t now_ms)
{
	struct entry *entry = find(&throttle->buckets[kind], key_of(who));

	if (entry)
		entry->until_ms = full_at(entry, now_ms) - limits[kind].each_ms;
}

void throttle_trust(
	struct throttle *throttle, enum throttle_kind kind, struct throttle_who who, int64_t now_ms)
{
	struct entry *entry = find_or_add(&throttle->trusted[kind], key_of(who));

	entry->until_ms = now_ms + THROTTLE_TRUST_MS;
}

bool throttle_trusts(const struct throttle *throttle, enum throttle_kind kind,
	struct throttle_who who, int64_t now_ms)
{
	const struct entry *entry = find(&throttle->trusted[kind], key_of(who));

	return entry && entry->until_ms > now_ms;
}

bool throttle_tells(struct throttle *throttle, enum throttle_kind kind, int64_t now_ms)
{
	int64_t *told_ms = &throttle->told_ms[kind];

	if (*told_ms != 0 && now_ms - *told_ms < TELL_MS)
		return false;
	*told_ms = now_ms;
	return true;
}
