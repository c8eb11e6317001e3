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

static int scan_webm(const struct scan_source *source, struct scan *ret_scan)
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

/* --- MP4 --- */

enum {
	BOX_HEAD = 8,
	BOX_LARGE = 16,
};

#define TYPE(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))

/* Of the boxes that the muxer writes (fragments.h). 0: none whole lies there. */
static int64_t read_box(const struct scan_source *source, int64_t at, uint32_t *ret_type)
{
	uint8_t head[BOX_LARGE];
	int64_t n = source->read(source->user, at, head, sizeof(head)), size;
	struct reader r;

	if (n < BOX_HEAD)
		return 0;
	r = reader_of(head, (size_t)n);
	size = read_u32(&r);
	*ret_type = read_u32(&r);
	if (size == 1)
		size = (int64_t)(read_u64(&r) & INT64_MAX);
	if (r.bad || size < (int64_t)r.pos || size > source->size - at)
		return 0;
	return at + size;
}

/* A moof and its mdat; returns where it ends, 0: none whole lies there. */
static int64_t read_fragment(const struct scan_source *source, int64_t at)
{
	uint32_t type;
	int64_t middle = read_box(source, at, &type), end;

	if (middle == 0 || type != TYPE('m', 'o', 'o', 'f'))
		return 0;
	end = read_box(source, middle, &type);
	return type == TYPE('m', 'd', 'a', 't') ? end : 0;
}

/* Where the next fragment begins that is whole; -1: nowhere. */
static int64_t find_fragment(const struct scan_source *source, int64_t at)
{
	static const uint8_t type[] = {'m', 'o', 'o', 'f'};
	uint8_t chunk[CHUNK];

	while (at < source->size) {
		int64_t n = source->read(source->user, at, chunk, sizeof(chunk));
		const uint8_t *hit = chunk;

		if (n < BOX_HEAD)
			return -1;
		while ((hit = memmem(hit, (size_t)(chunk + n - hit), type, sizeof(type)))) {
			int64_t where = at + (hit - chunk) - 4; /* behind its size */

			if (where >= at && read_fragment(source, where))
				return where;
			hit++;
		}
		at += n - (BOX_HEAD - 1);
	}
	return -1;
}

static bool add_hole(struct scan *scan, int64_t from, int64_t until)
{
	if (scan->hole_count == SCAN_HOLES || until - from < BOX_HEAD)
		return false;
	scan->holes[scan->hole_count].from = from;
	scan->holes[scan->hole_count].until = until;
	scan->hole_count++;
	return true;
}

static int scan_mp4(const struct scan_source *source, struct scan *ret_scan)
{
	struct scan scan = {.mp4 = true};
	uint32_t type;
	int64_t at = read_box(source, 0, &type), end;

	if (at == 0 || type != TYPE('f', 't', 'y', 'p'))
		return -EBADMSG;
	at = read_box(source, at, &type);
	if (at == 0 || type != TYPE('m', 'o', 'o', 'v'))
		return -EBADMSG;
	end = read_box(source, at, &type);
	if (end && type != TYPE('m', 'o', 'o', 'f')) /* free, or sidx and free */
		at = end;
	end = read_box(source, at, &type);
	if (end && type == TYPE('f', 'r', 'e', 'e'))
		at = end;
	while (at < source->size) {
		int64_t next;

		end = read_fragment(source, at);
		if (end) {
			scan.clusters++;
			scan.whole = at = end;
			continue;
		}
		next = find_fragment(source, at + 1);
		if (next < 0 || !add_hole(&scan, at, next))
			break;
		at = next;
	}
	if (scan.clusters == 0)
		return -ENODATA;
	*ret_scan = scan;
	return 0;
}

int scan_clip(const struct scan_source *source, struct scan *ret_scan)
{
	uint8_t head[BOX_HEAD];
	bool mp4 = source->read(source->user, 0, head, sizeof(head)) == sizeof(head) &&
		   memcmp(head + 4, "ftyp", 4) == 0;

	return mp4 ? scan_mp4(source, ret_scan) : scan_webm(source, ret_scan);
}
