/* SPDX-License-Identifier: MIT */
#include "tests/unit/recorder/support.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libavformat/avformat.h>
#include <math.h>
#include <opus/opus.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vpx/vp8cx.h>
#include <vpx/vpx_encoder.h>

#include <cmocka.h>

#include "base/clock.h"
#include "lectern/engine.h"
#include "recorder/index.h"

enum { WIDTH = 320, HEIGHT = 180, FPS = 25, KEY_EVERY = 50, PAYLOAD = 1100, WAIT_MS = 20000 };

/* --- media --- */

uint64_t hash_of(const void *data, size_t len)
{
	const uint8_t *at = data;
	uint64_t hash = 14695981039346656037u; /* FNV-1a */

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ at[i]) * 1099511628211u;
	return hash;
}

static struct rtp_packet *add_packet(struct stream *s, int64_t ticks, uint8_t pt, bool marker)
{
	struct rtp_packet *p;
	uint32_t rtp = s->first_rtp + (uint32_t)ticks;
	uint16_t seq = (uint16_t)(s->first_seq + s->packet_count);

	s->packets = realloc(s->packets, (s->packet_count + 1) * sizeof(*s->packets));
	assert_non_null(s->packets);
	p = &s->packets[s->packet_count++];
	p->at_us = (uint64_t)ticks * 1000000 / s->clock_rate;
	p->unit = s->unit_count;
	p->len = 12;
	p->data[0] = 0x80;
	p->data[1] = (uint8_t)(marker ? 0x80 | pt : pt);
	p->data[2] = (uint8_t)(seq >> 8);
	p->data[3] = (uint8_t)seq;
	for (int i = 0; i < 4; i++) {
		p->data[4 + i] = (uint8_t)(rtp >> (24 - 8 * i));
		p->data[8 + i] = (uint8_t)(s->ssrc >> (24 - 8 * i));
	}
	return p;
}

static void append(struct rtp_packet *p, const void *data, size_t len)
{
	assert_true(p->len + len <= sizeof(p->data));
	memcpy(p->data + p->len, data, len);
	p->len += len;
}

static void add_unit(struct stream *s, int64_t ticks, const void *data, size_t len, bool keyframe)
{
	s->units = realloc(s->units, (s->unit_count + 1) * sizeof(*s->units));
	assert_non_null(s->units);
	s->units[s->unit_count++] = (struct unit){ticks, len, hash_of(data, len), keyframe};
}

static void add_vp8(struct stream *s, int64_t ticks, const uint8_t *data, size_t len, bool keyframe)
{
	uint16_t picture = (uint16_t)(s->unit_count & 0x7fff);

	for (size_t at = 0; at < len;) {
		size_t n = len - at < PAYLOAD ? len - at : PAYLOAD;
		struct rtp_packet *p = add_packet(s, ticks, 96, at + n == len);
		uint8_t descriptor[] = {(uint8_t)(at == 0 ? 0x90 : 0x80), 0x80,
			(uint8_t)(0x80 | picture >> 8), (uint8_t)picture};

		append(p, descriptor, sizeof(descriptor));
		append(p, data + at, n);
		at += n;
	}
	add_unit(s, ticks, data, len, keyframe);
}

static void paint(vpx_image_t *image, unsigned number)
{
	for (unsigned y = 0; y < HEIGHT; y++)
		for (unsigned x = 0; x < WIDTH; x++)
			image->planes[0][y * (unsigned)image->stride[0] + x] =
				(uint8_t)((x * x / 7 + y * number + (x ^ y)) & 0xff);
	for (int plane = 1; plane < 3; plane++)
		memset(image->planes[plane], 128 + (int)number % 64,
			(size_t)image->stride[plane] * (HEIGHT / 2));
}

