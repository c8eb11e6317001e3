/* SPDX-License-Identifier: MIT */
#include "ingress/upstream.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "ingress/feedback.h"

enum {
	REQUESTS_US = 10000, /* between looks at what is missing */
	TICK_US = 200000,    /* between looks at the tracks */
	REPORT_US = 1000000, /* between receiver reports */
	LOSS_US = 2000000,   /* the window of a loss */
	DEFAULT_RTT_US = 100000,
};

/* The streams that were found, so that a packet's track is a short search. */
struct stream {
	uint32_t ssrc;
	struct uptrack *track;
};

struct upstream {
	/* given */
	const struct upstream_ops *ops;
	void *arg;
	uint32_t sender_ssrc;
	char cname[32];
	struct uptrack_owner owner;
	bool reduced; /* RTCP need not begin with a report */
	/* owned */
	unsigned track_count;
	struct uptrack *tracks[LECTERN_KINDS]; /* by kind, or NULL */
	struct feedback feedback;
	/* state */
	struct peer_clock clock;
	unsigned stream_count;
	struct stream streams[UPSTREAM_MAX_SSRCS];
	bool flowing[LECTERN_KINDS];
	uint32_t rtt_us;
	uint32_t feedback_ssrc; /* the stream that the next transport-wide feedback names */
	uint64_t tick_us, report_us, loss_us; /* the last time */
	uint64_t expected_before, received_before;
	struct upstream_stats stats;
};

static bool add_stream(struct upstream *up, uint32_t ssrc, struct uptrack *track)
{
	if (up->stream_count == UPSTREAM_MAX_SSRCS)
		return false;
	up->streams[up->stream_count++] = (struct stream){.ssrc = ssrc, .track = track};
	return true;
}

static int add_track(struct upstream *up, const struct lectern_section *section)
{
	struct uptrack **place;
	int error;

	if ((unsigned)section->kind >= LECTERN_KINDS || up->tracks[section->kind])
		return -EINVAL;
	place = &up->tracks[section->kind];
	error = uptrack_create(&up->owner, section, place);
	if (error)
		return error;
	up->track_count++;
	if (!section->rid_count && section->ssrc)
		add_stream(up, section->ssrc, *place);
	if (!section->rid_count && section->rtx_ssrc)
		add_stream(up, section->rtx_ssrc, *place);
	return 0;
}

static void on_due(void *arg, uint64_t now_us)
{
	struct upstream *up = arg;

	if (up->ops->due)
		up->ops->due(up->arg, now_us);
}

int upstream_create(const struct upstream_config *config, struct upstream **ret_upstream)
{
	struct upstream *up = calloc(1, sizeof(*up));
	int error = 0;

	if (!up)
		return -ENOMEM;
	up->ops = config->ops;
	up->arg = config->arg;
	up->sender_ssrc = config->sender_ssrc;
	up->rtt_us = DEFAULT_RTT_US;
	up->owner = (struct uptrack_owner){
		.peer = config->peer, .clock = &up->clock, .due = on_due, .arg = up};
	memcpy(up->cname, config->cname, strnlen(config->cname, sizeof(up->cname) - 1));
	for (size_t i = 0; i < config->section_count && !error; i++) {
		if (config->sections[i].use == LECTERN_SECTION_UP)
			error = add_track(up, &config->sections[i]);
		up->reduced |= config->sections[i].rsize; /* of the one transport */
	}
	if (error) {
		upstream_destroy(up);
		return error;
	}
	*ret_upstream = up;
	return 0;
}

void upstream_destroy(struct upstream *up)
{
	if (!up)
		return;
	for (unsigned i = 0; i < LECTERN_KINDS; i++)
		uptrack_destroy(up->tracks[i]);
	feedback_finish(&up->feedback);
	free(up);
}

struct source *upstream_source(struct upstream *up, enum lectern_kind kind)
{
	return up->tracks[kind] ? uptrack_source(up->tracks[kind]) : NULL;
}

static struct uptrack *known(const struct upstream *up, uint32_t ssrc)
{
	for (unsigned i = 0; i < up->stream_count; i++) {
		if (up->streams[i].ssrc == ssrc)
			return up->streams[i].track;
	}
	return NULL;
}

/* The one track that an unknown stream may be of. RFC 9143 9.2: by the mid; without one by the
 * payload type, if that leaves no doubt. */
