/* SPDX-License-Identifier: MIT */
/* What member.c (transport) and member_media.c (RTP and RTCP) share. */
#ifndef BENCH_MEMBER_PRIV_H
#define BENCH_MEMBER_PRIV_H

#include <srtp2/srtp.h>
#include <stun/stunagent.h>

#include "rtp/twcc.h"
#include "srtp/session.h"
#include "tests/bench/member.h"
#include "tests/bench/publisher.h"
#include "tests/bench/stream.h"
#include "tests/client/handshake.h"

enum {
	ARRIVALS = 1024, /* transport-wide numbers between two feedbacks */
};

enum keyframe_state { KEYFRAME_NONE, KEYFRAME_BEGUN, KEYFRAME_WHOLE };

/* A received stream. */
struct member_track {
	uint32_t ssrc;
	uint8_t pt, ext_twcc;
	bool video, rtx, nack, pli;
	struct member_track *repairs; /* of an RTX stream */
	enum keyframe_state keyframe;
	uint16_t keyframe_next; /* the sequence number that its next packet has */
	uint64_t pli_us, repaired_seen;
	uint32_t lsr;	 /* middle of the last sender report's NTP time */
	uint64_t lsr_us; /* when it came */
	uint64_t reported_expected, reported_received;
	struct stream stream;
};

struct member_arrivals {
	bool begun;
	uint16_t base; /* the first that was not told */
	unsigned count;
	uint8_t feedback_count;
	uint32_t media_ssrc;
	int64_t us[ARRIVALS]; /* from base */
};

struct member {
	struct member_config config;
	struct sockaddr_in server;
	struct sdp remote;
	char ufrag[9], pwd[25], username[600], expected_username[600];
	StunAgent stun;
	StunTransactionId check_id;
	bool check_open, connecting, controlling, selected, over, checks_held;
	uint64_t next_check_us, tie;
	unsigned checks_answered, beats;
	struct handshake *handshake;
	/* What is sent goes through the engine's fast cipher, so that the load stays cheap; what
	 * comes is judged by libsrtp. */
	srtp_t in;
	struct srtp_session *out;
	uint32_t ssrc; /* of its reports */

	struct publisher *publisher;
	struct publisher_config publishes;

	unsigned expected_audio, expected_video;
	unsigned track_count, last_track;
	struct member_track *tracks[MEMBER_TRACKS];
	bool gaps; /* something is missing, or a keyframe is */
	struct member_arrivals arrivals;
	struct member_counts counts; /* but what the streams count */
	struct member_times times;
};

/* member.c */
void member_protect_and_send(struct member *member, uint8_t *packet, size_t len);
void member_send_rtcp(struct member *member, const struct writer *w);

/* member_media.c */
void member_take_rtp(struct member *member, const struct wire_datagram *datagram, uint64_t now_us);
void member_take_rtcp(struct member *member, const struct wire_datagram *datagram, uint64_t now_us);
/* member_reports.c */
void member_send_feedback(struct member *member, uint64_t now_us);
void member_send_reports(struct member *member, uint64_t now_us);
void member_send_requests(struct member *member, uint64_t now_us);

#endif
