/* SPDX-License-Identifier: MIT */
#include "record/tap.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "record/wire.h"
#include "rtp/codec.h"
#include "rtp/seq.h"

enum { SOCKET_ROOM = 4 << 20 }; /* bytes that may wait in the socket: a few seconds of a class */

/* A datagram that waits for the flush. */
struct letter {
	struct {
		struct wire_head head;
		union {
			struct wire_hello hello;
			struct wire_track track;
			struct wire_rtp rtp;
			struct wire_report report;
			struct wire_end end;
		} body;
	} fixed;
	size_t fixed_len;
	struct pkt *pkt; /* a reference, after the fixed part; or NULL */
};

struct tap {
	/* given */
	const struct tap_ops *ops;
	void *arg;
	struct sockaddr_un address;
	/* state */
	int fd; /* -1: no recorder */
	uint64_t attempt_us;
	uint32_t last_track;
	uint64_t dropped;
	struct list tracks;
	unsigned count;
	struct letter letters[TAP_BATCH];
};

struct tap_track {
	struct sink sink;
	/* given */
	struct tap *tap;
	struct tap_member member;
	/* state */
	struct list of_tap;
	bool open; /* a clip is being written: */
	uint32_t id;
	unsigned layer;
	uint16_t restarts;
	int want;	    /* the layer whose next keyframe begins a clip; -1: none */
	uint64_t better_us; /* since when a better layer is live; 0: none is */
};

static struct tap_track *of_sink(struct sink *sink)
{
	return list_of(sink, struct tap_track, sink);
}

int tap_create(const char *path, const struct tap_ops *ops, void *arg, struct tap **ret_tap)
{
	struct tap *tap;

	if (strlen(path) >= sizeof(tap->address.sun_path))
		return -ENAMETOOLONG;
	tap = calloc(1, sizeof(*tap));
	if (!tap)
		return -ENOMEM;
	tap->ops = ops;
	tap->arg = arg;
	tap->address.sun_family = AF_UNIX;
	memcpy(tap->address.sun_path, path, strlen(path));
	tap->fd = -1;
	list_init(&tap->tracks);
	*ret_tap = tap;
	return 0;
}

static void discard_letters(struct tap *tap)
{
	for (unsigned i = 0; i < tap->count; i++)
		pkt_put(tap->letters[i].pkt);
	tap->count = 0;
}

static void lose(struct tap *tap)
{
	close(tap->fd);
	tap->fd = -1;
	discard_letters(tap);
	list_each (it, &tap->tracks)
		list_of(it, struct tap_track, of_tap)->open = false;
	tap->ops->connected(tap->arg, false);
}

/* What the socket did not take: packets are dropped, so that it never falls behind the class, but
 * what begins and ends clips waits for the next time. */
static void keep_orders(struct tap *tap, unsigned sent)
{
	unsigned kept = 0;

	for (unsigned i = sent; i < tap->count; i++) {
		if (tap->letters[i].pkt) {
			pkt_put(tap->letters[i].pkt);
			tap->dropped++;
		} else {
			tap->letters[kept++] = tap->letters[i];
		}
	}
	tap->count = kept;
}

/* A packet as the recorder gets it: without what may lie between header and payload, the copies of
 * other packets in a RED one. */
static uint32_t recorded_len(const struct pkt *pkt)
{
	return pkt->len - (pkt->rtp.payload_at - pkt->rtp.header_len);
}

static void put_packet(const struct pkt *pkt, struct iovec parts[2])
{
	parts[0] = (struct iovec){pkt->data, pkt->rtp.header_len};
	parts[1] = (struct iovec){pkt->data + pkt->rtp.payload_at, pkt->len - pkt->rtp.payload_at};
}

/* Returns how many went, or a negative errno. */
static int send_letters(struct tap *tap)
{
	struct mmsghdr messages[TAP_BATCH] = {0};
	struct iovec parts[TAP_BATCH][3];
	int n;

	for (unsigned i = 0; i < tap->count; i++) {
		struct letter *letter = &tap->letters[i];

		parts[i][0] = (struct iovec){&letter->fixed, letter->fixed_len};
		if (letter->pkt)
			put_packet(letter->pkt, parts[i] + 1);
		messages[i].msg_hdr.msg_iov = parts[i];
		messages[i].msg_hdr.msg_iovlen = letter->pkt ? 3 : 1;
	}
	n = sendmmsg(tap->fd, messages, tap->count, MSG_DONTWAIT | MSG_NOSIGNAL);
	return n < 0 ? -errno : n;
}

