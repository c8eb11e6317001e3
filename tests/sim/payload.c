/* SPDX-License-Identifier: MIT */
#include "payload.h"

#include <assert.h>
#include <string.h>

#include "base/bits.h"
#include "base/bytes.h"

enum { LOWEST = 180, CYCLE = 4 };

uint16_t sim_height(const struct sim_camera *camera, unsigned layer, unsigned spatial)
{
	return (uint16_t)(LOWEST << (camera->streams > 1 ? layer : spatial));
}

void sim_picture(struct sim_past *past, const struct sim_camera *camera, bool key)
{
	static const uint8_t pattern[CYCLE] = {0, 2, 1, 2};

	past->picture_id = (past->picture_id + 1) & 0x7fff;
	past->since_key = key ? 0 : past->since_key + 1;
	if (!camera->temporal || pattern[past->since_key % CYCLE] == 0)
		past->tl0++;
	if (key)
		memset(past->newest, 0xff, sizeof(past->newest));
}

/* The newest of the temporal layers below, for the base of itself. */
static uint32_t before(const struct sim_past *past, unsigned spatial, unsigned temporal)
{
	uint32_t newest = past->newest[spatial][0], middle = past->newest[spatial][1];

	if (temporal < 2 || middle == SIM_NO_REF)
		return newest;
	return middle > newest ? middle : newest;
}

void sim_refer(struct sim_past *past, const struct sim_camera *camera, unsigned spatial,
	struct sim_mark *mark)
{
	static const uint8_t pattern[CYCLE] = {0, 2, 1, 2};

	mark->spatial = (uint8_t)spatial;
	mark->temporal = camera->temporal ? pattern[past->since_key % CYCLE] : 0;
	mark->refs[0] = mark->key ? SIM_NO_REF : before(past, spatial, mark->temporal);
	mark->refs[1] = SIM_NO_REF;
	if (spatial > 0 && (camera->full || mark->key))
		mark->refs[1] = mark->frame - 1;
	past->newest[spatial][mark->temporal] = mark->frame;
}

/* Frames of higher temporal layers after this one refer to none before it. */
static bool switches(const struct sim_mark *mark)
{
	return mark->temporal < 2;
}

static void write_vp8(const struct sim_camera *camera, const struct sim_past *past,
	const struct sim_mark *mark, struct writer *w)
{
	/* The first T2 after a T0, and T1, refer to the T0 alone. */
	bool sync = mark->temporal == 1 || (mark->temporal == 2 && past->since_key % CYCLE == 1);
	uint16_t height = sim_height(camera, mark->layer, 0);

	write_u8(w, mark->index ? 0x80 : 0x90);
	write_u8(w, 0xe0);
	write_u16(w, 0x8000 | past->picture_id);
	write_u8(w, past->tl0);
	write_u8(w, (uint8_t)(mark->temporal << 6 | sync << 5));
	if (mark->index)
		return;
	write_u8(w, mark->key ? 0x10 : 0x11);
	write_u16(w, 0x0200);
	write_u24(w, 0x9d012a);
	write_u16(w, 0x4001);
	write_u8(w, (uint8_t)height);
	write_u8(w, (uint8_t)(height >> 8));
}

static void write_vp9_structure(
	const struct sim_camera *camera, const struct sim_mark *mark, struct writer *w)
{
	write_u8(w, (uint8_t)((camera->spatial - 1) << 5 | 0x10));
	for (unsigned i = 0; i < camera->spatial; i++) {
		write_u16(w, (uint16_t)(sim_height(camera, mark->layer, i) * 16 / 9));
		write_u16(w, sim_height(camera, mark->layer, i));
	}
}

/* Flexible mode: how many pictures ago was what it refers to. */
static uint8_t vp9_difference(const struct sim_camera *camera, const struct sim_past *past)
{
	static const uint8_t ago[CYCLE] = {4, 1, 2, 1};

	return camera->temporal ? ago[past->since_key % CYCLE] : 1;
}

