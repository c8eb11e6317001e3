/* SPDX-License-Identifier: MIT */
/* From an offer to what the engine needs: which section is what, by which codec. */
#include "signaling/sdp.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/rand.h"

enum {
	H264_DEFAULT = 0x42000a, /* RFC 6184 8.1: Baseline, level 1 */
	OUR_UFRAG = 8,		 /* characters: 48 bits, RFC 8445 5.3 asks for 24 */
	OUR_PWD = 24,		 /* 144 bits, RFC 8445 5.3 asks for 128 */
};

/* How many sections of each use were given out already. */
struct counts {
	unsigned up_audio, up_video, slot_audio, slot_video;
};

static int refuse(char *why, const char *text)
{
	snprintf(why, SDP_WHY, "%s", text);
	return -EBADMSG;
}

/* Baseline, Main and High, in packetization-mode 1. A receiver of that takes what a sender makes by
 * mode 0 as well, but not the other way round. */
static bool is_usual_h264(const struct sdp_format *format)
{
	uint32_t profile = (format->has_level_id ? format->level_id : H264_DEFAULT) >> 16;

	return (profile == 66 || profile == 77 || profile == 100) &&
	       format->packetization_mode == 1;
}

/* The codec that an offered format is of, as far as we forward it; LECTERN_CODEC_NONE else. */
static enum lectern_codec codec_of(
	const struct sdp_section *section, const struct sdp_format *format)
{
	bool audio = section->medium == SDP_AUDIO, video = section->medium == SDP_VIDEO;

	switch (format->encoding) {
	case SDP_ENC_OPUS:
		return audio ? LECTERN_CODEC_OPUS : LECTERN_CODEC_NONE;
	case SDP_ENC_VP8:
		return video ? LECTERN_CODEC_VP8 : LECTERN_CODEC_NONE;
	case SDP_ENC_VP9: /* 8 and 10 bits of 4:2:0 */
		return video && (format->profile == 0 || format->profile == 2) ? LECTERN_CODEC_VP9
									       : LECTERN_CODEC_NONE;
	case SDP_ENC_AV1:
		return video && format->profile == 0 ? LECTERN_CODEC_AV1 : LECTERN_CODEC_NONE;
	case SDP_ENC_H264:
		return video && is_usual_h264(format) ? LECTERN_CODEC_H264 : LECTERN_CODEC_NONE;
	default:
		return LECTERN_CODEC_NONE;
	}
}

static uint32_t profile_of(const struct sdp_format *format)
{
	if (format->encoding == SDP_ENC_H264)
		return format->has_level_id ? format->level_id : H264_DEFAULT;
	return format->encoding == SDP_ENC_VP9 ? format->profile : 0;
}

/* The payload type that wraps `pt`: RTX or RED. */
static uint8_t find_wrapper(
	const struct sdp_section *section, enum sdp_encoding encoding, uint8_t pt)
{
	for (size_t i = 0; i < section->format_count; i++) {
		const struct sdp_format *format = &section->formats[i];

		if (format->encoding == encoding && format->apt == pt)
			return format->pt;
	}
	return 0;
}

static bool take_up(
	const struct sdp_section *offered, struct counts *counts, struct lectern_section *section)
{
	if (offered->direction != SDP_SENDONLY && offered->direction != SDP_SENDRECV)
		return false;
	if (offered->medium == SDP_AUDIO && counts->up_audio == 0) {
		counts->up_audio++;
		section->kind = LECTERN_MIC;
	} else if (offered->medium == SDP_VIDEO && counts->up_video < 2) {
		section->kind = counts->up_video++ == 0 ? LECTERN_CAMERA : LECTERN_SCREEN;
	} else {
		return false;
	}
	section->use = LECTERN_SECTION_UP;
	return true;
}

static bool take_slot(
	const struct sdp_section *offered, struct counts *counts, struct lectern_section *section)
{
	if (offered->direction != SDP_RECVONLY && offered->direction != SDP_SENDRECV)
		return false;
	if (offered->medium == SDP_AUDIO && counts->slot_audio < LECTERN_AUDIO_SLOTS) {
		section->kind = LECTERN_MIC;
		section->slot = counts->slot_audio++;
	} else if (offered->medium == SDP_VIDEO && counts->slot_video < LECTERN_VIDEO_SLOTS) {
		section->kind = LECTERN_CAMERA;
		section->slot = counts->slot_video++;
	} else {
		return false;
	}
	section->use = LECTERN_SECTION_SLOT;
	return true;
}

