/* SPDX-License-Identifier: MIT */
#include "peer/demux.h"

#include <errno.h>
#include <string.h>

#include "base/hash.h"

enum demux_protocol demux_protocol(const uint8_t *data, size_t len)
{
	if (len == 0)
		return DEMUX_NOTHING;
	if (data[0] <= 3)
		return DEMUX_STUN;
	if (data[0] >= 20 && data[0] <= 63)
		return DEMUX_DTLS;
	if (data[0] >= 128 && data[0] <= 191)
		return DEMUX_SRTP;
	return DEMUX_NOTHING;
}

void demux_init(struct demux *demux)
{
	for (unsigned i = 0; i < DEMUX_BUCKETS; i++) {
		list_init(&demux->names[i]);
		list_init(&demux->paths[i]);
	}
}

void demux_name_init(struct demux_name *name, struct peer *peer)
{
	list_init(&name->of_bucket);
	name->peer = peer;
}

void demux_path_init(struct demux_path *path, struct peer *peer)
{
	list_init(&path->of_bucket);
	path->peer = peer;
}

static unsigned name_bucket(const char *ufrag, size_t len)
{
	return (unsigned)(hash_bytes(ufrag, len) % DEMUX_BUCKETS);
}

static unsigned path_bucket(const struct addr *addr)
{
	return addr_hash(addr) % DEMUX_BUCKETS;
}

static struct demux_path *find_path(const struct demux *demux, const struct addr *addr)
{
	list_each (it, &demux->paths[path_bucket(addr)]) {
		struct demux_path *path = list_of(it, struct demux_path, of_bucket);

		if (addr_equal(&path->addr, addr))
			return path;
	}
	return NULL;
}

int demux_name_add(struct demux *demux, struct demux_name *name, const char *ufrag)
{
	size_t len = strnlen(ufrag, LECTERN_MAX_UFRAG);
	struct peer *holder = demux_by_ufrag(demux, ufrag, len);

	if (holder)
		return -EEXIST;
	list_remove(&name->of_bucket);
	memcpy(name->ufrag, ufrag, len);
	name->len = len;
	list_append(&demux->names[name_bucket(ufrag, len)], &name->of_bucket);
	return 0;
}

void demux_path_add(struct demux *demux, struct demux_path *path, const struct addr *addr)
{
	struct demux_path *holder = find_path(demux, addr);

	if (holder)
		list_remove(&holder->of_bucket);
	list_remove(&path->of_bucket);
	path->addr = *addr;
	list_append(&demux->paths[path_bucket(addr)], &path->of_bucket);
}

void demux_name_remove(struct demux_name *name)
{
	list_remove(&name->of_bucket);
}

void demux_path_remove(struct demux_path *path)
{
	list_remove(&path->of_bucket);
}

struct peer *demux_by_ufrag(const struct demux *demux, const char *ufrag, size_t len)
{
	list_each (it, &demux->names[name_bucket(ufrag, len)]) {
		struct demux_name *name = list_of(it, struct demux_name, of_bucket);

		if (name->len == len && memcmp(name->ufrag, ufrag, len) == 0)
			return name->peer;
	}
	return NULL;
}

struct peer *demux_by_addr(const struct demux *demux, const struct addr *addr)
{
	struct demux_path *path = find_path(demux, addr);

	return path ? path->peer : NULL;
}
