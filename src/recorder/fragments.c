/* SPDX-License-Identifier: MIT */
#include "recorder/fragments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

enum {
	BOX_HEAD = 8,
	SIDX_HEAD = 40,
	SIDX_REFERENCE = 12,
	VERSION_1 = 1 << 24,
	TRACK = 1,
	TIMESCALE = 1000, /* as the movie's */
};

/* Type 1: decoding can start at its first sample, and all that follow can be decoded. */
#define STARTS_WITH_SAP UINT32_C(0x90000000)
#define MAX_REFERENCE UINT32_C(0x7fffffff)

#define FREE "free"

/* Finds the box of a type within [at, end) of the header; at its head. -1: none. */
static int64_t find_box(const uint8_t *header, size_t at, size_t end, const char *type)
{
	while (end - at >= BOX_HEAD) {
		struct reader r = reader_of(header + at, BOX_HEAD);
		uint32_t size = read_u32(&r);

		if (size < BOX_HEAD || size > end - at)
			return -1;
		if (memcmp(header + at + 4, type, 4) == 0)
			return (int64_t)at;
		at += size;
	}
	return -1;
}

static uint32_t box_size(const uint8_t *header, int64_t at)
{
	struct reader r = reader_of(header + at, 4);

	return read_u32(&r);
}

static void write_box(struct writer *w, size_t size, const char *type)
{
	write_u32(w, (uint32_t)size);
	write_bytes(w, type, 4);
}

static void write_free(struct writer *w, size_t size)
{
	static const uint8_t zeros[FRAGMENTS_INDEX];

	write_box(w, size, FREE);
	write_bytes(w, zeros, size - BOX_HEAD);
}

static void grow_box(uint8_t *header, int64_t at, size_t by)
{
	struct writer w = writer_of(header + at, 4);

	write_u32(&w, (uint32_t)(box_size(header, at) + by));
}

int fragments_header(
	struct fragments *f, const void *header, size_t len, uint8_t **ret_header, size_t *ret_len)
{
	int64_t moov = find_box(header, 0, len, "moov"), mvex = -1;
	size_t room = len + FRAGMENTS_LENGTH + FRAGMENTS_INDEX, split;
	struct writer w;
	uint8_t *out;

	if (moov >= 0)
		mvex = find_box(header, (size_t)moov + BOX_HEAD,
			(size_t)moov + box_size(header, moov), "mvex");
	if (mvex < 0)
		return -EBADMSG;
	out = malloc(room);
	if (!out)
		return -ENOMEM;
	split = (size_t)mvex + BOX_HEAD;
	w = writer_of(out, room);
	write_bytes(&w, header, split);
	write_free(&w, FRAGMENTS_LENGTH);
	write_bytes(&w, (const uint8_t *)header + split, len - split);
	write_free(&w, FRAGMENTS_INDEX);
	grow_box(out, moov, FRAGMENTS_LENGTH);
	grow_box(out, mvex, FRAGMENTS_LENGTH);
	memset(f, 0, sizeof(*f));
	f->length_at = (int64_t)split;
	f->index_at = (int64_t)(len + FRAGMENTS_LENGTH);
	f->media_at = (int64_t)w.len;
	*ret_header = out;
	*ret_len = w.len;
	return 0;
}

/* Full: half of them go, evenly over the time. */
static void thin_out(struct fragments *f)
{
	unsigned kept = 1;

	f->apart_ms = 2 * f->entries[f->count - 1].at_ms / FRAGMENTS_MAX + 1;
	for (unsigned i = 1; i < f->count; i++) {
		if (f->entries[i].at_ms - f->entries[kept - 1].at_ms >= f->apart_ms)
			f->entries[kept++] = f->entries[i];
	}
	f->count = kept;
}

void fragments_add(struct fragments *f, int64_t offset, int64_t at_ms)
{
	if (f->count == FRAGMENTS_MAX)
		thin_out(f);
	if (f->count > 0 && at_ms - f->entries[f->count - 1].at_ms < f->apart_ms)
		return;
	f->entries[f->count].offset = offset;
	f->entries[f->count].at_ms = at_ms;
	f->count++;
}

void fragments_length(int64_t end_ms, uint8_t out[FRAGMENTS_LENGTH])
{
	struct writer w = writer_of(out, FRAGMENTS_LENGTH);

	write_box(&w, FRAGMENTS_LENGTH, "mehd");
	write_u32(&w, VERSION_1);
	write_u64(&w, (uint64_t)end_ms);
}

/* False: one is larger than its field, which takes 2 GiB without a keyframe. */
static bool write_references(
	const struct fragments *f, struct writer *w, int64_t end_offset, int64_t end_ms)
{
	for (unsigned i = 0; i < f->count; i++) {
		bool last = i + 1 == f->count;
		int64_t size =
			(last ? end_offset : f->entries[i + 1].offset) - f->entries[i].offset;
		int64_t ms = (last ? end_ms : f->entries[i + 1].at_ms) - f->entries[i].at_ms;

		if (size > MAX_REFERENCE || ms > UINT32_MAX)
			return false;
		write_u32(w, (uint32_t)size);
		write_u32(w, (uint32_t)ms);
		write_u32(w, STARTS_WITH_SAP);
	}
	return f->count > 0;
}

void fragments_index(
	const struct fragments *f, int64_t end_offset, int64_t end_ms, uint8_t out[FRAGMENTS_INDEX])
{
	size_t size = SIDX_HEAD + (size_t)f->count * SIDX_REFERENCE;
	struct writer w = writer_of(out, FRAGMENTS_INDEX);

	write_box(&w, size, "sidx");
	write_u32(&w, VERSION_1);
	write_u32(&w, TRACK);
	write_u32(&w, TIMESCALE);
	write_u64(&w, f->count ? (uint64_t)f->entries[0].at_ms : 0);
	write_u64(&w, FRAGMENTS_INDEX - size); /* to the first fragment, behind the free box */
	write_u16(&w, 0);
	write_u16(&w, (uint16_t)f->count);
	if (!write_references(f, &w, end_offset, end_ms))
		w.len = 0; /* free it stays */
	write_free(&w, FRAGMENTS_INDEX - w.len);
}
