/* SPDX-License-Identifier: MIT */
/*
 * The only door from control to media.
 *
 * The control thread gives commands; the engine answers by events. Both are plain data, both are
 * asynchronous: no call waits for a media worker, and a command about an object that is gone is
 * dropped without harm. Later a media engine on another machine can stand behind the same calls.
 *
 * Threads: every function is called on the control thread only, except lectern_engine_config.wake,
 * which workers call. Parameters are borrowed until the call returns. Results are 0 or a negative
 * errno; ret_ parameters are untouched on failure.
 *
 * Each peer is placed on the worker that is the least loaded when it comes, so a room may be on
 * several. A peer is a member's transport: one ICE-lite/DTLS/SRTP association with the sections of one offer (RFC 8829, BUNDLE).
 * What a peer sends is forwarded and recorded only as far as lectern_engine_peer_permit() says.
 */
#ifndef LECTERN_ENGINE_H
#define LECTERN_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lectern/types.h"

struct lectern_engine;

struct lectern_engine_config {
	unsigned workers;	     /* 0: one per core */
	const char *bind_address;    /* "::" is IPv4 too; NULL or "": that, or "0.0.0.0" without
				      * IPv6 */
	uint16_t port;		     /* worker i takes port + i; 0: any free port */
	const char *const *announce; /* addresses for candidates; none: those of the interfaces,
					* and loopback if there is no other */
	size_t announce_count;
	bool announce_loopback;	     /* with no announce list: 127.0.0.1 and ::1 too */
	const char *recorder_socket; /* path of lectern-recorder's socket; NULL: no recording */
	void (*wake)(void *arg);     /* called on a worker when events wait: must only signal */
	void *wake_arg;
};

/* What an answer says of the server's end: of the worker that a peer was placed on. */
struct lectern_endpoint {
	size_t candidate_count;
	struct {
		char address[64];
		uint16_t port;
	} candidates[LECTERN_MAX_CANDIDATES];
	char fingerprint[96]; /* SHA-256 of our certificate, "AB:CD:..." (RFC 8122 5) */
};

enum lectern_codec {
	LECTERN_CODEC_NONE = 0,
	LECTERN_CODEC_OPUS,
	LECTERN_CODEC_VP8,
	LECTERN_CODEC_VP9,
	LECTERN_CODEC_AV1,
	LECTERN_CODEC_H264,
};

/* One way in which a section's media may come or go. */
struct lectern_format {
	enum lectern_codec codec;
	uint8_t pt;
	uint8_t rtx_pt;	  /* 0: no RTX (RFC 4588) */
	uint8_t red_pt;	  /* audio: RED whose blocks are of `pt` (RFC 2198); 0: none */
	uint32_t profile; /* H.264: profile-level-id (RFC 6184 8.1); VP9: profile-id (RFC 9628 6) */
};

enum lectern_section_use {
	LECTERN_SECTION_UNUSED = 0, /* rejected or inactive */
	LECTERN_SECTION_UP,	    /* the member sends here */
	LECTERN_SECTION_SLOT,	    /* we send here */
};

/* One m-line after negotiation. Header extension ids: 0 is not negotiated (RFC 8285). */
struct lectern_section {
	enum lectern_section_use use;
	enum lectern_kind kind; /* up: what it carries; slot: LECTERN_MIC is audio, else video */
	unsigned slot;		/* slot: its index among the slots of its medium, from 0 */
	char mid[LECTERN_MAX_MID];
	/* up: one; slot: all that the member can decode, in its order; one of a codec and profile */
	unsigned format_count;
	struct lectern_format formats[LECTERN_MAX_FORMATS];
	uint32_t ssrc; /* up: from the offer, 0 where only rids tell; slot: ours */
	uint32_t rtx_ssrc;
	unsigned rid_count; /* up: simulcast layers, lowest first (RFC 8853) */
	char rids[LECTERN_MAX_RIDS][LECTERN_MAX_RID];
	uint8_t ext_mid, ext_rid, ext_rrid, ext_twcc, ext_level, ext_abs_send_time;
	uint8_t ext_dd;		   /* AV1 dependency descriptor */
	bool nack, pli, fir, twcc; /* negotiated rtcp-fb */
	bool rsize;		   /* RFC 5506: RTCP of reduced size */
};

struct lectern_peer_params {
	lectern_id room;
	char member[LECTERN_MAX_MEMBER]; /* id in the protocol; goes to the recorder */
	char name[LECTERN_MAX_NAME];
	char role[16];
	char local_ufrag[LECTERN_MAX_UFRAG + 1], local_pwd[LECTERN_MAX_PWD + 1];
	char remote_ufrag[LECTERN_MAX_UFRAG + 1], remote_pwd[LECTERN_MAX_PWD + 1];
	char remote_fingerprint[96]; /* SHA-256, upper case, with colons */
	char cname[32];		     /* RTCP SDES CNAME of what we send (RFC 7022) */
	size_t section_count;
	struct lectern_section sections[LECTERN_MAX_SECTIONS];
};

