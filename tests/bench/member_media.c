/* SPDX-License-Identifier: MIT */
/* What a member receives: headers of all packets, payloads of a sample. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/member_priv.h"
#include "tests/bench/traffic.h"

static uint16_t u16_at(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t u32_at(const uint8_t *at)
{
	return (uint32_t)u16_at(at) << 16 | u16_at(at + 2);
}

/* The section that this payload type belongs to; of several, the one that names the SSRC. */
static const struct sdp_section *section_of(
	const struct member *member, uint32_t ssrc, uint8_t pt, bool *ret_rtx)
{
	const struct sdp_section *found = NULL;

	for (unsigned i = 0; i < member->remote.count; i++) {
		const struct sdp_section *section = &member->remote.sections[i];

		if (pt != section->pt && (!section->rtx_pt || pt != section->rtx_pt))
			continue;
		if (!found || section->ssrc == ssrc || section->rtx_ssrc == ssrc) {
			found = section;
			*ret_rtx = pt != section->pt;
		}
	}
	return found;
}

static struct member_track *find_track(struct member *member, uint32_t ssrc)
{
	for (unsigned i = 0; i < member->track_count; i++) {
		if (member->tracks[i]->ssrc == ssrc)
			return member->tracks[i];
	}
	return NULL;
}

/* What an RTX stream mends: what the section says, else the only video. */
static struct member_track *repaired_track(
	struct member *member, const struct sdp_section *section, uint32_t rtx_ssrc)
{
	struct member_track *only = NULL;

	if (section->rtx_ssrc == rtx_ssrc && section->ssrc)
		return find_track(member, section->ssrc);
	for (unsigned i = 0; i < member->track_count; i++) {
		if (!member->tracks[i]->video || member->tracks[i]->rtx)
			continue;
		if (only)
			return NULL;
		only = member->tracks[i];
	}
	return only;
}

static struct member_track *add_track(struct member *member, uint32_t ssrc, uint8_t pt)
{
	const struct sdp_section *section;
	struct member_track *track;
	bool rtx = false;

	section = section_of(member, ssrc, pt, &rtx);
	if (!section || member->track_count == MEMBER_TRACKS)
		return NULL;
	track = calloc(1, sizeof(*track));
	if (!track)
		return NULL;
	track->ssrc = ssrc;
	track->pt = pt;
	track->ext_twcc = section->ext_twcc;
	track->video = section->video;
	track->rtx = rtx;
	track->nack = section->nack;
	track->pli = section->pli;
	track->repairs = rtx ? repaired_track(member, section, ssrc) : NULL;
	stream_init(&track->stream);
	member->tracks[member->track_count++] = track;
	return track;
}

static struct member_track *track_of(struct member *member, uint32_t ssrc, uint8_t pt)
{
	for (unsigned i = 0; i < member->track_count; i++) {
		unsigned at = (member->last_track + i) % member->track_count;

		if (member->tracks[at]->ssrc == ssrc) {
			member->last_track = at;
			return member->tracks[at];
		}
	}
	return add_track(member, ssrc, pt);
}

/* RFC 8285 4.2: the one-byte form, which is all that we offer. -1: no transport-wide number. */
static int transport_seq(const uint8_t *data, size_t len, uint8_t id)
{
	size_t at = 12 + 4 * (size_t)(data[0] & 0x0f), end;

	if (!id || !(data[0] & 0x10) || at + 4 > len || u16_at(data + at) != 0xbede)
		return -1;
	end = at + 4 + 4 * (size_t)u16_at(data + at + 2);
	if (end > len)
		return -1;
	for (at += 4; at < end;) {
		size_t size = (size_t)(data[at] & 0x0f) + 1;

		if (!data[at]) {
			at++;
			continue;
		}
		if (data[at] >> 4 == id && size == 2 && at + 3 <= end)
			return u16_at(data + at + 1);
		at += 1 + size;
	}
	return -1;
}

static void note_arrival(struct member *member, uint16_t seq, uint64_t arrival_ns)
{
	struct member_arrivals *arrivals = &member->arrivals;
	int16_t ahead;

	if (!arrivals->begun) {
		arrivals->begun = true;
		arrivals->base = seq;
	}
	ahead = (int16_t)(seq - arrivals->base);
	if (ahead < 0 || ahead >= ARRIVALS)
		return;
	while (arrivals->count <= (unsigned)ahead)
		arrivals->us[arrivals->count++] = TWCC_LOST;
	arrivals->us[ahead] = (int64_t)(arrival_ns / 1000);
}

/* Fixed header, extensions and padding of a plain packet. NULL: they do not fit. */
static const uint8_t *payload_of(const uint8_t *data, size_t len, size_t *ret_len)
{
	size_t head = 12 + 4 * (size_t)(data[0] & 0x0f), padding = 0;

	if ((data[0] & 0x10) && head + 4 <= len)
		head += 4 + 4 * (size_t)u16_at(data + head + 2);
	if (data[0] & 0x20)
		padding = data[len - 1];
	if (head + padding > len)
		return NULL;
	*ret_len = len - head - padding;
	return data + head;
}

/* A whole keyframe: its first packet, and then every number up to the one with the marker. */
static void watch_keyframe(
	struct member_track *track, bool key, bool first, bool marker, uint16_t seq)
{
	if (track->keyframe == KEYFRAME_WHOLE)
		return;
	if (first && key) {
		track->keyframe = KEYFRAME_BEGUN;
	} else if (track->keyframe == KEYFRAME_BEGUN && seq != track->keyframe_next) {
		track->keyframe = KEYFRAME_NONE;
		return;
	}
	track->keyframe_next = (uint16_t)(seq + 1);
	if (track->keyframe == KEYFRAME_BEGUN && marker)
		track->keyframe = KEYFRAME_WHOLE;
}

