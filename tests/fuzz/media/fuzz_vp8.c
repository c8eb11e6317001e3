/* SPDX-License-Identifier: MIT */
/* VP8 descriptors: what parses can be written with other numbers, and then says the same otherwise.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "rtp/vp8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t out[2048];
	struct vp8 vp8, back;
	size_t len;

	if (size > 1500 || vp8_parse(data, size, &vp8))
		return 0;
	vp8.picture_id = vp8.has_picture_id ? 0x7abc : 0;
	len = vp8_write(&vp8, out);
	assert(len <= 6);
	memcpy(out + len, data + vp8.len, size - vp8.len);
	assert(vp8_parse(out, len + size - vp8.len, &back) == 0);
	assert(back.len == len && back.keyframe == vp8.keyframe && back.start == vp8.start &&
		back.picture_id == vp8.picture_id && back.tl0 == vp8.tl0 && back.tid == vp8.tid &&
		back.height == vp8.height);
	return 0;
}