/* The id of an extension that may be used in the direction of the section, else 0. */
static uint8_t extension_id(
	const struct sdp_section *offered, enum sdp_extension which, enum lectern_section_use use)
{
	enum sdp_direction needed = use == LECTERN_SECTION_UP ? SDP_SENDONLY : SDP_RECVONLY;
	enum sdp_direction direction = offered->extensions[which].direction;

	return direction == SDP_SENDRECV || direction == needed ? offered->extensions[which].id : 0;
}

static void take_extensions(const struct sdp_section *offered, struct lectern_section *section)
{
	section->ext_mid = extension_id(offered, SDP_EXT_MID, section->use);
	section->ext_twcc = extension_id(offered, SDP_EXT_TWCC, section->use);
	section->ext_abs_send_time = extension_id(offered, SDP_EXT_ABS_SEND_TIME, section->use);
	if (offered->medium == SDP_AUDIO)
		section->ext_level = extension_id(offered, SDP_EXT_LEVEL, section->use);
	else
		section->ext_dd = extension_id(offered, SDP_EXT_DD, section->use);
	if (section->use == LECTERN_SECTION_UP) {
		section->ext_rid = extension_id(offered, SDP_EXT_RID, section->use);
		section->ext_rrid = extension_id(offered, SDP_EXT_RRID, section->use);
	}
}

/* Without the extension we could not tell the layers apart. */
static void take_rids(const struct sdp_section *offered, struct lectern_section *section)
{
	if (section->kind == LECTERN_MIC || !section->ext_rid || !section->ext_mid)
		return;
	section->rid_count = (unsigned)offered->rid_count;
	memcpy(section->rids, offered->rids, sizeof(section->rids));
}

static bool has_format(
	const struct lectern_section *section, enum lectern_codec codec, uint32_t profile)
{
	for (unsigned i = 0; i < section->format_count; i++) {
		if (section->formats[i].codec == codec && section->formats[i].profile == profile)
			return true;
	}
	return false;
}

/* One way to send is enough; to receive, whatever others may send. Returns the first. */
static const struct sdp_format *take_formats(
	const struct sdp_section *offered, struct lectern_section *section)
{
	unsigned most = section->use == LECTERN_SECTION_UP ? 1 : LECTERN_MAX_FORMATS;
	const struct sdp_format *first = NULL;

	for (size_t i = 0; i < offered->format_count && section->format_count < most; i++) {
		const struct sdp_format *format = &offered->formats[i];
		enum lectern_codec codec = codec_of(offered, format);

		if (codec == LECTERN_CODEC_NONE || has_format(section, codec, profile_of(format)))
			continue;
		section->formats[section->format_count++] = (struct lectern_format){
			.codec = codec,
			.pt = format->pt,
			.rtx_pt = format->nack ? find_wrapper(offered, SDP_ENC_RTX, format->pt) : 0,
			.red_pt = codec == LECTERN_CODEC_OPUS
					  ? find_wrapper(offered, SDP_ENC_RED, format->pt)
					  : 0,
			.profile = profile_of(format),
		};
		first = first ? first : format;
	}
	return first;
}

static bool can_forward(const struct sdp_section *offered)
{
	for (size_t i = 0; i < offered->format_count; i++) {
		if (codec_of(offered, &offered->formats[i]) != LECTERN_CODEC_NONE)
			return true;
	}
	return false;
}

static void negotiate_section(const struct sdp_offer *offer, const struct sdp_section *offered,
	struct counts *counts, struct lectern_section *section)
{
	const struct sdp_format *codec;

	memset(section, 0, sizeof(*section));
	memcpy(section->mid, offered->mid, sizeof(section->mid));
	if (offered->rejected || !can_forward(offered) || !offered->mux)
		return;
	if (!take_up(offered, counts, section) && !take_slot(offered, counts, section))
		return;
	codec = take_formats(offered, section);
	section->nack = codec->nack;
	section->pli = codec->pli;
	section->fir = codec->fir;
	section->rsize = offered->rsize;
	take_extensions(offered, section);
	/* A descriptor that brings a structure does not fit into a one-byte header. */
	if (section->use == LECTERN_SECTION_SLOT && !offer->allow_mixed)
		section->ext_dd = 0;
	section->twcc = codec->twcc && section->ext_twcc;
	if (section->use != LECTERN_SECTION_UP)
		return;
	take_rids(offered, section);
	if (section->rid_count == 0) {
		section->ssrc = offered->ssrc;
		section->rtx_ssrc = section->formats[0].rtx_pt ? offered->rtx_ssrc : 0;
	}
}

static bool ssrc_taken(
	const struct sdp_offer *offer, const struct lectern_peer_params *params, uint32_t ssrc)
{
	for (size_t i = 0; i < offer->section_count; i++) {
		if (offer->sections[i].ssrc == ssrc || offer->sections[i].rtx_ssrc == ssrc)
			return true;
	}
	for (size_t i = 0; i < params->section_count; i++) {
		if (params->sections[i].ssrc == ssrc || params->sections[i].rtx_ssrc == ssrc)
			return true;
	}
	return ssrc == 0;
}

