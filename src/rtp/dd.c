/* SPDX-License-Identifier: MIT */
#include "rtp/dd.h"

#include <errno.h>
#include <string.h>

#include "base/bits.h"
#include "rtp/codec.h"
#include "rtp/seq.h"

/* A.8.2: template_dti and next_layer_idc */
enum { DTI_NONE, DTI_DISCARDABLE, DTI_SWITCH, DTI_REQUIRED };
enum { LAYER_SAME, LAYER_TEMPORAL, LAYER_SPATIAL, LAYER_END };

enum {
	ACTIVE_FLAG_AT = 25, /* bit of active_decode_targets_present_flag */
};

/* A.8.2, ns(n): a number below n, of as few bits as may be. */
static uint32_t read_ns(struct bits *b, uint32_t n)
{
	unsigned w = 0;
	uint32_t m, value;

	for (uint32_t x = n; x; x >>= 1)
		w++;
	if (w == 0)
		return 0;
	m = (1u << w) - n;
	value = read_bits(b, w - 1);
	return value < m ? value : (value << 1) - m + read_bits(b, 1);
}

static uint32_t all_targets(const struct dd_structure *s)
{
	return UINT32_MAX >> (DD_TARGETS - s->target_count);
}

static void parse_layers(struct bits *b, struct dd_structure *s)
{
	uint8_t spatial = 0, temporal = 0;
	uint32_t next;

	do {
		if (s->template_count == DD_TEMPLATES) {
			b->bad = true;
			return;
		}
		s->templates[s->template_count].spatial = spatial;
		s->templates[s->template_count++].temporal = temporal;
		next = read_bits(b, 2);
		if (next == LAYER_TEMPORAL) {
			temporal++;
		} else if (next == LAYER_SPATIAL) {
			temporal = 0;
			spatial++;
		}
		if (spatial >= TARGETS_SPATIAL || temporal >= TARGETS_TEMPORAL)
			b->bad = true;
	} while (!b->bad && next != LAYER_END);
	s->spatial_count = (uint8_t)(spatial + 1);
}

static void parse_indications(struct bits *b, unsigned target_count, struct dd_template *t)
{
	t->present = t->switches = 0;
	for (unsigned i = 0; i < target_count; i++) {
		uint32_t indication = read_bits(b, 2);

		if (indication != DTI_NONE)
			t->present |= 1u << i;
		if (indication == DTI_SWITCH)
			t->switches |= 1u << i;
	}
}

static void add_difference(struct bits *b, struct dd_template *t, uint32_t difference)
{
	if (t->difference_count == DD_DIFFERENCES)
		b->bad = true;
	else
		t->differences[t->difference_count++] = (uint16_t)difference;
}

static void skip_chains(struct bits *b, struct dd_structure *s)
{
	s->chain_count = (uint8_t)read_ns(b, s->target_count + 1u);
	if (!s->chain_count)
		return;
	for (unsigned i = 0; i < s->target_count; i++)
		read_ns(b, s->chain_count);
	skip_bits(b, (size_t)4 * s->template_count * s->chain_count);
}

/* A.8.2, decode_target_layers(): they follow from the templates. */
static void derive_targets(struct dd_structure *s)
{
	for (unsigned i = 0; i < s->target_count; i++) {
		for (unsigned j = 0; j < s->template_count; j++) {
			const struct dd_template *t = &s->templates[j];

			if (!(t->present >> i & 1))
				continue;
			if (t->spatial > s->target_spatial[i])
				s->target_spatial[i] = t->spatial;
			if (t->temporal > s->target_temporal[i])
				s->target_temporal[i] = t->temporal;
		}
	}
}

static void parse_structure(struct bits *b, struct dd_structure *s)
{
	memset(s, 0, sizeof(*s));
	s->id_offset = (uint8_t)read_bits(b, 6);
	s->target_count = (uint8_t)(read_bits(b, 5) + 1);
	parse_layers(b, s);
	for (unsigned i = 0; i < s->template_count && !b->bad; i++)
		parse_indications(b, s->target_count, &s->templates[i]);
	for (unsigned i = 0; i < s->template_count && !b->bad; i++) {
		while (read_flag(b))
			add_difference(b, &s->templates[i], read_bits(b, 4) + 1);
	}
	skip_chains(b, s);
	derive_targets(s);
	s->has_sizes = read_flag(b);
	for (unsigned i = 0; s->has_sizes && i < s->spatial_count; i++) {
		s->widths[i] = (uint16_t)(read_bits(b, 16) + 1);
		s->heights[i] = (uint16_t)(read_bits(b, 16) + 1);
	}
}

static void parse_differences(struct bits *b, struct dd_template *t)
{
	uint32_t size;

	t->difference_count = 0;
	while ((size = read_bits(b, 2)) != 0)
		add_difference(b, t, read_bits(b, size * 4) + 1);
}