static struct uptrack *candidate(
	const struct upstream *up, const struct pkt_rtp *rtp, const struct rtp_names *names)
{
	struct uptrack *track = NULL;

	if (up->stream_count == UPSTREAM_MAX_SSRCS)
		return NULL;
	for (unsigned i = 0; i < LECTERN_KINDS; i++) {
		if (!up->tracks[i] || !uptrack_accepts(up->tracks[i], rtp->pt, names))
			continue;
		if (track)
			return NULL;
		track = up->tracks[i];
	}
	return track;
}

bool upstream_find(
	const struct upstream *up, const struct pkt_rtp *rtp, const struct rtp_names *names)
{
	return known(up, rtp->ssrc) || candidate(up, rtp, names);
}

static struct uptrack *learn(
	struct upstream *up, const struct pkt_rtp *rtp, const struct rtp_names *names)
{
	struct uptrack *track = candidate(up, rtp, names);

	if (track) {
		uptrack_bind(track, rtp->ssrc, rtp->pt, names);
		add_stream(up, rtp->ssrc, track);
	}
	return track;
}

static void set_flowing(struct upstream *up, enum lectern_kind kind, bool flowing)
{
	if (up->flowing[kind] == flowing)
		return;
	up->flowing[kind] = flowing;
	if (up->ops->flowing)
		up->ops->flowing(up->arg, uptrack_source(up->tracks[kind]), flowing);
}

static void hand_over_recovered(struct upstream *up, struct uptrack *track, uint64_t now_us)
{
	struct pkt *pkt;

	while ((pkt = uptrack_recovered(track))) {
		up->ops->recovered(up->arg, uptrack_source(track), pkt, now_us);
		pkt_put(pkt);
	}
}

enum uptrack_verdict upstream_recv(struct upstream *up, struct pkt *pkt,
	const struct rtp_names *names, uint64_t now_us, struct source **ret_source)
{
	enum uptrack_verdict verdict = UPTRACK_UNKNOWN_SSRC;
	struct uptrack *track = known(up, pkt->rtp.ssrc);

	/* Of all packets, also of those that are of no use: the sender waits for word of them. */
	if (pkt->rtp.has_twcc)
		feedback_arrived(&up->feedback, pkt->rtp.twcc, pkt->arrival_us);
	up->feedback_ssrc = pkt->rtp.ssrc;
	if (!track)
		track = learn(up, &pkt->rtp, names);
	if (track)
		verdict = uptrack_recv(track, pkt, now_us);
	up->stats.packets++;
	if (verdict != UPTRACK_FORWARD) {
		up->stats.dropped[verdict]++;
		return verdict;
	}
	*ret_source = uptrack_source(track);
	set_flowing(up, (*ret_source)->kind, true);
	hand_over_recovered(up, track, now_us);
	return UPTRACK_FORWARD;
}

struct rtcp_call {
	struct upstream *up;
	uint64_t now_us;
};

static void on_sr(void *arg, const struct rtcp_sr *sr)
{
	struct rtcp_call *call = arg;
	struct uptrack *track = known(call->up, sr->ssrc);
	unsigned layer;

	if (track && uptrack_sr(track, sr, call->now_us, &layer))
		call->up->ops->report(call->up->arg, uptrack_source(track), layer, call->now_us);
}

static void on_bye(void *arg, uint32_t ssrc)
{
	struct rtcp_call *call = arg;
	struct uptrack *track = known(call->up, ssrc);
	enum lectern_kind kind;

	if (!track)
		return;
	kind = uptrack_source(track)->kind;
	uptrack_bye(track, ssrc);
	set_flowing(call->up, kind, uptrack_flowing(track, call->now_us));
}

int upstream_rtcp(struct upstream *up, const uint8_t *data, size_t len, uint64_t now_us)
{
	static const struct rtcp_handler handler = {.sr = on_sr, .bye = on_bye};
	struct rtcp_call call = {.up = up, .now_us = now_us};

	return rtcp_parse(data, len, &handler, &call);
}

void upstream_set_rtt(struct upstream *up, uint32_t rtt_us)
{
	up->rtt_us = rtt_us ? rtt_us : DEFAULT_RTT_US;
}

static void send(struct upstream *up, const struct writer *w)
{
	assert(!w->bad);
	up->ops->rtcp(up->arg, w->data, w->len);
}

/* A compound begins with a report (RFC 3550 6.1), an empty one where there is nothing new; one of
 * reduced size need not (RFC 5506 3.4.1). */
static struct writer begin(const struct upstream *up, uint8_t *room)
{
	struct writer w = writer_of(room, UPSTREAM_RTCP);

