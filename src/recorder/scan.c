/* SPDX-License-Identifier: MIT */
#include "recorder/scan.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"

enum {
	HEAD_MAX = 12, /* an id of 4 bytes and a size of 8 */
	CHUNK = 64 * 1024,
};

/* RFC 8794 11.2, RFC 9559 5.1 */
enum {
	ID_EBML = 0x1a45dfa3,
	ID_SEGMENT = 0x18538067,
	ID_SEEK_HEAD = 0x114d9b74,
	ID_INFO = 0x1549a966,
	ID_TRACKS = 0x1654ae6b,
	ID_CLUSTER = 0x1f43b675,
	ID_CUES = 0x1c53bb6b,
	ID_TAGS = 0x1254c367,
	ID_VOID = 0xec,
	ID_CRC = 0xbf,
};

struct element {
	uint32_t id;
	int64_t body, end; /* end -1: of unknown size */
};

/* A number of `width` bytes whose first byte has its length bits taken off (RFC 8794 4). */
static int64_t read_size(struct reader *r)
{
	uint8_t first = read_u8(r);
	unsigned width = 1;
	uint64_t value;

	while (width <= 8 && !(first & 0x80 >> (width - 1)))
		width++;
	if (width > 8) {
		r->bad = true;
		return 0;
	}
	value = first & (0xffu >> width);
	value = value << 8 * (width - 1) | read_be(r, width - 1);
	if (value == (UINT64_C(1) << 7 * width) - 1)
		return -1; /* all ones: unknown */
	return (int64_t)value;
}

static uint32_t read_id(struct reader *r)
{
	uint8_t first = read_u8(r);
	unsigned width = 1;

	while (width <= 4 && !(first & 0x80 >> (width - 1)))
		width++;
	if (width > 4) {
		r->bad = true;
		return 0;
	}
	return (uint32_t)(first << 8 * (width - 1)) | (uint32_t)read_be(r, width - 1);
}

/* 0, or negative: no element head lies there. */
static int read_element(const struct scan_source *source, int64_t at, struct element *ret)
{
	uint8_t head[HEAD_MAX];
	int64_t n = source->read(source->user, at, head, sizeof(head)), size;
	struct reader r;

	if (n < 0)
		return (int)n;
	r = reader_of(head, (size_t)n);
	ret->id = read_id(&r);
	size = read_size(&r);
	if (r.bad)
		return -EBADMSG;
	ret->body = at + (int64_t)r.pos;
	if (size > source->size - ret->body)
		return -EBADMSG; /* cut short */
	ret->end = size < 0 ? -1 : ret->body + size;
	return 0;
}

static bool is_top_level(uint32_t id)
{
	return id == ID_SEEK_HEAD || id == ID_INFO || id == ID_TRACKS || id == ID_CLUSTER ||
	       id == ID_CUES || id == ID_TAGS || id == ID_VOID || id == ID_CRC;
}

/* Where the next cluster begins that is whole, at or after `at`; -1: nowhere. */
static int64_t find_cluster(const struct scan_source *source, int64_t at)
{
	static const uint8_t id[] = {0x1f, 0x43, 0xb6, 0x75};
	uint8_t chunk[CHUNK];

	while (at < source->size) {
		int64_t n = source->read(source->user, at, chunk, sizeof(chunk));
		const uint8_t *hit = chunk;

		if (n < (int64_t)sizeof(id))
			return -1;
		while ((hit = memmem(hit, (size_t)(chunk + n - hit), id, sizeof(id)))) {
			struct element cluster;
			int64_t where = at + (hit - chunk);

			if (read_element(source, where, &cluster) == 0 && cluster.end > 0)
				return where;
			hit++;
		}
		at += n - (int64_t)(sizeof(id) - 1);
	}
	return -1;
}

int scan_webm(const struct scan_source *source, struct scan *ret_scan)
{
	struct scan scan = {0};
	struct element element;
	int64_t at;

	if (read_element(source, 0, &element) < 0 || element.id != ID_EBML || element.end < 0)
		return -EBADMSG;
	if (read_element(source, element.end, &element) < 0 || element.id != ID_SEGMENT)
		return -EBADMSG;
	at = element.body;
	while (at >= 0 && at < source->size) {
		if (read_element(source, at, &element) < 0 || !is_top_level(element.id) ||
			element.end < 0) {
			at = find_cluster(source, at + 1);
			continue;
		}
		at = element.end;
		scan.clusters += element.id == ID_CLUSTER;
		scan.whole = at;
	}
	if (scan.clusters == 0)
		return -ENODATA;
	*ret_scan = scan;
	return 0;
}