void stream_vp8(struct stream *s, unsigned ms, uint16_t first_seq, uint32_t first_rtp)
{
	vpx_codec_enc_cfg_t config;
	vpx_codec_ctx_t codec;
	vpx_image_t image;

	*s = (struct stream){.ssrc = 0x1234,
		.first_seq = first_seq,
		.first_rtp = first_rtp,
		.clock_rate = 90000,
		.codec = LECTERN_CODEC_VP8};
	assert_int_equal(vpx_codec_enc_config_default(vpx_codec_vp8_cx(), &config, 0), 0);
	config.g_w = WIDTH;
	config.g_h = HEIGHT;
	config.g_timebase = (vpx_rational_t){1, FPS};
	config.rc_target_bitrate = 600;
	config.kf_mode = VPX_KF_DISABLED;
	config.g_lag_in_frames = 0;
	assert_int_equal(vpx_codec_enc_init(&codec, vpx_codec_vp8_cx(), &config, 0), 0);
	vpx_codec_control(&codec, VP8E_SET_CPUUSED, 12);
	assert_non_null(vpx_img_alloc(&image, VPX_IMG_FMT_I420, WIDTH, HEIGHT, 16));
	for (unsigned i = 0; i < ms * FPS / 1000; i++) {
		vpx_codec_iter_t iter = NULL;
		const vpx_codec_cx_pkt_t *out;
		vpx_enc_frame_flags_t flags = i % KEY_EVERY == 0 ? VPX_EFLAG_FORCE_KF : 0;

		paint(&image, i);
		assert_int_equal(vpx_codec_encode(&codec, &image, i, 1, flags, VPX_DL_REALTIME), 0);
		while ((out = vpx_codec_get_cx_data(&codec, &iter)))
			if (out->kind == VPX_CODEC_CX_FRAME_PKT)
				add_vp8(s, (int64_t)i * 90000 / FPS, out->data.frame.buf,
					out->data.frame.sz,
					out->data.frame.flags & VPX_FRAME_IS_KEY);
	}
	vpx_img_free(&image);
	vpx_codec_destroy(&codec);
}

void stream_opus(struct stream *s, unsigned ms, uint16_t first_seq, uint32_t first_rtp)
{
	int error;
	OpusEncoder *codec = opus_encoder_create(48000, 2, OPUS_APPLICATION_VOIP, &error);

	assert_non_null(codec);
	*s = (struct stream){.ssrc = 0x5678,
		.first_seq = first_seq,
		.first_rtp = first_rtp,
		.clock_rate = 48000,
		.codec = LECTERN_CODEC_OPUS};
	for (unsigned i = 0; i < ms / 20; i++) {
		int16_t samples[960 * 2];
		uint8_t out[1276];
		struct rtp_packet *p;
		int len;

		for (int n = 0; n < 960; n++)
			samples[2 * n] = samples[2 * n + 1] =
				(int16_t)(8000 * sin((i * 960 + (unsigned)n) * 0.0576));
		len = opus_encode(codec, samples, 960, out, sizeof(out));
		assert_true(len > 0);
		p = add_packet(s, (int64_t)i * 960, 111, i == 0);
		append(p, out, (size_t)len);
		add_unit(s, (int64_t)i * 960, out, (size_t)len, true);
	}
	opus_encoder_destroy(codec);
}

void stream_load(struct stream *s, const char *path, uint8_t codec)
{
	FILE *file = fopen(path, "rb");
	uint8_t length[2];

	*s = (struct stream){.clock_rate = 90000, .codec = codec};
	assert_non_null(file);
	while (fread(length, 1, sizeof(length), file) == sizeof(length)) {
		struct rtp_packet *p = add_packet(s, 0, 96, false);

		p->len = (size_t)(length[0] << 8 | length[1]);
		assert_true(p->len > 12 && p->len <= sizeof(p->data));
		assert_int_equal(fread(p->data, 1, p->len, file), p->len);
		p->at_us = (uint64_t)(p->data[4] << 24 | p->data[5] << 16 | p->data[6] << 8 |
				      p->data[7]) *
			   100 / 9;
	}
	fclose(file);
}

void stream_finish(struct stream *s)
{
	free(s->packets);
	free(s->units);
}