static void write_vp9(const struct sim_camera *camera, const struct sim_past *past,
	const struct sim_mark *mark, struct writer *w)
{
	bool structure = mark->key && mark->spatial == 0 && mark->index == 0;
	bool inter = !mark->key, below = mark->refs[1] != SIM_NO_REF;
	bool alone = mark->last || !(camera->full || mark->key);

	write_u8(w, (uint8_t)(0xb0 | inter << 6 | (mark->index == 0) << 3 |
			      (mark->index + 1 == mark->count) << 2 | structure << 1 | alone));
	write_u16(w, 0x8000 | past->picture_id);
	write_u8(w,
		(uint8_t)(mark->temporal << 5 | switches(mark) << 4 | mark->spatial << 1 | below));
	if (inter)
		write_u8(w, (uint8_t)(vp9_difference(camera, past) << 1));
	if (structure)
		write_vp9_structure(camera, mark, w);
}

static void write_ue(struct bit_writer *w, uint32_t value)
{
	unsigned bits = 0;

	while ((value + 1) >> (bits + 1))
		bits++;
	write_bits(w, 0, bits);
	write_bits(w, value + 1, bits + 1);
}

/* ITU-T H.264 7.3.2.1.1: Baseline; the picture in whole macroblocks, cropped. */
static size_t write_sps(uint16_t height, uint8_t out[32])
{
	struct bit_writer w = bit_writer_of(out, 32);
	uint32_t rows = (height + 15u) / 16;

	memset(out, 0, 32);
	write_bits(&w, 0x6742c01f, 32);
	write_ue(&w, 0); /* id */
	write_ue(&w, 0); /* log2_max_frame_num */
	write_ue(&w, 2); /* pic_order_cnt_type */
	write_ue(&w, 1); /* references */
	write_bits(&w, 0, 1);
	write_ue(&w, rows * 16 / 9);
	write_ue(&w, rows - 1);
	write_bits(&w, 7, 3); /* frames only, direct_8x8, cropped */
	write_ue(&w, 0);
	write_ue(&w, 0);
	write_ue(&w, 0);
	write_ue(&w, (rows * 16 - height) / 2);
	write_bits(&w, 1, 2); /* no VUI; the stop bit */
	assert(!w.bad);
	return (w.len + 7) / 8;
}

static void write_h264(
	const struct sim_camera *camera, const struct sim_mark *mark, struct writer *w, size_t size)
{
	uint8_t sps[32], type = mark->key ? 5 : 1;
	size_t len = write_sps(sim_height(camera, mark->layer, 0), sps);

	if (mark->key && mark->index == 0) { /* STAP-A */
		write_u8(w, 0x78);
		write_u16(w, (uint16_t)len);
		write_bytes(w, sps, len);
		write_u16(w, 2);
		write_u16(w, 0x68ce);
		write_u16(w, (uint16_t)(size - w->len - 2));
		write_u8(w, 0x65);
	} else { /* FU-A */
		write_u8(w, 0x7c);
		write_u8(w, (uint8_t)((mark->index == 0) << 7 |
				      (mark->index + 1 == mark->count) << 6 | type));
	}
}

static void write_av1(const struct sim_mark *mark, struct writer *w)
{
	bool first = mark->index == 0, last = mark->index + 1 == mark->count;

	write_u8(w, (uint8_t)(!first << 7 | !last << 6 | 1 << 4 |
			      (first && mark->key && mark->spatial == 0) << 3));
	write_u8(w, 0x30); /* OBU_FRAME */
}

void sim_write_head(const struct sim_camera *camera, const struct sim_past *past,
	const struct sim_mark *mark, uint8_t *payload, size_t size)
{
	struct writer w = writer_of(payload, size);

	switch (camera->codec) {
	case LECTERN_CODEC_VP8:
		write_vp8(camera, past, mark, &w);
		break;
	case LECTERN_CODEC_VP9:
		write_vp9(camera, past, mark, &w);
		break;
	case LECTERN_CODEC_H264:
		write_h264(camera, mark, &w, size);
		break;
	default:
		assert(camera->codec == LECTERN_CODEC_AV1);
		write_av1(mark, &w);
	}
	assert(!w.bad);
}

