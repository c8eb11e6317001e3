/* SPDX-License-Identifier: MIT */
#include "engine/check.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

enum {
	MAX_EXTENSION_ID = 14, /* RFC 8285 4.2: one-byte headers */
	MAX_PAYLOAD_TYPE = 127,
	FINGERPRINT_LEN = 32 * 3 - 1,
};

static bool is_text(const char *text, size_t least, size_t room)
{
	size_t len = strnlen(text, room);

	return len >= least && len < room;
}

int check_credentials(const char *ufrag, const char *pwd)
{
	return is_text(ufrag, 4, LECTERN_MAX_UFRAG + 1) && is_text(pwd, 22, LECTERN_MAX_PWD + 1)
		       ? 0
		       : -EINVAL;
}

static bool is_fingerprint(const char *text)
{
	if (strnlen(text, FINGERPRINT_LEN + 1) != FINGERPRINT_LEN)
		return false;
	for (size_t i = 0; i < FINGERPRINT_LEN; i++) {
		if (i % 3 == 2 ? text[i] != ':' : !isxdigit((unsigned char)text[i]))
			return false;
	}
	return true;
}

static bool extensions_fit(const struct lectern_section *section)
{
	const uint8_t ids[] = {section->ext_mid, section->ext_rid, section->ext_rrid,
		section->ext_twcc, section->ext_level, section->ext_abs_send_time, section->ext_dd};

	for (size_t i = 0; i < sizeof(ids); i++) {
		if (ids[i] > MAX_EXTENSION_ID)
			return false;
		for (size_t j = 0; j < i; j++) {
			if (ids[i] && ids[i] == ids[j])
				return false;
		}
	}
	return true;
}

static bool format_fits(const struct lectern_format *format, bool audio)
{
	return format->codec > LECTERN_CODEC_NONE && format->codec <= LECTERN_CODEC_H264 &&
	       audio == (format->codec == LECTERN_CODEC_OPUS) && format->pt <= MAX_PAYLOAD_TYPE &&
	       format->rtx_pt <= MAX_PAYLOAD_TYPE && format->red_pt <= MAX_PAYLOAD_TYPE;
}

static bool formats_fit(const struct lectern_section *section)
{
	if (section->format_count < 1 || section->format_count > LECTERN_MAX_FORMATS ||
		(section->use == LECTERN_SECTION_UP && section->format_count > 1))
		return false;
	for (unsigned i = 0; i < section->format_count; i++) {
		if (!format_fits(&section->formats[i], section->kind == LECTERN_MIC))
			return false;
	}
	return true;
}

static bool has_rtx(const struct lectern_section *section)
{
	for (unsigned i = 0; i < section->format_count; i++) {
		if (section->formats[i].rtx_pt)
			return true;
	}
	return false;
}

static bool section_fits(const struct lectern_section *section)
{
	if (section->use == LECTERN_SECTION_UNUSED)
		return true;
	if ((unsigned)section->kind >= LECTERN_KINDS || !formats_fit(section) ||
		!extensions_fit(section) || !is_text(section->mid, 0, LECTERN_MAX_MID))
		return false;
	if (section->use == LECTERN_SECTION_UP) {
		for (unsigned i = 0; i < section->rid_count && i < LECTERN_MAX_RIDS; i++) {
			if (!is_text(section->rids[i], 1, LECTERN_MAX_RID))
				return false;
		}
		return section->rid_count <= LECTERN_MAX_RIDS;
	}
	return section->use == LECTERN_SECTION_SLOT && section->ssrc != 0 &&
	       section->ssrc != section->rtx_ssrc && (!has_rtx(section) || section->rtx_ssrc) &&
	       section->slot < (unsigned)(section->kind == LECTERN_MIC ? LECTERN_AUDIO_SLOTS
								       : LECTERN_VIDEO_SLOTS);
}

static bool same_place(const struct lectern_section *a, const struct lectern_section *b)
{
	if (a->use != b->use)
		return false;
	if (a->use == LECTERN_SECTION_UP)
		return a->kind == b->kind;
	return a->use == LECTERN_SECTION_SLOT && a->slot == b->slot &&
	       (a->kind == LECTERN_MIC) == (b->kind == LECTERN_MIC);
}

/* Two of our streams under one SSRC would use one key stream twice (RFC 3711 9.1). */
static bool share_an_ssrc(const struct lectern_section *a, const struct lectern_section *b)
{
	if (a->use != LECTERN_SECTION_SLOT || b->use != LECTERN_SECTION_SLOT)
		return false;
	return a->ssrc == b->ssrc || a->ssrc == b->rtx_ssrc ||
	       (a->rtx_ssrc && (a->rtx_ssrc == b->ssrc || a->rtx_ssrc == b->rtx_ssrc));
}

int check_peer_params(const struct lectern_peer_params *params)
{
	const struct lectern_section *sections = params->sections;

	if (params->section_count > LECTERN_MAX_SECTIONS ||
		check_credentials(params->local_ufrag, params->local_pwd) ||
		check_credentials(params->remote_ufrag, params->remote_pwd) ||
		!is_fingerprint(params->remote_fingerprint) ||
		!is_text(params->cname, 1, sizeof(params->cname)) ||
		!is_text(params->member, 1, sizeof(params->member)) ||
		!is_text(params->name, 0, sizeof(params->name)) ||
		!is_text(params->role, 0, sizeof(params->role)))
		return -EINVAL;
	for (size_t i = 0; i < params->section_count; i++) {
		if (!section_fits(&sections[i]))
			return -EINVAL;
		for (size_t j = 0; j < i; j++) {
			if (same_place(&sections[i], &sections[j]) ||
				share_an_ssrc(&sections[i], &sections[j]))
				return -EINVAL;
		}
	}
	return 0;
}