uint32_t next_random(void)
{
	static uint32_t state; /* xorshift */

	if (state == 0) {
		const char *seed = getenv("RECORDER_SEED");

		state = seed ? (uint32_t)strtoul(seed, NULL, 10) : (uint32_t)clock_now_us();
		state += state == 0; /* it would stay 0 */
		print_message("RECORDER_SEED=%u\n", state);
	}
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* --- a server's side --- */

static void (*visitor)(const char *path, mode_t mode);

void feeder_spawn(struct feeder *f)
{
	const char *exe = getenv("LECTERN_RECORDER");

	assert_non_null(exe);
	f->pid = fork();
	assert_true(f->pid >= 0);
	if (f->pid == 0) {
		execl(exe, exe, "--socket", f->socket, "--root", f->root, "--log-level",
			getenv("RECORDER_LOG") ?: "error", (char *)NULL);
		_exit(127);
	}
}

static void join(char *out, size_t room, const char *a, const char *b)
{
	assert_true((size_t)snprintf(out, room, "%s%s", a, b) < room);
}

static void put(char *out, size_t room, const char *text)
{
	join(out, room, text, "");
}

static int connect_once(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), room = 4 * 1024 * 1024;

	assert_true(fd >= 0);
	put(at.sun_path, sizeof(at.sun_path), path);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Until it listens: it has just been started. */
static int connect_to(const char *path)
{
	int fd = -1;

	for (int i = 0; i < 1000 && fd < 0; i++) {
		fd = connect_once(path);
		if (fd < 0)
			usleep(10000);
	}
	assert_true(fd >= 0);
	return fd;
}

void feeder_connect(struct feeder *f)
{
	struct wire_hello hello = {1};

	f->control = connect_to(f->socket);
	feeder_send(f->control, WIRE_HELLO, &hello, sizeof(hello), NULL, 0);
	f->worker = connect_to(f->socket);
	hello.control = 0;
	feeder_send(f->worker, WIRE_HELLO, &hello, sizeof(hello), NULL, 0);
}

void feeder_disconnect(struct feeder *f)
{
	close(f->worker);
	close(f->control);
	f->worker = f->control = -1;
}

void feeder_start_at(struct feeder *f, const char *root)
{
	memset(f, 0, sizeof(*f));
	put(f->dir, sizeof(f->dir), "/tmp/lectern-recorder-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	join(f->root, sizeof(f->root), root ? root : f->dir, root ? "" : "/root");
	join(f->socket, sizeof(f->socket), f->dir, "/socket");
	f->base_us = clock_now_us();
	feeder_spawn(f);
	feeder_connect(f);
}

void feeder_start(struct feeder *f)
{
	feeder_start_at(f, NULL);
}

int feeder_kill(struct feeder *f, int signal)
{
	int status;

	kill(f->pid, signal);
	assert_int_equal(waitpid(f->pid, &status, 0), f->pid);
	f->pid = 0;
	return status;
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)type;
	(void)where;
	visitor(path, st->st_mode);
	return 0;
}

void each_file(const char *dir, void (*fn)(const char *path, mode_t mode))
{
	visitor = fn;
	assert_int_equal(nftw(dir, visit, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static void remove_file(const char *path, mode_t mode)
{
	(void)mode;
	assert_int_equal(remove(path), 0);
}

void feeder_finish(struct feeder *f)
{
	int status;

	if (f->pid) {
		status = feeder_kill(f, SIGTERM);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	feeder_disconnect(f);
	if (!getenv("RECORDER_KEEP")) /* to look at what a test made */
		each_file(f->dir, remove_file);
}

void feeder_send(
	int fd, uint16_t type, const void *body, size_t len, const void *rest, size_t rest_len)
{
	static uint8_t out[WIRE_MAX];
	struct wire_head head = {WIRE_VERSION, type, (uint32_t)(sizeof(head) + len + rest_len)};

	memcpy(out, &head, sizeof(head));
	memcpy(out + sizeof(head), body, len);
	if (rest_len)
		memcpy(out + sizeof(head) + len, rest, rest_len);
	assert_int_equal(send(fd, out, head.size, MSG_NOSIGNAL), head.size);
}

void feeder_open(struct feeder *f, const char *recording)
{
	struct wire_open open = {.wall_ms = clock_wall_ms(), .now_us = clock_now_us()};

	f->base_us = open.now_us;
	put(open.recording, sizeof(open.recording), recording);
	feeder_send(f->control, WIRE_OPEN, &open, sizeof(open), NULL, 0);
}

void feeder_event(struct feeder *f, const char *recording, uint64_t at_us, const char *text)
{
	struct wire_event event = {.at_us = f->base_us + at_us, .text_len = (uint32_t)strlen(text)};

	put(event.recording, sizeof(event.recording), recording);
	feeder_send(f->control, WIRE_EVENT, &event, sizeof(event), text, strlen(text));
}

static void send_name(struct feeder *f, uint16_t type, const char *recording)
{
	struct wire_recording body = {0};

	put(body.recording, sizeof(body.recording), recording);
	feeder_send(f->control, type, &body, sizeof(body), NULL, 0);
}

void feeder_close(struct feeder *f, const char *recording)
{
	send_name(f, WIRE_CLOSE, recording);
}

void feeder_query(struct feeder *f, const char *recording)
{
	send_name(f, WIRE_QUERY, recording);
}

void feeder_track(struct feeder *f, const char *recording, uint32_t track, const struct stream *s,
	uint8_t kind, const char *member)
{
	struct wire_track wire = {.track = track, .kind = kind, .clock_rate = s->clock_rate};

	wire.codec = s->codec;
	put(wire.recording, sizeof(wire.recording), recording);
	put(wire.member, sizeof(wire.member), member);
	put(wire.name, sizeof(wire.name), "Ana P\303\251rez");
	put(wire.role, sizeof(wire.role), "instructor");
	feeder_send(f->worker, WIRE_TRACK, &wire, sizeof(wire), NULL, 0);
}

void feeder_rtp(struct feeder *f, uint32_t track, const struct rtp_packet *p, uint64_t arrival_us)
{
	struct wire_rtp rtp = {track, (uint32_t)p->len, arrival_us};

	feeder_send(f->worker, WIRE_RTP, &rtp, sizeof(rtp), p->data, p->len);
}

void feeder_report(struct feeder *f, uint32_t track, uint32_t rtp_timestamp, uint64_t capture_us)
{
	struct wire_report report = {track, rtp_timestamp, capture_us};

	feeder_send(f->worker, WIRE_REPORT, &report, sizeof(report), NULL, 0);
}

void feeder_end(struct feeder *f, uint32_t track)
{
	struct wire_end end = {track};

	feeder_send(f->worker, WIRE_END, &end, sizeof(end), NULL, 0);
}

void feeder_play(
	struct feeder *f, uint32_t track, const struct stream *s, unsigned from, unsigned until)
{
	for (unsigned i = from; i < until && i < s->packet_count; i++)
		feeder_rtp(f, track, &s->packets[i], f->base_us + s->packets[i].at_us);
}

static void wait_for(struct feeder *f, int fd, uint16_t type, void *body, size_t len)
{
	for (;;) {
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		uint8_t in[1024];
		struct wire_head head;
		ssize_t n;

		assert_int_equal(poll(&wait, 1, WAIT_MS), 1);
		n = recv(fd, in, sizeof(in), 0);
		assert_true(n >= (ssize_t)sizeof(head));
		memcpy(&head, in, sizeof(head));
		assert_int_equal(head.version, WIRE_VERSION);
		assert_int_equal(head.size, n);
		f->keyframes += head.type == WIRE_KEYFRAME;
		if (head.type != type)
			continue;
		assert_int_equal(n, sizeof(head) + len);
		memcpy(body, in + sizeof(head), len);
		return;
	}
}

void feeder_wait_sealed(struct feeder *f, struct wire_sealed *ret)
{
	wait_for(f, f->control, WIRE_SEALED, ret, sizeof(*ret));
}

void feeder_wait_fault(struct feeder *f, struct wire_fault *ret)
{
	wait_for(f, f->control, WIRE_FAULT, ret, sizeof(*ret));
}

void feeder_wait_keyframe(struct feeder *f)
{
	struct wire_end body;

	wait_for(f, f->worker, WIRE_KEYFRAME, &body, sizeof(body));
}

/* --- what it wrote --- */

static AVFormatContext *open_clip(const struct feeder *f, const char *recording, unsigned number)
{
	AVFormatContext *context = NULL;
	char path[256];

	snprintf(path, sizeof(path), "%s/%s/c%04u.webm", f->root, recording, number);
	if (access(path, F_OK) < 0)
		snprintf(path, sizeof(path), "%s/%s/c%04u.mp4", f->root, recording, number);
	av_log_set_level(AV_LOG_ERROR);
	assert_int_equal(avformat_open_input(&context, path, NULL, NULL), 0);
	assert_int_equal(context->nb_streams, 1);
	return context;
}

void clip_read(
	const struct feeder *f, const char *recording, unsigned number, struct read_clip *ret)
{
	AVFormatContext *context = open_clip(f, recording, number);
	AVPacket *packet = av_packet_alloc();
	AVRational base = context->streams[0]->time_base, ms = {1, 1000};

	memset(ret, 0, sizeof(*ret));
	ret->duration_ms = context->duration > 0 ? context->duration / 1000 : 0;
	ret->width = (unsigned)context->streams[0]->codecpar->width;
	ret->height = (unsigned)context->streams[0]->codecpar->height;
	while (av_read_frame(context, packet) >= 0) {
		ret->frames = realloc(ret->frames, (ret->count + 1) * sizeof(*ret->frames));
		assert_non_null(ret->frames);
		ret->frames[ret->count++] = (struct read_frame){av_rescale_q(packet->pts, base, ms),
			(size_t)packet->size, hash_of(packet->data, (size_t)packet->size),
			packet->flags & AV_PKT_FLAG_KEY};
		av_packet_unref(packet);
	}
	av_packet_free(&packet);
	avformat_close_input(&context);
}

void clip_free(struct read_clip *clip)
{
	free(clip->frames);
}

int64_t clip_seek(const struct feeder *f, const char *recording, unsigned number, int64_t at_ms)
{
	AVFormatContext *context = open_clip(f, recording, number);
	AVPacket *packet = av_packet_alloc();
	AVRational base, ms = {1, 1000};
	int64_t got;

	base = context->streams[0]->time_base;
	at_ms = av_rescale_q(at_ms, ms, base);
	assert_true(av_seek_frame(context, 0, at_ms, AVSEEK_FLAG_BACKWARD) >= 0);
	assert_true(av_read_frame(context, packet) >= 0);
	got = av_rescale_q(packet->pts, base, ms);
	av_packet_free(&packet);
	avformat_close_input(&context);
	return got;
}

json_t *manifest_load(const struct feeder *f, const char *recording)
{
	char path[256];
	json_t *manifest;

	snprintf(path, sizeof(path), "%s/%s/manifest.json", f->root, recording);
	manifest = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(manifest);
	return manifest;
}

int64_t file_size(const struct feeder *f, const char *recording, const char *name)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s/%s", f->root, recording, name);
	return stat(path, &st) < 0 ? -1 : st.st_size;
}

bool file_is_there(const struct feeder *f, const char *recording, const char *name)
{
	return file_size(f, recording, name) >= 0;
}

json_t *clip_of(const json_t *manifest, const char *kind, unsigned nth)
{
	const json_t *clips = json_object_get(manifest, "clips");

	for (size_t i = 0; i < json_array_size(clips); i++) {
		json_t *clip = json_array_get(clips, i);

		if (strcmp(json_string_value(json_object_get(clip, "kind")), kind) == 0 &&
			nth-- == 0)
			return clip;
	}
	fail_msg("no clip of %s", kind);
	return NULL;
}

unsigned clip_number(const json_t *manifest, const char *kind)
{
	const json_t *clip = clip_of(manifest, kind, 0);

	return index_media_number(json_string_value(json_object_get(clip, "file")));
}
