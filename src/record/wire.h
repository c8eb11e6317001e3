/* SPDX-License-Identifier: MIT */
/*
 * What lecternd and lectern-recorder say to each other over a UNIX SOCK_SEQPACKET socket.
 *
 * The recorder listens; the server connects once from the control thread and once from each media
 * worker. Every datagram is one wire_head and its body, in host byte order (both ends are on one
 * machine and of one build; WIRE_VERSION refuses another). Times are CLOCK_MONOTONIC microseconds.
 * The server's side never waits: what the socket does not take at once is dropped and counted.
 *
 * Control connection:  HELLO, OPEN, EVENT..., CLOSE, QUERY   <- SEALED, FAULT
 * Worker connection:   HELLO, TRACK, RTP..., REPORT..., END  <- KEYFRAME
 *
 * HELLO comes first; a datagram that does not fit its type closes the connection. A TRACK may come
 * before its recording's OPEN; its packets count from then on. CLOSE takes in what the workers have
 * sent before it. Events of the types start, stop, resumed, interrupted and fault are the
 * recorder's own. SEALED also comes unasked, for what was recovered at the recorder's start.
 *
 * A recording that is OPENed again goes on: new clips, the same timeline, a marked gap. When the
 * last control connection is lost the recorder seals whatever is open, waits for a while for a
 * server to come back, and ends.
 */
#ifndef RECORD_WIRE_H
#define RECORD_WIRE_H

#include <stdint.h>

#include "lectern/types.h"

enum { WIRE_VERSION = 1, WIRE_MAX = 65536 };

enum wire_type {
	WIRE_HELLO = 1,	  /* wire_hello */
	WIRE_OPEN,	  /* wire_open */
	WIRE_EVENT,	  /* wire_event */
	WIRE_CLOSE,	  /* wire_recording: seal it */
	WIRE_QUERY,	  /* wire_recording: answered by SEALED, after recovery if it must be */
	WIRE_TRACK,	  /* wire_track: a clip of a member begins */
	WIRE_RTP,	  /* wire_rtp: RTP packet as received, decrypted, RTX already undone */
	WIRE_REPORT,	  /* wire_report */
	WIRE_END,	  /* wire_end: the clip ends (muted, gone, no longer permitted) */
	WIRE_SEALED = 64, /* wire_sealed: recorder to control */
	WIRE_FAULT,	  /* wire_fault: recorder to control; bytes stopped reaching the disk */
	WIRE_KEYFRAME,	  /* wire_end: recorder to worker: that track needs a keyframe */
};

struct wire_head {
	uint16_t version, type;
	uint32_t size; /* of the whole datagram */
};

struct wire_hello {
	uint8_t control; /* 1 control connection, 0 a worker's */
};

struct wire_open {
	char recording[LECTERN_MAX_RECORDING]; /* folder below the root: "<site>/<recording>" */
	int64_t wall_ms;		       /* wall clock ... */
	uint64_t now_us;		       /* ... at this monotonic time */
};

struct wire_recording {
	char recording[LECTERN_MAX_RECORDING];
};

/* A line of the event log, without its time: a JSON object of text_len bytes. See FORMAT.md. */
struct wire_event {
	char recording[LECTERN_MAX_RECORDING];
	uint64_t at_us;
	uint32_t text_len;
	/* char text[text_len] */
};

struct wire_track {
	char recording[LECTERN_MAX_RECORDING];
	uint32_t track; /* chosen by the worker, unique on this connection */
	uint8_t kind;	/* enum lectern_kind */
	uint8_t codec;	/* enum lectern_codec */
	uint32_t clock_rate;
	char member[LECTERN_MAX_MEMBER];
	char name[LECTERN_MAX_NAME];
	char role[16];
};

struct wire_rtp {
	uint32_t track;
	uint32_t packet_len;
	uint64_t arrival_us;
	/* uint8_t packet[packet_len] */
};

/* rtp_timestamp was captured at capture_us (server's clock, the same shift for all of a member's
 * tracks). */
struct wire_report {
	uint32_t track;
	uint32_t rtp_timestamp;
	uint64_t capture_us;
};

struct wire_end {
	uint32_t track;
};

struct wire_sealed {
	char recording[LECTERN_MAX_RECORDING];
	int32_t error; /* 0, or a negative errno: nothing playable */
	int64_t started_ms, duration_ms;
	int64_t bytes;
	uint32_t clips;
};

struct wire_fault {
	char recording[LECTERN_MAX_RECORDING];
	int32_t error; /* negative errno, e.g. -ENOSPC; 0: writing again */
};

#endif