/* The template that the descriptor names, with what it says else. */
static int define_frame(struct bits *b, const struct dd_structure *s, struct dd_frame *frame,
	bool own_indications, bool own_differences)
{
	unsigned index = (frame->id + DD_TEMPLATES - s->id_offset) % DD_TEMPLATES;

	if (index >= s->template_count)
		return -ENOENT;
	frame->layers = s->templates[index];
	if (own_indications)
		parse_indications(b, s->target_count, &frame->layers);
	if (own_differences)
		parse_differences(b, &frame->layers);
	return b->bad ? -EBADMSG : 0;
}

static void parse_extended(struct bits *b, const struct dd_structure *structure,
	struct dd_structure *brought, struct dd_frame *frame, bool own[2])
{
	frame->has_structure = read_flag(b);
	frame->has_active = read_flag(b);
	own[0] = read_flag(b);
	own[1] = read_flag(b);
	skip_bits(b, 1); /* chains of its own, which come last */
	if (frame->has_structure)
		parse_structure(b, brought);
	frame->structure_end = b->pos;
	if (frame->has_structure)
		structure = brought;
	if (structure->target_count)
		frame->active = all_targets(structure);
	if (frame->has_active)
		frame->active = read_bits(b, structure->target_count);
}

int dd_parse(const uint8_t *data, size_t len, const struct dd_structure *structure,
	struct dd_structure *ret_brought, struct dd_frame *ret_frame)
{
	struct bits b = bits_of(data, len);
	struct dd_frame frame = {0};
	bool own[2] = {false, false}; /* indications, differences */
	int error;

	frame.start = read_flag(&b);
	frame.end = read_flag(&b);
	frame.id = (uint8_t)read_bits(&b, 6);
	frame.number = (uint16_t)read_bits(&b, 16);
	if (len > DD_SHORT)
		parse_extended(&b, structure, ret_brought, &frame, own);
	if (b.bad)
		return -EBADMSG;
	error = define_frame(
		&b, frame.has_structure ? ret_brought : structure, &frame, own[0], own[1]);
	if (error)
		return error;
	*ret_frame = frame;
	return 0;
}

/* The decode target for a receiver that shall see so much: the highest active one that is not
 * higher, or the lowest if all are. */
static uint8_t choose_target(
	const struct dd_structure *s, uint32_t active, unsigned spatial, unsigned temporal)
{
	int best = -1, lowest = -1;

	for (int i = 0; i < s->target_count; i++) {
		if (!(active >> i & 1))
			continue;
#define HIGHER(a, b)                                                                               \
	(s->target_spatial[a] > s->target_spatial[b] ||                                            \
		(s->target_spatial[a] == s->target_spatial[b] &&                                   \
			s->target_temporal[a] > s->target_temporal[b]))
		if (lowest < 0 || HIGHER(lowest, i))
			lowest = i;
		if (s->target_spatial[i] <= spatial && s->target_temporal[i] <= temporal &&
			(best < 0 || HIGHER(i, best)))
			best = i;
#undef HIGHER
	}
	return (uint8_t)(best >= 0 ? best : lowest >= 0 ? lowest : 0);
}

/* Whether who was sent all frames of `from` has all of `to`. */
static bool covers(const struct dd_structure *s, unsigned from, unsigned to)
{
	for (unsigned i = 0; i < s->template_count; i++) {
		uint32_t present = s->templates[i].present;

		if (present >> to & 1 && !(present >> from & 1))
			return false;
	}
	return true;
}

/* Returns the targets that break: their decode target is another, of which they were not sent all.
 */
static uint32_t choose_targets(struct dd_stream *stream, bool anew)
{
	uint32_t breaks = 0;

	for (unsigned i = 0; i < TARGETS_SPATIAL * TARGETS_TEMPORAL; i++) {
		uint8_t before = stream->of_target[i];
		uint8_t now = choose_target(&stream->structure, stream->active,
			i / TARGETS_TEMPORAL, i % TARGETS_TEMPORAL);

		stream->of_target[i] = now;
		if (!anew && now != before && !covers(&stream->structure, before, now))
			breaks |= 1u << i;
	}
	return breaks;
}

/* From the structure's decode targets to ours. */
static uint32_t to_targets(const struct dd_stream *stream, uint32_t of_structure)
{
	uint32_t targets = 0;

	for (unsigned i = 0; i < TARGETS_SPATIAL * TARGETS_TEMPORAL; i++)
		targets |= (of_structure >> stream->of_target[i] & 1) << i;
	return targets;
}

static void copy_bits(struct bit_writer *w, struct bits *b, size_t n)
{
	for (; n >= 32; n -= 32)
		write_bits(w, read_bits(b, 32), 32);
	write_bits(w, read_bits(b, (unsigned)n), (unsigned)n);
}