	if (!up->reduced)
		rtcp_write_rr(&w, up->sender_ssrc, NULL, 0);
	return w;
}

static void send_reports(struct upstream *up, uint64_t now_us)
{
	struct rtcp_block blocks[LECTERN_KINDS * SOURCE_LAYERS];
	uint8_t room[UPSTREAM_RTCP] BYTES_UNFILLED;
	struct writer w = writer_of(room, sizeof(room));
	size_t n = 0;

	if (now_us - up->report_us < REPORT_US)
		return;
	up->report_us = now_us;
	for (unsigned i = 0; i < LECTERN_KINDS; i++) {
		if (up->tracks[i])
			n += uptrack_report(up->tracks[i], blocks + n,
				LECTERN_KINDS * SOURCE_LAYERS - n, now_us);
	}
	if (n == 0)
		return;
	rtcp_write_rr(&w, up->sender_ssrc, blocks, n);
	rtcp_write_sdes(&w, up->sender_ssrc, up->cname);
	send(up, &w);
}

static void send_requests(struct upstream *up, uint64_t now_us)
{
	uint8_t room[UPSTREAM_RTCP] BYTES_UNFILLED;
	struct writer w = begin(up, room);
	size_t empty = w.len;

	for (unsigned i = 0; i < LECTERN_KINDS; i++) {
		if (up->tracks[i] && uptrack_waits(up->tracks[i]))
			uptrack_write_requests(
				up->tracks[i], &w, up->sender_ssrc, up->rtt_us, now_us);
	}
	if (w.len > empty)
		send(up, &w);
}

/* libwebrtc gives ear only to feedback that names one of its own streams, though it is of all. */
static void send_feedback(struct upstream *up, uint64_t now_us)
{
	uint8_t room[UPSTREAM_RTCP] BYTES_UNFILLED;
	struct writer w;

	if (now_us < feedback_due_us(&up->feedback, up->stats.bps))
		return;
	for (w = begin(up, room);
		feedback_write(&up->feedback, &w, up->sender_ssrc, up->feedback_ssrc, now_us);
		w = begin(up, room))
		send(up, &w);
}

static void measure(struct upstream *up, uint64_t now_us)
{
	uint64_t expected = 0, received = 0, span;
	struct uptrack_stats stats;

	up->stats.bps = 0;
	for (unsigned i = 0; i < LECTERN_KINDS; i++) {
		struct source *source = upstream_source(up, (enum lectern_kind)i);

		if (!source)
			continue;
		for (unsigned k = 0; k < source->layer_count; k++)
			up->stats.bps += source->layers[k].bps;
		uptrack_stats(up->tracks[i], &stats);
		expected += stats.expected;
		received += stats.received;
	}
	if (now_us - up->loss_us < LOSS_US)
		return;
	span = expected - up->expected_before;
	received -= up->received_before;
	/* After a stream began anew the counts go back: no figure for this window. */
	up->stats.loss = (int64_t)span > 0 && received < span
				 ? (uint16_t)((span - received) * 1000 / span)
				 : 0;
	up->expected_before = expected;
	up->received_before += received;
	up->loss_us = now_us;
}

static bool waits(const struct upstream *up)
{
	for (unsigned i = 0; i < LECTERN_KINDS; i++) {
		if (up->tracks[i] && uptrack_waits(up->tracks[i]))
			return true;
	}
	return false;
}

static void tick_tracks(struct upstream *up, uint64_t now_us)
{
	if (now_us - up->tick_us < TICK_US)
		return;
	up->tick_us = now_us;
	for (unsigned i = 0; i < LECTERN_KINDS; i++) {
		if (!up->tracks[i])
			continue;
		uptrack_tick(up->tracks[i], now_us);
		set_flowing(up, (enum lectern_kind)i, uptrack_flowing(up->tracks[i], now_us));
	}
	measure(up, now_us);
}

uint64_t upstream_tick(struct upstream *up, uint64_t now_us)
{
	uint64_t next_us, due_us;

	if (!up->track_count) /* it only receives */
		return now_us + REPORT_US;
	tick_tracks(up, now_us);
	send_requests(up, now_us);
	send_feedback(up, now_us);
	send_reports(up, now_us);
	next_us = now_us + (waits(up) ? (uint64_t)REQUESTS_US : TICK_US);
	due_us = feedback_due_us(&up->feedback, up->stats.bps);
	return due_us < next_us ? due_us : next_us;
}

void upstream_stats(const struct upstream *up, struct upstream_stats *ret_stats)
{
	*ret_stats = up->stats;
}
