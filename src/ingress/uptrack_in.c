/* SPDX-License-Identifier: MIT */
/* A packet that came: what it is, where it belongs, what it tells of others. */
#include "ingress/uptrack_priv.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

enum { OSN = 2 }; /* RFC 4588 4: original sequence number before the payload */

void uptrack_begin_anew(struct uptrack *track, struct uptrack_layer *layer)
{
	track->source.layers[layer - track->layers].restarts++;
	track->source.layers[layer - track->layers].has_report = false;
	nack_clear(&layer->nack);
	history_clear(&layer->history);
	memset(&layer->stream, 0, sizeof(layer->stream));
	layer->keyframe_seq = -1;
	layer->has_sr = false;
	track->redundancy = (struct redundancy){0};
}

/* RFC 4588 4: the packet as it would have come by its own stream. */
static bool unwrap(struct uptrack *track, const struct uptrack_layer *layer, struct pkt *pkt)
{
	struct pkt_rtp *rtp = &pkt->rtp;
	uint8_t *payload = pkt->data + rtp->header_len;
	struct writer w = writer_of(pkt->data, rtp->header_len);

	if (rtp->payload_len < OSN)
		return false;
	rtp->pt = track->pt;
	rtp->ssrc = layer->ssrc;
	rtp->seq = (uint16_t)(payload[0] << 8 | payload[1]);
	rtp->payload_len -= OSN;
	memmove(payload, payload + OSN, rtp->payload_len + (size_t)rtp->padding);
	pkt->len -= OSN;
	write_u8(&w, pkt->data[0]);
	write_u8(&w, (uint8_t)(rtp->marker << 7 | rtp->pt));
	write_u16(&w, rtp->seq);
	write_u32(&w, rtp->timestamp);
	write_u32(&w, rtp->ssrc);
	assert(!w.bad);
	return true;
}

static int mark(struct uptrack *track, struct uptrack_layer *layer, struct pkt *pkt)
{
	int error;

	if (!track->codec->mark)
		return 0;
	error = codec_mark(track->codec, &layer->stream, pkt);
	if (error == -ENOENT) /* only a keyframe can explain it */
		keyframe_want(&layer->keyframe);
	return error;
}

/* The packet as its primary block is; the copies stay before it. */
static enum uptrack_verdict open_red(struct uptrack *track, struct pkt *pkt, struct red *red)
{
	const struct red_block *primary;

	if (pkt->rtp.payload_len == 0) /* a probe */
		return UPTRACK_FORWARD;
	if (red_parse(pkt->data + pkt->rtp.payload_at, pkt->rtp.payload_len, red))
		return UPTRACK_MALFORMED;
	primary = &red->blocks[red->count - 1];
	if (primary->pt != track->pt)
		return UPTRACK_UNKNOWN_PT;
	pkt->rtp.red = true;
	pkt->rtp.pt = track->pt;
	pkt->rtp.payload_at += primary->at;
	pkt->rtp.payload_len = primary->len;
	pkt->data[1] = (uint8_t)(pkt->rtp.marker << 7 | track->pt);
	return UPTRACK_FORWARD;
}

static enum uptrack_verdict prepare(struct uptrack *track, struct uptrack_layer *layer, bool repair,
	struct pkt *pkt, struct red *red)
{
	enum uptrack_verdict verdict;

	if (repair ? pkt->rtp.pt != track->rtx_pt : !uptrack_is_media(track, pkt->rtp.pt))
		return UPTRACK_UNKNOWN_PT;
	if (repair && (!layer->bound || !unwrap(track, layer, pkt)))
		return UPTRACK_PADDING;
	if (pkt->rtp.pt != track->pt) {
		verdict = open_red(track, pkt, red);
		if (verdict != UPTRACK_FORWARD)
			return verdict;
	}
	pkt->rtp.layer = (uint8_t)(layer - track->layers);
	return mark(track, layer, pkt) ? UPTRACK_MALFORMED : UPTRACK_FORWARD;
}

static void on_gap(struct uptrack *track, struct uptrack_layer *layer, int64_t from, int64_t to,
	uint64_t now_us)
{
	if (!track->nacks || to - from <= 0)
		return;
	if (!nack_gap(&layer->nack, from, to, now_us))
		uptrack_want_keyframe(track, layer);
}

static enum uptrack_verdict number(struct uptrack *track, struct uptrack_layer *layer, bool repair,
	struct pkt *pkt, uint64_t now_us, int64_t *ret_seq)
{
	enum nack_by by = repair ? NACK_BY_REPAIR : track->rtx_pt ? NACK_BY_ITSELF : NACK_BY_EITHER;
	int64_t highest = layer->log.highest, seq;
	bool started = layer->log.started;