/* Those that are sent whole to a receiver of `target`. */
static uint32_t left_active(const struct dd_structure *s, uint32_t active, uint32_t target)
{
	unsigned spatial = 0, temporal = 0;
	uint32_t left = 0;
	uint8_t chosen;

	while (target && !(target & target_of(spatial, temporal))) {
		if (++temporal == TARGETS_TEMPORAL) {
			temporal = 0;
			spatial++;
		}
	}
	chosen = choose_target(s, active, spatial, temporal);
	for (unsigned i = 0; i < s->target_count; i++) {
		if (active >> i & 1 && covers(s, chosen, i))
			left |= 1u << i;
	}
	return left;
}

size_t dd_write(const uint8_t *data, size_t len, uint16_t number, uint32_t target, uint8_t *out)
{
	static const struct dd_structure none;
	struct dd_structure structure;
	struct dd_frame frame;
	struct bits b = bits_of(data, len);
	struct bit_writer w = bit_writer_of(out, len + DD_MAX_GROWTH);
	uint32_t left;

	memcpy(out, data, len);
	if (len < DD_SHORT)
		return len;
	out[1] = (uint8_t)(number >> 8);
	out[2] = (uint8_t)number;
	if (len == DD_SHORT || !(out[DD_SHORT] & 0x80) ||
		dd_parse(data, len, &none, &structure, &frame) < 0)
		return len;
	left = left_active(&structure, frame.active, target);
	if (left == frame.active)
		return len;
	b.pos = w.len = frame.structure_end;
	out[ACTIVE_FLAG_AT / 8] |= 0x80 >> ACTIVE_FLAG_AT % 8;
	if (frame.has_active)
		skip_bits(&b, structure.target_count);
	write_bits(&w, left, structure.target_count);
	copy_bits(&w, &b, b.len - b.pos);
	while (w.len % 8)
		write_bits(&w, 0, 1);
	return w.len / 8;
}

/* The targets that have all frames which this one refers to. */
static uint32_t after(const struct dd_stream *stream, const struct dd_frame *frame)
{
	uint32_t targets = TARGETS_ALL;

	for (unsigned i = 0; i < frame->layers.difference_count; i++) {
		uint16_t number = (uint16_t)(frame->number - frame->layers.differences[i]);
		unsigned at = number & (DD_FRAMES - 1);

		targets &= stream->frames[at].number == number ? stream->frames[at].targets : 0;
	}
	return targets;
}

static void take_sizes(struct codec_stream *stream, const struct dd_structure *s)
{
	stream->spatial_count = s->spatial_count;
	memcpy(stream->widths, s->widths, sizeof(stream->widths));
	memcpy(stream->heights, s->heights, sizeof(stream->heights));
}

/* A new structure or other active targets; not from a descriptor that is older than the newest. */
static uint32_t learn(struct codec_stream *stream, const struct dd_structure *structure,
	const struct dd_frame *frame)
{
	struct dd_stream *dd = &stream->dd;

	if (frame->has_structure) {
		dd->structure = *structure;
		take_sizes(stream, structure);
	} else if (!frame->has_active || frame->active == dd->active) {
		return 0;
	}
	dd->active = frame->active ? frame->active : all_targets(&dd->structure);
	return choose_targets(dd, frame->has_structure);
}

int dd_mark(struct codec_stream *stream, struct pkt *pkt)
{
	struct dd_stream *dd = &stream->dd;
	struct pkt_rtp *rtp = &pkt->rtp;
	struct dd_structure brought;
	struct dd_frame frame;
	bool late;
	int error = dd_parse(pkt->data + rtp->dd_at, rtp->dd_len, &dd->structure, &brought, &frame);

	if (error)
		return error;
	late = dd->has_structure && codec_is_late(stream, rtp) &&
	       seq_newer(dd->newest, frame.number);
	if (late && frame.has_structure)
		return -ENOENT; /* of templates that are not used any more */
	rtp->breaks = late ? 0 : learn(stream, &brought, &frame);
	if (!late) {
		dd->newest = frame.number;
		dd->has_structure = true;
	}
	rtp->number = frame.number;
	rtp->frame_start = frame.start;
	rtp->frame_end = frame.end;
	rtp->spatial = frame.layers.spatial;
	rtp->temporal = frame.layers.temporal;
	rtp->targets = to_targets(dd, frame.layers.present);
	rtp->switches = to_targets(dd, frame.layers.switches);
	rtp->after = after(dd, &frame);
	rtp->keyframe = frame.has_structure && frame.start && !frame.layers.difference_count &&
			rtp->targets;
	dd->frames[frame.number & (DD_FRAMES - 1)].number = frame.number;
	dd->frames[frame.number & (DD_FRAMES - 1)].targets = rtp->targets;
	return 0;
}
