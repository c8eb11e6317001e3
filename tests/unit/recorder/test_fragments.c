/* SPDX-License-Identifier: MIT */
/* What is added to a fragmented MP4, and that an index of a fixed size serves any length. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "recorder/fragments.h"

enum { ENTRY_AT = 40, ENTRY = 12 };

static const uint8_t header[] = {0, 0, 0, 12, 'f', 't', 'y', 'p', 'i', 's', 'o', '5', /* */
	0, 0, 0, 32, 'm', 'o', 'o', 'v',					      /* */
	0, 0, 0, 8, 'm', 'v', 'h', 'd',						      /* */
	0, 0, 0, 16, 'm', 'v', 'e', 'x', 0, 0, 0, 8, 't', 'r', 'e', 'x'};

static uint32_t word(const uint8_t *at)
{
	struct reader r = reader_of(at, 4);

	return read_u32(&r);
}

static void leaves_room_in_the_header(void **state)
{
	struct fragments f;
	uint8_t *out;
	size_t len;

	(void)state;
	assert_int_equal(fragments_header(&f, header, sizeof(header), &out, &len), 0);
	assert_int_equal(len, sizeof(header) + FRAGMENTS_LENGTH + FRAGMENTS_INDEX);
	assert_int_equal(f.media_at, len);
	assert_int_equal(word(out + 12), 32 + FRAGMENTS_LENGTH);
	assert_int_equal(word(out + 28), 16 + FRAGMENTS_LENGTH);
	assert_memory_equal(out + f.length_at + 4, "free", 4);
	assert_int_equal(word(out + f.length_at), FRAGMENTS_LENGTH);
	assert_memory_equal(out + f.length_at + FRAGMENTS_LENGTH + 4, "trex", 4);
	assert_memory_equal(out + f.index_at + 4, "free", 4);
	assert_int_equal(word(out + f.index_at), FRAGMENTS_INDEX);
	free(out);
	for (size_t cut = 0; cut < sizeof(header); cut++)
		assert_int_equal(fragments_header(&f, header, cut, &out, &len), -EBADMSG);
}

/* The references follow one another without a gap, to the file's end in bytes and time. */
static void check_index(const struct fragments *f, int64_t end_offset, int64_t end_ms)
{
	uint8_t out[FRAGMENTS_INDEX];
	size_t size;
	int64_t bytes = 0, ms = 0;
	unsigned count;

	fragments_index(f, end_offset, end_ms, out);
	size = word(out);
	count = word(out + ENTRY_AT - 4) & 0xffff;
	assert_memory_equal(out + 4, "sidx", 4);
	assert_int_equal(count, f->count);
	assert_int_equal(size, ENTRY_AT + count * ENTRY);
	assert_int_equal(word(out + 32), FRAGMENTS_INDEX - size); /* low half of first_offset */
	assert_int_equal(word(out + size), FRAGMENTS_INDEX - size);
	assert_memory_equal(out + size + 4, "free", 4);
	for (unsigned i = 0; i < count; i++) {
		assert_int_equal(f->entries[i].offset, f->media_at + bytes);
		assert_int_equal(f->entries[i].at_ms, ms);
		bytes += word(out + ENTRY_AT + i * ENTRY);
		ms += word(out + ENTRY_AT + i * ENTRY + 4);
	}
	assert_int_equal(f->media_at + bytes, end_offset);
	assert_int_equal(ms, end_ms);
}

static void indexes_any_length(void **state)
{
	(void)state;
	for (unsigned keyframes = 1; keyframes < 40000; keyframes = keyframes * 3 + 1) {
		struct fragments f = {.media_at = 1000};
		int64_t worst_ms = 0, total_ms = keyframes * INT64_C(1000);

		for (unsigned i = 0; i < keyframes; i++)
			fragments_add(&f, 1000 + i * INT64_C(50000), i * INT64_C(1000));
		check_index(&f, 1000 + keyframes * INT64_C(50000), total_ms);
		for (unsigned i = 1; i < f.count; i++)
			if (f.entries[i].at_ms - f.entries[i - 1].at_ms > worst_ms)
				worst_ms = f.entries[i].at_ms - f.entries[i - 1].at_ms;
		assert_true(worst_ms <= 5 * total_ms / FRAGMENTS_MAX + 1000);
	}
}

static void a_reference_that_is_too_large_leaves_it_free(void **state)
{
	struct fragments f = {.media_at = 1000};
	uint8_t out[FRAGMENTS_INDEX];

	(void)state;
	fragments_add(&f, 1000, 0);
	fragments_index(&f, INT64_C(1) << 32, 1000, out);
	assert_int_equal(word(out), FRAGMENTS_INDEX);
	assert_memory_equal(out + 4, "free", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_room_in_the_header),
		cmocka_unit_test(indexes_any_length),
		cmocka_unit_test(a_reference_that_is_too_large_leaves_it_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
