/* SPDX-License-Identifier: MIT */
/*
 * Words and limits that the control side and the media engine share.
 *
 * Ids are handles with a generation: they cross threads and processes, pointers never do. An id is
 * never used again for another object, so a late command or event about a dead object is harmless.
 * Everything that a remote can make us hold has a limit here.
 */
#ifndef LECTERN_TYPES_H
#define LECTERN_TYPES_H

#include <stdint.h>

/* 0 is no object. High 32 bits: generation; low 32 bits: index in the engine's table. */
typedef uint64_t lectern_id;

/* What a member can send. A member has at most one track of each kind. */
enum lectern_kind {
	LECTERN_MIC = 0,
	LECTERN_CAMERA = 1,
	LECTERN_SCREEN = 2,
};

enum {
	LECTERN_KINDS = 3,
	LECTERN_AUDIO_SLOTS = 4, /* receiving audio sections; slot 0 is the instructor's */
	LECTERN_VIDEO_SLOTS =
		9, /* receiving video sections; 0 the screen, 1 the instructor's camera */
	LECTERN_MAX_SECTIONS = 24, /* m-lines of an offer */
	LECTERN_MAX_RIDS = 3,	   /* simulcast layers of a track */
	LECTERN_MAX_FORMATS = 8,   /* of a section: codecs and their profiles */
	LECTERN_MAX_CANDIDATES = 8,
	LECTERN_MAX_PEERS = 4096, /* per engine */
	LECTERN_MAX_ROOM_PEERS = 1024,
	LECTERN_MAX_PACKET = 1500, /* bytes of a datagram */
	LECTERN_MAX_UFRAG = 256,   /* RFC 8839 5.4: ice-ufrag is 4 to 256 characters */
	LECTERN_MAX_PWD = 256,	   /* RFC 8839 5.4: ice-pwd is 22 to 256 characters */
	LECTERN_MAX_MID = 16,
	LECTERN_MAX_RID = 16,
	LECTERN_MAX_MEMBER = 32, /* a member's id in the protocol, with its NUL */
	LECTERN_MAX_NAME = 128,	 /* a person's name in UTF-8, with its NUL */
	LECTERN_MAX_RECORDING =
		96, /* a recording's folder below the recorder's root, with its NUL */
};

#define LECTERN_KIND_BIT(kind) (1u << (kind))

#endif
