/* SPDX-License-Identifier: MIT */
/*
 * What the recorder's tests share: real VP8 (libvpx) and Opus (libopus) as RTP, a server's side of
 * the socket, and clips read back with libavformat. Anything that goes wrong here fails the test.
 */
#ifndef TESTS_RECORDER_SUPPORT_H
#define TESTS_RECORDER_SUPPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "record/wire.h"

/* --- media --- */

struct rtp_packet {
	uint8_t data[1500];
	size_t len;
	uint64_t at_us; /* when it is sent, from the stream's start */
	unsigned unit;	/* the frame that it is of */
};

struct unit {
	int64_t ticks; /* timestamp from the stream's start */
	size_t len;
	uint64_t hash;
	bool keyframe;
};

struct stream {
	struct rtp_packet *packets;
	struct unit *units;
	unsigned packet_count, unit_count;
	uint32_t ssrc, first_rtp;
	uint16_t first_seq;
	uint32_t clock_rate;
	uint8_t codec; /* enum lectern_codec */
};

/* 320 x 180 at 25 frames a second, a keyframe every two seconds. */
void stream_vp8(struct stream *s, unsigned ms, uint16_t first_seq, uint32_t first_rtp);
/* A tone in frames of 20 ms. */
void stream_opus(struct stream *s, unsigned ms, uint16_t first_seq, uint32_t first_rtp);
/* Packets of video that a payloader made: see packets/make.py. Units are not told apart. */
void stream_load(struct stream *s, const char *path, uint8_t codec);
void stream_finish(struct stream *s);
uint64_t hash_of(const void *data, size_t len);

/* --- a server's side --- */

struct feeder {
	char dir[64], root[96], socket[96];
	pid_t pid;
	int control, worker; /* -1: not connected */
	uint64_t base_us;    /* monotonic time of the streams' start */
	unsigned keyframes;  /* asked for so far */
};

/* A folder of its own below /tmp, or the given one; starts the recorder and connects. */
void feeder_start(struct feeder *f);
void feeder_start_at(struct feeder *f, const char *root);
/* The process only: starts it again where it was. */
void feeder_spawn(struct feeder *f);
void feeder_connect(struct feeder *f);
void feeder_disconnect(struct feeder *f);
/* By `signal`, waits for its end and returns the wait status. */
int feeder_kill(struct feeder *f, int signal);
/* SIGTERM, checks that it ended well, removes the folder. */
void feeder_finish(struct feeder *f);

void feeder_send(
	int fd, uint16_t type, const void *body, size_t len, const void *rest, size_t rest_len);
void feeder_open(struct feeder *f, const char *recording);
void feeder_event(struct feeder *f, const char *recording, uint64_t at_us, const char *text);
void feeder_close(struct feeder *f, const char *recording);
void feeder_query(struct feeder *f, const char *recording);
void feeder_track(struct feeder *f, const char *recording, uint32_t track, const struct stream *s,
	uint8_t kind, const char *member);
void feeder_rtp(struct feeder *f, uint32_t track, const struct rtp_packet *p, uint64_t arrival_us);
void feeder_report(struct feeder *f, uint32_t track, uint32_t rtp_timestamp, uint64_t capture_us);
void feeder_end(struct feeder *f, uint32_t track);
/* Packets [from, until) at once, as if each had come when it was sent. */
void feeder_play(
	struct feeder *f, uint32_t track, const struct stream *s, unsigned from, unsigned until);
/* Waits for a message of the kind; others are passed over. */
void feeder_wait_sealed(struct feeder *f, struct wire_sealed *ret);
void feeder_wait_fault(struct feeder *f, struct wire_fault *ret);
void feeder_wait_keyframe(struct feeder *f);

/* --- what it wrote --- */

struct read_frame {
	int64_t at_ms;
	size_t len;
	uint64_t hash;
	bool keyframe;
};

struct read_clip {
	struct read_frame *frames;
	unsigned count;
	int64_t duration_ms; /* as the file says; 0: it does not */
	unsigned width, height;
};

void clip_read(
	const struct feeder *f, const char *recording, unsigned number, struct read_clip *ret);
void clip_free(struct read_clip *clip);
/* Seeks to at_ms with libavformat; the time of the first packet that is read then. */
int64_t clip_seek(const struct feeder *f, const char *recording, unsigned number, int64_t at_ms);
json_t *manifest_load(const struct feeder *f, const char *recording);
/* The number of the first clip of the kind in a manifest; 0 none. */
unsigned clip_number(const json_t *manifest, const char *kind);
/* The nth clip of the kind; there is one. */
json_t *clip_of(const json_t *manifest, const char *kind, unsigned nth);
/* Calls `fn` for everything below the folder, what is in a folder before it. */
void each_file(const char *dir, void (*fn)(const char *path, mode_t mode));
/* From RECORDER_SEED, or from the clock; it prints which, so that a failure can come again. */
uint32_t next_random(void);
/* Does the file exist below the recording's folder? */
bool file_is_there(const struct feeder *f, const char *recording, const char *name);
int64_t file_size(const struct feeder *f, const char *recording, const char *name);

#endif