static uint32_t new_ssrc(const struct sdp_offer *offer, const struct lectern_peer_params *params)
{
	uint32_t ssrc;

	do {
		ssrc = rand_u32();
	} while (ssrc_taken(offer, params, ssrc));
	return ssrc;
}

static bool has_rtx(const struct lectern_section *section)
{
	for (unsigned i = 0; i < section->format_count; i++) {
		if (section->formats[i].rtx_pt)
			return true;
	}
	return false;
}

static void choose_ssrcs(const struct sdp_offer *offer, struct lectern_peer_params *params)
{
	for (size_t i = 0; i < params->section_count; i++) {
		struct lectern_section *section = &params->sections[i];

		if (section->use != LECTERN_SECTION_SLOT)
			continue;
		section->ssrc = new_ssrc(offer, params);
		if (has_rtx(section))
			section->rtx_ssrc = new_ssrc(offer, params);
	}
}

static bool same_section(const struct lectern_section *a, const struct lectern_section *b)
{
	if (a->format_count != b->format_count)
		return false;
	for (unsigned i = 0; i < a->format_count; i++) {
		const struct lectern_format *of_a = &a->formats[i], *of_b = &b->formats[i];

		if (of_a->codec != of_b->codec || of_a->pt != of_b->pt ||
			of_a->rtx_pt != of_b->rtx_pt || of_a->red_pt != of_b->red_pt ||
			of_a->profile != of_b->profile)
			return false;
	}
	return a->use == b->use && a->kind == b->kind && a->slot == b->slot &&
	       strcmp(a->mid, b->mid) == 0;
}

/* Our side of a peer that stays: what was once told does not change. */
static int keep(
	const struct lectern_peer_params *previous, struct lectern_peer_params *params, char *why)
{
	bool restart = strcmp(previous->remote_ufrag, params->remote_ufrag) != 0 ||
		       strcmp(previous->remote_pwd, params->remote_pwd) != 0;

	if (previous->section_count != params->section_count)
		return refuse(why, "the sections changed: make a new peer connection");
	for (size_t i = 0; i < params->section_count; i++) {
		if (!same_section(&previous->sections[i], &params->sections[i]))
			return refuse(why, "the sections changed: make a new peer connection");
		params->sections[i].ssrc = previous->sections[i].ssrc;
		params->sections[i].rtx_ssrc = previous->sections[i].rtx_ssrc;
	}
	memcpy(params->cname, previous->cname, sizeof(params->cname));
	if (!restart) {
		memcpy(params->local_ufrag, previous->local_ufrag, sizeof(params->local_ufrag));
		memcpy(params->local_pwd, previous->local_pwd, sizeof(params->local_pwd));
	}
	return 0;
}

bool sdp_restrict(struct sdp_offer *offer, enum sdp_direction only)
{
	bool some = false;

	for (size_t i = 0; i < offer->section_count; i++) {
		enum sdp_direction *direction = &offer->sections[i].direction;

		*direction = *direction == SDP_SENDRECV || *direction == only ? only : SDP_INACTIVE;
		some |= *direction == only;
	}
	return some;
}

void sdp_new_credentials(struct lectern_peer_params *params)
{
	rand_ice_chars(params->local_ufrag, OUR_UFRAG);
	rand_ice_chars(params->local_pwd, OUR_PWD);
}

int sdp_negotiate(const struct sdp_offer *offer, const struct lectern_peer_params *previous,
	struct lectern_peer_params *params, char why[SDP_WHY])
{
	struct counts counts = {0};
	size_t used = 0;

	memcpy(params->remote_ufrag, offer->transport.ufrag, sizeof(params->remote_ufrag));
	memcpy(params->remote_pwd, offer->transport.pwd, sizeof(params->remote_pwd));
	memcpy(params->remote_fingerprint, offer->transport.fingerprint,
		sizeof(params->remote_fingerprint));
	params->section_count = offer->section_count;
	for (size_t i = 0; i < offer->section_count; i++) {
		negotiate_section(offer, &offer->sections[i], &counts, &params->sections[i]);
		used += params->sections[i].use != LECTERN_SECTION_UNUSED;
	}
	if (used == 0)
		return refuse(why, "no section has Opus, VP8, VP9, AV1 or H.264");
	sdp_new_credentials(params);
	if (previous)
		return keep(previous, params, why);
	rand_ice_chars(params->cname, 16);
	choose_ssrcs(offer, params);
	return 0;
}