/* ---- dependency descriptor, AV1 RTP specification A.8 ---- */

enum { DTI_NONE, DTI_DISCARDABLE, DTI_SWITCH, DTI_REQUIRED };

static unsigned indication(const struct sim_camera *camera, const struct sim_mark *mark,
	unsigned spatial, unsigned temporal)
{
	if (temporal < mark->temporal || spatial < mark->spatial)
		return DTI_NONE;
	if (mark->key)
		return DTI_SWITCH;
	if (spatial > mark->spatial)
		return camera->full ? DTI_REQUIRED : DTI_NONE;
	return switches(mark) ? DTI_SWITCH : DTI_DISCARDABLE;
}

static void write_indications(
	const struct sim_camera *camera, const struct sim_mark *mark, struct bit_writer *w)
{
	for (unsigned s = 0; s < camera->spatial; s++) {
		for (unsigned t = 0; t < (camera->temporal ? SIM_TEMPORAL : 1u); t++)
			write_bits(w, indication(camera, mark, s, t), 2);
	}
}

/* A template for each pair of layers, as they are between keyframes. */
static void write_structure(
	const struct sim_camera *camera, const struct sim_mark *mark, struct bit_writer *w)
{
	unsigned times = camera->temporal ? SIM_TEMPORAL : 1, count = camera->spatial * times;

	write_bits(w, 0, 6);
	write_bits(w, count - 1, 5);
	for (unsigned i = 1; i < count; i++)
		write_bits(w, i % times ? 1 : 2, 2);
	write_bits(w, 3, 2);
	for (unsigned i = 0; i < count; i++) {
		struct sim_mark usual = {
			.spatial = (uint8_t)(i / times), .temporal = (uint8_t)(i % times)};

		write_indications(camera, &usual, w);
	}
	write_bits(w, 0, count); /* each frame tells what it refers to */
	/* ns(count + 1) of 0: no chains */
	for (unsigned n = count + 1; n >>= 1;)
		write_bits(w, 0, 1);
	write_bits(w, 1, 1);
	for (unsigned i = 0; i < camera->spatial; i++) {
		write_bits(w, sim_height(camera, mark->layer, i) * 16u / 9 - 1, 16);
		write_bits(w, sim_height(camera, mark->layer, i) - 1u, 16);
	}
}

size_t sim_write_dd(
	const struct sim_camera *camera, const struct sim_mark *mark, uint8_t out[SIM_DD])
{
	struct bit_writer w = bit_writer_of(out, SIM_DD);
	unsigned times = camera->temporal ? SIM_TEMPORAL : 1;
	bool structure = mark->key && mark->spatial == 0 && mark->index == 0;

	if (camera->codec != LECTERN_CODEC_AV1)
		return 0;
	memset(out, 0, SIM_DD);
	write_bits(&w, mark->index == 0, 1);
	write_bits(&w, mark->index + 1 == mark->count, 1);
	write_bits(&w, mark->spatial * times + mark->temporal, 6);
	write_bits(&w, mark->frame & 0xffff, 16);
	write_bits(&w, (uint32_t)structure << 4 | mark->key << 2 | 1 << 1, 5);
	if (structure)
		write_structure(camera, mark, &w);
	if (mark->key)
		write_indications(camera, mark, &w);
	for (unsigned i = 0; i < SIM_REFS; i++) {
		if (mark->refs[i] == SIM_NO_REF)
			continue;
		write_bits(&w, 2, 2); /* 8 bits */
		write_bits(&w, mark->frame - mark->refs[i] - 1, 8);
	}
	write_bits(&w, 0, 2);
	assert(!w.bad);
	return (w.len + 7) / 8;
}