int lectern_engine_create(
	const struct lectern_engine_config *config, struct lectern_engine **ret_engine);
/* Ends the workers; every peer gets a DTLS close_notify. Accepts NULL. */
void lectern_engine_destroy(struct lectern_engine *engine);

int lectern_engine_room_open(struct lectern_engine *engine, lectern_id *ret_room);
/* Closes its peers too. */
void lectern_engine_room_close(struct lectern_engine *engine, lectern_id room);
/* -ENOENT: no such room; -ENOSPC: LECTERN_MAX_PEERS reached; -EINVAL: impossible sections. */
int lectern_engine_peer_add(struct lectern_engine *engine, const struct lectern_peer_params *params,
	lectern_id *ret_peer);
void lectern_engine_peer_remove(struct lectern_engine *engine, lectern_id peer);
/* Where the peer is to be reached. Valid until the engine is destroyed; NULL if the peer is gone. */
const struct lectern_endpoint *lectern_engine_peer_endpoint(
	struct lectern_engine *engine, lectern_id peer);
/* ICE restart (RFC 8839 4.4.1.1): new credentials for the same DTLS association. */
int lectern_engine_peer_restart(struct lectern_engine *engine, lectern_id peer,
	const char *local_ufrag, const char *local_pwd, const char *remote_ufrag,
	const char *remote_pwd);

/* kinds: LECTERN_KIND_BIT()s of what may be forwarded and recorded of this peer. Starts at 0. */
void lectern_engine_peer_permit(struct lectern_engine *engine, lectern_id peer, unsigned kinds);
/* Audio slot 0 of everybody else in the room is this peer's microphone. 0: nobody's. */
void lectern_engine_room_reserve(struct lectern_engine *engine, lectern_id room, lectern_id peer);
/* Video slot of `peer` shows `kind` of `source`; source 0: empty. Switches at a keyframe. */
void lectern_engine_slot_show(struct lectern_engine *engine, lectern_id peer, unsigned slot,
	lectern_id source, enum lectern_kind kind);
/* The largest height that is of use in a video slot, in pixels; 0 pauses it. Starts unlimited. */
void lectern_engine_slot_limit(
	struct lectern_engine *engine, lectern_id peer, unsigned slot, unsigned height);
/* Records every permitted track of the room into `recording`; NULL stops. */
void lectern_engine_room_record(
	struct lectern_engine *engine, lectern_id room, const char *recording);

enum lectern_event_type {
	LECTERN_EVENT_PEER = 1, /* a peer's state changed */
	LECTERN_EVENT_TRACK, /* media of a permitted or unpermitted track began or ceased to arrive
			      */
	LECTERN_EVENT_HEARD, /* which peers are in the audio slots, and who speaks, changed */
	LECTERN_EVENT_LINK,  /* every 2 s for each connected peer */
	LECTERN_EVENT_TAP,   /* the recorder's socket was lost or came back */
};

enum lectern_peer_state {
	LECTERN_PEER_NEW = 0,
	LECTERN_PEER_CONNECTED, /* DTLS done, fingerprint checked */
	LECTERN_PEER_SILENT,	/* nothing authentic for 5 s, neither check nor SRTP; comes back by
				   itself */
	LECTERN_PEER_FAILED, /* DTLS failed, or consent lost for 30 s (RFC 7675): needs a new offer
			      */
};

struct lectern_event {
	enum lectern_event_type type;
	lectern_id room;
	lectern_id peer;
	union {
		struct {
			enum lectern_peer_state state;
		} peer_state;
		struct {
			enum lectern_kind kind;
			bool flowing; /* a packet within the last 2 s */
		} track;
		struct {
			unsigned count;
			lectern_id peers[LECTERN_AUDIO_SLOTS];
			lectern_id speaker; /* the loudest now, 0: silence */
		} heard;
		struct {
			uint32_t rtt_us;
			uint32_t up_bps, down_bps;
			uint16_t up_loss, down_loss; /* parts per thousand, before repair */
			/* Of audio, since the peer was made: packets sent to it, and those of
			 * which its receiver reports say that they arrived. */
			uint64_t audio_sent, audio_acked;
		} link;
		struct {
			bool connected;
			uint64_t dropped; /* packets that the recorder did not take, since start */
		} tap;
	} u;
};

/* Hands every waiting event to `on_event`, in order for each peer. Call it after wake. */
void lectern_engine_poll(struct lectern_engine *engine,
	void (*on_event)(const struct lectern_event *event, void *arg), void *arg);

#endif
