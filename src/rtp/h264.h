/* SPDX-License-Identifier: MIT */
/*
 * H.264 RTP payload (RFC 6184): single NAL units, STAP-A and FU-A, as packetization-mode 1 has them;
 * where a picture begins that can be decoded by itself, and its size (ITU-T H.264 7.3.2.1).
 *
 * Such a picture begins with its sequence parameter set. A sender that never sends one (it told it
 * in SDP) begins with the IDR picture.
 */
#ifndef RTP_H264_H
#define RTP_H264_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct h264 {
	bool has_sps;
	bool idr;		/* an IDR picture, or a part of it, begins here */
	uint16_t width, height; /* of the SPS, 0: not told */
};

/* -EBADMSG. */
int h264_parse(const uint8_t *payload, size_t len, struct h264 *ret_h264);

/*
 * Whether a decoder of `profile` (a profile-level-id, RFC 6184 8.1) decodes streams of `other`. The
 * level is not compared: it bounds what a sender was told, and senders here may be told lower.
 */
bool h264_profile_holds(uint32_t profile, uint32_t other);

/* What must be known of a stream to mark its packets. */
struct h264_stream {
	bool has_sps; /* at all */
};

struct codec_stream;
struct pkt;

/* struct codec */
int h264_mark(struct codec_stream *stream, struct pkt *pkt);

#endif