static void flush(struct tap *tap)
{
	int n;

	if (tap->fd < 0 || tap->count == 0)
		return;
	n = send_letters(tap);
	if (n < 0 && n != -EAGAIN && n != -EINTR && n != -ENOBUFS) {
		lose(tap);
		return;
	}
	n = n < 0 ? 0 : n;
	for (int i = 0; i < n; i++)
		pkt_put(tap->letters[i].pkt);
	keep_orders(tap, (unsigned)n);
	if (tap->count == TAP_BATCH) /* it takes nothing at all any more */
		lose(tap);
}

/* NULL: the recorder was lost over it. */
static struct letter *add_letter(struct tap *tap, uint16_t type, size_t body, struct pkt *pkt)
{
	struct letter *letter;

	if (tap->count == TAP_BATCH)
		flush(tap);
	if (tap->fd < 0)
		return NULL;
	letter = &tap->letters[tap->count++];
	letter->pkt = pkt ? pkt_ref(pkt) : NULL;
	letter->fixed_len = sizeof(struct wire_head) + body;
	letter->fixed.head = (struct wire_head){
		.version = WIRE_VERSION,
		.type = type,
		.size = (uint32_t)(letter->fixed_len + (pkt ? recorded_len(pkt) : 0)),
	};
	return letter;
}

static void add_report(struct tap_track *track, const struct source_report *report)
{
	struct letter *letter =
		add_letter(track->tap, WIRE_REPORT, sizeof(struct wire_report), NULL);

	if (letter)
		letter->fixed.body.report = (struct wire_report){
			.track = track->id,
			.rtp_timestamp = report->rtp_timestamp,
			.capture_us = report->capture_us,
		};
}

static void end_clip(struct tap_track *track)
{
	struct letter *letter;

	if (!track->open)
		return;
	track->open = false;
	letter = add_letter(track->tap, WIRE_END, sizeof(struct wire_end), NULL);
	if (letter)
		letter->fixed.body.end.track = track->id;
}

static void begin_clip(struct tap_track *track, unsigned layer)
{
	struct source *source = track->sink.source;
	struct letter *letter = add_letter(track->tap, WIRE_TRACK, sizeof(struct wire_track), NULL);
	struct wire_track *body;

	if (!letter)
		return;
	track->open = true;
	track->id = ++track->tap->last_track;
	track->layer = layer;
	track->restarts = source->layers[layer].restarts;
	track->better_us = 0;
	body = &letter->fixed.body.track;
	memset(body, 0, sizeof(*body));
	body->track = track->id;
	body->kind = source->kind;
	body->codec = source->codec;
	body->clock_rate = source->clock_rate;
	memcpy(body->recording, track->member.recording, sizeof(body->recording));
	memcpy(body->member, track->member.member, sizeof(body->member));
	memcpy(body->name, track->member.name, sizeof(body->name));
	memcpy(body->role, track->member.role, sizeof(body->role));
	if (source->layers[layer].has_report)
		add_report(track, &source->layers[layer].report);
}

static int best_live(const struct source *source)
{
	for (int i = (int)source->layer_count - 1; i >= 0; i--) {
		if (source->layers[i].live)
			return i;
	}
	return -1;
}

static bool is_video(const struct source *source)
{
	const struct codec *codec = codec_find(source->codec);

	return codec && codec->video;
}

/* Asks for the keyframe of a layer that should be recorded and is not. */
static void choose(struct tap_track *track, uint64_t now_us)
{
	struct source *source = track->sink.source;
	int best;

	if (!source || track->tap->fd < 0 || !is_video(source))
		return;
	best = best_live(source);
	track->want = -1;
	if (best < 0 || (track->open && (int)track->layer == best)) {
		track->better_us = 0;
		return;
	}
	if (track->open && source->layers[track->layer].live) {
		if (!track->better_us)
			track->better_us = now_us;
		if (now_us - track->better_us < TAP_UPGRADE_US)
			return;
	}
	track->want = best;
	source->ops->need_keyframe(source, (unsigned)best, now_us);
}

static bool may_begin(const struct tap_track *track, const struct pkt *pkt)
{
	if (!is_video(track->sink.source))
		return !track->open && pkt->rtp.payload_len > 0;
	if (!pkt->rtp.keyframe)
		return false;
	return pkt->rtp.layer == track->want ||
	       (!track->open && pkt->rtp.layer == best_live(track->sink.source));
}

static void add_packet(struct tap_track *track, struct pkt *pkt)
{
	struct letter *letter = NULL;

	if (track->open)
		letter = add_letter(track->tap, WIRE_RTP, sizeof(struct wire_rtp), pkt);
	if (!letter) {
		track->tap->dropped++;
		return;
	}
	letter->fixed.body.rtp = (struct wire_rtp){
		.track = track->id,
		.packet_len = recorded_len(pkt),
		.arrival_us = pkt->arrival_us,
	};
}

