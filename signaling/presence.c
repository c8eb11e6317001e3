/* SPDX-License-Identifier: MIT */
#include "signaling/presence.h"

/* Another peer counts anew. */
static void count_anew(struct presence *presence)
{
	presence->audio_sent = presence->audio_acked = 0;
	presence->sent_total_ms = presence->heard_total_ms = 0;
}

static void count_audio(
	struct presence *presence, const struct presence_link *link, int64_t step_ms)
{
	int64_t heard_ms;

	if (link->audio_sent < presence->audio_sent || link->audio_acked < presence->audio_acked)
		count_anew(presence);
	if (link->audio_sent > presence->audio_sent) {
		presence->sent_ms += step_ms;
		presence->sent_total_ms += step_ms;
	}
	presence->audio_sent = link->audio_sent;
	presence->audio_acked = link->audio_acked;
	if (link->audio_sent == 0)
		return;
	heard_ms = (int64_t)((double)presence->sent_total_ms * (double)link->audio_acked /
			     (double)link->audio_sent);
	if (heard_ms > presence->sent_total_ms)
		heard_ms = presence->sent_total_ms;
	if (heard_ms <= presence->heard_total_ms)
		return;
	presence->heard_ms += heard_ms - presence->heard_total_ms;
	presence->heard_total_ms = heard_ms;
}

void presence_on_link(struct presence *presence, const struct presence_link *link, int64_t now_ms)
{
	int64_t step_ms;

	if (presence->from_ms == 0) {
		presence->from_ms = presence->to_ms = now_ms - PRESENCE_STEP_MS;
		presence->worst = link->quality;
	}
	step_ms = now_ms - presence->to_ms;
	if (step_ms < 0)
		return; /* the wall clock was set back: the stretch goes on when it is past */
	presence->to_ms = now_ms;
	if (link->quality > presence->worst)
		presence->worst = link->quality;
	if (link->rtt_ms > presence->rtt_ms)
		presence->rtt_ms = link->rtt_ms;
	if (link->loss_permille > presence->loss_permille)
		presence->loss_permille = link->loss_permille;
	count_audio(presence, link, step_ms);
}

bool presence_cut(
	struct presence *presence, int64_t now_ms, bool leaving, struct attendance_row *row)
{
	int64_t length_ms = presence->to_ms - presence->from_ms;
	bool silent = now_ms - presence->to_ms > PRESENCE_SILENT_MS;

	if (presence->from_ms == 0 || (!leaving && !silent && length_ms < PRESENCE_STRETCH_MS))
		return false;
	*row = (struct attendance_row){
		.kind = ATTENDANCE_PRESENT,
		.at = now_ms,
		.from_ms = presence->from_ms,
		.to_ms = presence->to_ms,
		.sent_ms = presence->sent_ms < length_ms ? presence->sent_ms : length_ms,
		.heard_ms = presence->heard_ms < length_ms ? presence->heard_ms : length_ms,
		.link = presence->worst,
		.rtt_ms = presence->rtt_ms,
		.loss_permille = presence->loss_permille,
	};
	/* A link that lives goes on in the next stretch without a gap. */
	presence->from_ms = leaving || silent ? 0 : presence->to_ms;
	presence->sent_ms = presence->heard_ms = 0;
	presence->worst = ATTENDANCE_LINK_NONE;
	presence->rtt_ms = presence->loss_permille = 0;
	return true;
}