static void note_age(struct member *member, uint64_t sent_ns, uint64_t arrival_ns)
{
	if (member->config.latency)
		spread_add(member->config.latency,
			arrival_ns > sent_ns ? (arrival_ns - sent_ns) / 1000 : 0);
}

static int read_payload(struct member *member, struct member_track *track,
	const struct wire_datagram *datagram, size_t plain_len)
{
	const uint8_t *data = datagram->data;
	struct traffic_video_packet video;
	struct traffic_stamp stamp;
	size_t len = 0;
	const uint8_t *payload = payload_of(data, plain_len, &len);

	if (!payload)
		return -EBADMSG;
	if (!len)
		return 0; /* padding alone, as probes of a link are */
	if (!track->video) {
		if (traffic_read_audio(payload, len, &stamp) < 0)
			return -EBADMSG;
		note_age(member, stamp.sent_ns, datagram->arrival_ns);
		return 0;
	}
	if (traffic_read_video(payload, len, &video) < 0)
		return -EBADMSG;
	note_age(member, video.stamp.sent_ns, datagram->arrival_ns);
	watch_keyframe(track, video.keyframe, video.first, data[1] & 0x80, u16_at(data + 2));
	return 0;
}

static void check(
	struct member *member, struct member_track *track, const struct wire_datagram *datagram)
{
	int len = (int)datagram->len;

	member->counts.checked++;
	if (srtp_unprotect(member->in, datagram->data, &len) != srtp_err_status_ok ||
		read_payload(member, track, datagram, (size_t)len) < 0)
		member->counts.bad++;
}

static void take_rtx(
	struct member *member, struct member_track *track, const struct wire_datagram *datagram)
{
	int len = (int)datagram->len;
	size_t payload_len = 0;
	const uint8_t *payload;

	member->counts.rtx++;
	member->counts.checked++;
	if (srtp_unprotect(member->in, datagram->data, &len) != srtp_err_status_ok) {
		member->counts.bad++;
		return;
	}
	payload = payload_of(datagram->data, (size_t)len, &payload_len);
	if (payload && payload_len > 2 && track->repairs)
		stream_repair(&track->repairs->stream, u16_at(payload));
}

/* Without PLI nobody could ask for one. */
static bool wants_keyframe(const struct member_track *track)
{
	return track->video && track->pli && track->keyframe != KEYFRAME_WHOLE;
}

static void note_joined(struct member *member, uint64_t arrival_ns)
{
	if (!member->times.first_packet)
		member->times.first_packet = arrival_ns;
	if (!member->times.first_keyframe && member_joined(member))
		member->times.first_keyframe = arrival_ns;
}

void member_take_rtp(struct member *member, const struct wire_datagram *datagram, uint64_t now_us)
{
	const uint8_t *data = datagram->data;
	struct member_track *track = track_of(member, u32_at(data + 8), data[1] & 0x7f);
	bool waiting;
	int twcc;

	if (!track)
		return;
	twcc = transport_seq(data, datagram->len, track->ext_twcc);
	if (twcc >= 0) {
		note_arrival(member, (uint16_t)twcc, datagram->arrival_ns);
		member->arrivals.media_ssrc = track->ssrc;
	}
	if (track->rtx) {
		take_rtx(member, track, datagram);
		return;
	}
	member->counts.bytes += datagram->len;
	if (!stream_take(&track->stream, u16_at(data + 2), now_us))
		return;
	waiting = wants_keyframe(track);
	member->gaps = member->gaps || track->stream.gap_count || waiting;
	if (waiting ||
		(track->stream.received + member->config.number) % member->config.sample == 0)
		check(member, track, datagram);
	if (!member->times.first_keyframe)
		note_joined(member, datagram->arrival_ns);
}

bool member_joined(const struct member *member)
{
	unsigned audio = 0, video = 0;

	for (unsigned i = 0; i < member->track_count; i++) {
		const struct member_track *track = member->tracks[i];

		if (!track->video)
			audio++;
		else if (!track->rtx && !wants_keyframe(track))
			video++;
	}
	return audio >= member->expected_audio && video >= member->expected_video;
}

void member_expect(struct member *member, unsigned audio, unsigned video)
{
	member->expected_audio = audio;
	member->expected_video = video;
}

void member_counts(const struct member *member, struct member_counts *ret_counts)
{
	struct member_counts counts = member->counts;

	for (unsigned i = 0; i < member->track_count; i++) {
		const struct member_track *track = member->tracks[i];

		if (track->rtx)
			continue;
		counts.received += track->stream.received;
		counts.repaired += track->stream.repaired;
		counts.repeated += track->stream.repeated;
		counts.expected += stream_expected(&track->stream);
	}
	*ret_counts = counts;
}

struct member_times member_times(const struct member *member)
{
	return member->times;
}

void member_tell(const struct member *member, char *out, size_t room)
{
	int len = snprintf(out, room,
		"member %u: %s, %s, %u checks answered, tracks:", member->config.number,
		member->over	   ? "over"
		: member->in	   ? "connected"
		: member->selected ? "shaking hands"
				   : "checking",
		member->publisher ? "publishes" : "receives", member->checks_answered);

	for (unsigned i = 0; i < member->track_count && len > 0 && (size_t)len < room; i++) {
		const struct member_track *track = member->tracks[i];

		len += snprintf(out + len, room - (size_t)len, " %s%s %llu/%llu",
			track->video ? "video" : "audio",
			track->rtx			    ? " rtx"
			: !track->video			    ? ""
			: track->keyframe == KEYFRAME_WHOLE ? " with keyframe"
							    : " without keyframe",
			(unsigned long long)track->stream.received,
			(unsigned long long)stream_expected(&track->stream));
	}
}