/* What was sent after the first packet of a clip and came before it. */
static void catch_up(struct tap_track *track, uint16_t first)
{
	struct source *source = track->sink.source;
	uint16_t newest = source->layers[track->layer].newest;

	for (uint16_t seq = first; seq_newer(newest, seq);) {
		struct pkt *later = source->ops->find(source, track->layer, ++seq);

		if (later)
			add_packet(track, later);
	}
}

static void on_packet(struct sink *sink, struct pkt *pkt, uint64_t now_us)
{
	struct tap_track *track = of_sink(sink);

	(void)now_us;
	if (track->open && track->restarts != sink->source->layers[track->layer].restarts)
		end_clip(track);
	if (track->tap->fd >= 0 && may_begin(track, pkt)) {
		end_clip(track);
		begin_clip(track, pkt->rtp.layer);
		track->want = -1;
		add_packet(track, pkt);
		catch_up(track, pkt->rtp.seq);
	} else if (!track->open || pkt->rtp.layer == track->layer) {
		add_packet(track, pkt);
	}
}

static void on_report(struct sink *sink, const struct source_report *report, uint64_t now_us)
{
	struct tap_track *track = of_sink(sink);

	(void)now_us;
	if (track->open && report->layer == track->layer)
		add_report(track, report);
}

static void on_attached(struct sink *sink, uint64_t now_us)
{
	choose(of_sink(sink), now_us);
}

static void on_detached(struct sink *sink, uint64_t now_us)
{
	struct tap_track *track = of_sink(sink);

	(void)now_us;
	end_clip(track);
	track->want = -1;
	track->better_us = 0;
}

static const struct sink_ops sink_ops = {
	.attached = on_attached,
	.packet = on_packet,
	.report = on_report,
	.detached = on_detached,
};

int tap_track_create(struct tap *tap, const struct tap_member *member, struct tap_track **ret_track)
{
	struct tap_track *track = calloc(1, sizeof(*track));

	if (!track)
		return -ENOMEM;
	sink_init(&track->sink, &sink_ops);
	track->tap = tap;
	track->member = *member;
	track->want = -1;
	list_append(&tap->tracks, &track->of_tap);
	*ret_track = track;
	return 0;
}

void tap_track_destroy(struct tap_track *track)
{
	if (!track)
		return;
	assert(!track->sink.source && list_empty(&track->sink.of_router));
	end_clip(track);
	list_remove(&track->of_tap);
	free(track);
}

struct sink *tap_track_sink(struct tap_track *track)
{
	return &track->sink;
}

static void connect_now(struct tap *tap, uint64_t now_us)
{
	int room = SOCKET_ROOM;
	struct letter *letter;
	int fd;

	if (tap->attempt_us && now_us - tap->attempt_us < TAP_RETRY_US)
		return;
	tap->attempt_us = now_us;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (connect(fd, (const struct sockaddr *)&tap->address, sizeof(tap->address))) {
		close(fd);
		return;
	}
	/* As much as the system lets us; the first needs a right that we may not have. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)))
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	tap->fd = fd;
	letter = add_letter(tap, WIRE_HELLO, sizeof(struct wire_hello), NULL);
	letter->fixed.body.hello.control = 0;
	flush(tap);
	if (tap->fd >= 0)
		tap->ops->connected(tap->arg, true);
}

static void on_wire_keyframe(struct tap *tap, uint32_t id, uint64_t now_us)
{
	list_each (it, &tap->tracks) {
		struct tap_track *track = list_of(it, struct tap_track, of_tap);
		struct source *source = track->sink.source;

		if (track->open && track->id == id && source)
			source->ops->need_keyframe(source, track->layer, now_us);
	}
}

static void receive(struct tap *tap, uint64_t now_us)
{
	struct {
		struct wire_head head;
		struct wire_end end;
	} request;

	while (tap->fd >= 0) {
		ssize_t n = recv(tap->fd, &request, sizeof(request), MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0)
			lose(tap);
		else if (n == sizeof(request) && request.head.version == WIRE_VERSION &&
			 request.head.type == WIRE_KEYFRAME)
			on_wire_keyframe(tap, request.end.track, now_us);
	}
}

void tap_tick(struct tap *tap, uint64_t now_us)
{
	if (tap->fd < 0)
		connect_now(tap, now_us);
	receive(tap, now_us);
	list_each (it, &tap->tracks)
		choose(list_of(it, struct tap_track, of_tap), now_us);
	flush(tap);
}

void tap_flush(struct tap *tap)
{
	flush(tap);
}

bool tap_connected(const struct tap *tap)
{
	return tap->fd >= 0;
}

uint64_t tap_dropped(const struct tap *tap)
{
	return tap->dropped;
}

void tap_destroy(struct tap *tap)
{
	if (!tap)
		return;
	assert(list_empty(&tap->tracks));
	flush(tap);
	discard_letters(tap);
	if (tap->fd >= 0)
		close(tap->fd);
	free(tap);
}