	switch (seqlog_put(&layer->log, pkt->rtp.seq, repair, &seq)) {
	case SEQLOG_DUPLICATE:
		return UPTRACK_DUPLICATE;
	case SEQLOG_OLD:
		return UPTRACK_OLD;
	case SEQLOG_JUMP:
		return UPTRACK_JUMP;
	case SEQLOG_RESTART:
		uptrack_begin_anew(track, layer);
		mark(track, layer, pkt); /* what was known of the stream is of the old one */
		break;
	case SEQLOG_NEW:
		if (started && seq > highest)
			on_gap(track, layer, highest + 1, seq, now_us);
		else if (started)
			nack_came(&layer->nack, seq, by, now_us);
		break;
	}
	track->source.layers[pkt->rtp.layer].newest = (uint16_t)layer->log.highest;
	if (pkt->rtp.keyframe && seq > layer->keyframe_seq)
		layer->keyframe_seq = seq;
	if (!repair)
		seqlog_jitter(
			&layer->log, pkt->rtp.timestamp, pkt->arrival_us, track->codec->clock_rate);
	if (track->red_pt)
		redundancy_came(&track->redundancy, seq, pkt->rtp.timestamp);
	*ret_seq = seq;
	return UPTRACK_FORWARD;
}

static void account(struct uptrack *track, struct uptrack_layer *layer, bool repair,
	struct pkt *pkt, uint64_t now_us)
{
	struct source_layer *seen = &track->source.layers[layer - track->layers];

	if (!layer->packet_us)
		layer->window_us = now_us;
	layer->packet_us = now_us;
	layer->window_bytes += pkt->len;
	seen->live = true;
	if (pkt->rtp.keyframe) {
		seen->height = pkt->rtp.height;
		seen->spatial_count = layer->stream.spatial_count;
		memcpy(seen->heights, layer->stream.heights, sizeof(seen->heights));
		keyframe_seen(&layer->keyframe);
	}
	track->stats.packets++;
	track->stats.bytes += pkt->len;
	track->stats.repaired += repair;
}

/* A packet made of a copy, as it would have come. NULL: the pool is empty. */
static struct pkt *copy_packet(
	const struct pkt *from, const struct red_block *block, int64_t seq, uint8_t pt)
{
	struct pkt *pkt = pkt_get(from->pool);
	struct writer w;

	if (!pkt)
		return NULL;
	w = writer_of(pkt->data, PKT_ROOM);
	pkt->arrival_us = from->arrival_us;
	pkt->rtp = (struct pkt_rtp){
		.ssrc = from->rtp.ssrc,
		.timestamp = from->rtp.timestamp - block->ago,
		.seq = (uint16_t)seq,
		.pt = pt,
		.payload_len = block->len,
		.has_level = from->rtp.has_level, /* as good as can be told */
		.level = from->rtp.level,
		.voice = from->rtp.voice,
	};
	write_u8(&w, 2 << 6);
	write_u8(&w, pt);
	write_u16(&w, pkt->rtp.seq);
	write_u32(&w, pkt->rtp.timestamp);
	write_u32(&w, pkt->rtp.ssrc);
	pkt->rtp.header_len = pkt->rtp.payload_at = (uint16_t)w.len;
	write_bytes(&w, from->data + from->rtp.header_len + block->at, block->len);
	assert(!w.bad);
	pkt->len = (uint32_t)w.len;
	return pkt;
}

static void take(struct uptrack *track, struct uptrack_layer *layer, bool repair, struct pkt *pkt,
	uint64_t now_us)
{
	account(track, layer, repair, pkt, now_us);
	history_put(&layer->history, pkt);
}

/* Those copies in packet `seq` that were lost themselves. */
static void find_lost(struct uptrack *track, struct uptrack_layer *layer, const struct pkt *pkt,
	const struct red *red, int64_t seq, uint64_t now_us)
{
	unsigned copies = red->count - 1;

	for (unsigned i = 0; i < copies; i++) {
		const struct red_block *block = &red->blocks[i];
		struct pkt *found;
		int64_t lost;

		if (block->pt != track->pt || block->len == 0 ||
			!redundancy_find(&track->redundancy, seq, pkt->rtp.timestamp - block->ago,
				copies - i, &lost))
			continue;
		found = copy_packet(pkt, block, lost, track->pt);
		if (!found)
			return;
		if (number(track, layer, true, found, now_us, &lost) != UPTRACK_FORWARD) {
			pkt_put(found);
			continue;
		}
		take(track, layer, true, found, now_us);
		track->found[track->found_count++] = found;
	}
}

void uptrack_forget_found(struct uptrack *track)
{
	while (track->found_taken < track->found_count)
		pkt_put(track->found[track->found_taken++]);
	track->found_taken = track->found_count = 0;
}

enum uptrack_verdict uptrack_recv(struct uptrack *track, struct pkt *pkt, uint64_t now_us)
{
	enum uptrack_verdict verdict;
	struct uptrack_layer *layer;
	struct red red;
	int64_t seq;
	bool repair;
	int index = uptrack_layer_of(track, pkt->rtp.ssrc, &repair);

	if (index < 0)
		return UPTRACK_UNKNOWN_SSRC;
	layer = &track->layers[index];
	verdict = prepare(track, layer, repair, pkt, &red);
	if (verdict == UPTRACK_FORWARD)
		verdict = number(track, layer, repair, pkt, now_us, &seq);
	if (verdict != UPTRACK_FORWARD)
		return verdict;
	take(track, layer, repair, pkt, now_us);
	uptrack_forget_found(track);
	if (pkt->rtp.red)
		find_lost(track, layer, pkt, &red, seq, now_us);
	return UPTRACK_FORWARD;
}

struct pkt *uptrack_recovered(struct uptrack *track)
{
	return track->found_taken < track->found_count ? track->found[track->found_taken++] : NULL;
}
