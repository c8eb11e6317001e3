/* SPDX-License-Identifier: MIT */
#include "tests/client/params.h"

#include <stdio.h>

uint32_t params_up_ssrc(unsigned client, enum lectern_kind kind)
{
	return 0x10000000 + client * 0x100 + (uint32_t)kind;
}

uint32_t params_slot_ssrc(unsigned client, bool video, unsigned slot)
{
	return 0x20000000 + client * 0x100 + (video ? 0x40 : 0) + slot;
}

uint32_t params_slot_rtx_ssrc(unsigned client, unsigned slot)
{
	return params_slot_ssrc(client, true, slot) + 0x20;
}

static struct lectern_section *add_section(
	struct lectern_peer_params *params, enum lectern_section_use use, enum lectern_kind kind)
{
	struct lectern_section *section = &params->sections[params->section_count];
	bool video = kind != LECTERN_MIC;

	*section = (struct lectern_section){
		.use = use,
		.kind = kind,
		.format_count = 1,
		.formats = {{.codec = video ? LECTERN_CODEC_VP8 : LECTERN_CODEC_OPUS,
			.pt = video ? PARAMS_VP8 : PARAMS_OPUS,
			.rtx_pt = video ? PARAMS_VP8_RTX : 0}},
		.ext_mid = PARAMS_EXT_MID,
		.ext_twcc = PARAMS_EXT_TWCC,
		.ext_level = video ? 0 : PARAMS_EXT_LEVEL,
		.nack = video,
		.pli = video,
		.twcc = true,
	};
	snprintf(section->mid, sizeof(section->mid), "%zu", params->section_count);
	params->section_count++;
	return section;
}

void params_init(struct lectern_peer_params *params, const struct client *client, unsigned number,
	lectern_id room)
{
	*params = (struct lectern_peer_params){.room = room};
	snprintf(params->member, sizeof(params->member), "m%u", number);
	snprintf(params->name, sizeof(params->name), "Member %u", number);
	snprintf(params->role, sizeof(params->role), "%s", number ? "trainee" : "instructor");
	snprintf(params->cname, sizeof(params->cname), "cname-%u", number);
	snprintf(params->local_ufrag, sizeof(params->local_ufrag), "srv%05u", number);
	snprintf(params->local_pwd, sizeof(params->local_pwd), "server-password-%08u", number);
	snprintf(params->remote_ufrag, sizeof(params->remote_ufrag), "%s", client_ufrag(client));
	snprintf(params->remote_pwd, sizeof(params->remote_pwd), "%s", client_pwd(client));
	snprintf(params->remote_fingerprint, sizeof(params->remote_fingerprint), "%s",
		client_fingerprint(client));
	for (int kind = LECTERN_MIC; kind < LECTERN_KINDS; kind++)
		add_section(params, LECTERN_SECTION_UP, (enum lectern_kind)kind)->ssrc =
			params_up_ssrc(number, (enum lectern_kind)kind);
	for (unsigned slot = 0; slot < LECTERN_AUDIO_SLOTS; slot++) {
		struct lectern_section *section =
			add_section(params, LECTERN_SECTION_SLOT, LECTERN_MIC);

		section->slot = slot;
		section->ssrc = params_slot_ssrc(number, false, slot);
	}
	for (unsigned slot = 0; slot < LECTERN_VIDEO_SLOTS; slot++) {
		struct lectern_section *section =
			add_section(params, LECTERN_SECTION_SLOT, LECTERN_CAMERA);

		section->slot = slot;
		section->ssrc = params_slot_ssrc(number, true, slot);
		section->rtx_ssrc = params_slot_rtx_ssrc(number, slot);
	}
}
