/* SPDX-License-Identifier: MIT */
#include "academy/agenda.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "academy/calendar.h"
#include "academy/ical.h"
#include "academy/series.h"
#include "academy/series_priv.h"
#include "store/id.h"
#include "store/store.h"

/* What one event needs that lives as long as it. */
struct texts {
	char uid[SERIES_UID], url[512], description[COURSE_TITLE + SESSION_TEACHER + 4];
};

/* 2020-01-01: of what was planned before changes were counted. */
#define EPOCH_MS 1577836800000LL

static struct ical_event event_of(const struct agenda *agenda, const struct session *session,
	int64_t uid, int64_t local, struct texts *texts)
{
	char id[ID_TEXT];

	snprintf(texts->url, sizeof(texts->url), "%s/%s", agenda->url, id_text(session->id, id));
	snprintf(texts->description, sizeof(texts->description), "%s%s%s", session->course_title,
		session->teacher[0] ? "\n" : "", session->teacher);
	return (struct ical_event){
		.uid = series_uid(uid, texts->uid),
		.summary = session->title,
		.location = session->venue_name[0] ? session->venue_name : NULL,
		.description = texts->description,
		.url = texts->url,
		.stamp_ms = session->updated_at > 0 ? session->updated_at : EPOCH_MS,
		.sequence = session->sequence,
		.zone = session->time_zone,
		.local = local,
		.length_min = session->length_min,
		.cancelled = agenda->cancels || session->cancelled_at > 0,
		.organizer = agenda->organizer,
		.organizer_name = agenda->organizer_name,
		.attendee = agenda->attendee,
		.attendee_name = agenda->attendee_name,
	};
}

static int series_zone(struct store *store, const struct session *session, char out[SITE_ZONE])
{
	struct rows rows =
		store_select(store, "SELECT time_zone FROM series WHERE site = $1 AND id = $2",
			V_INT(session->site), V_INT(session->series));
	int r;

	out[0] = '\0';
	if (rows_next(&rows))
		row_copy(&rows, 0, out, SITE_ZONE);
	r = rows_close(&rows);
	return r == 0 && !out[0] ? -ENOENT : r;
}

int agenda_add_session(struct store *store, struct ical *ical, const struct agenda *agenda,
	const struct session *session)
{
	int64_t uid = session->series ? session->series : session->id, local;
	char zone[SITE_ZONE];
	struct ical_event event;
	struct texts texts;
	int r = session_local(session, &local);

	if (r < 0)
		return r;
	event = event_of(agenda, session, uid, local, &texts);
	if (session->series) {
		r = series_zone(store, session, zone);
		if (r == 0 && local_parse(session->recurrence, &event.recurrence) < 0)
			r = -EBADMSG;
		event.recurrence_zone = zone;
	}
	return r < 0 ? r : ical_add(ical, &event);
}

/* It is what the rule and the first one say. */
static bool is_like(const struct session *session, const struct session *model)
{
	return !session->changed && strcmp(session->local_start, session->recurrence) == 0 &&
	       strcmp(session->title, model->title) == 0 && session->venue == model->venue &&
	       strcmp(session->time_zone, model->time_zone) == 0 &&
	       session->length_min == model->length_min &&
	       strcmp(session->teacher, model->teacher) == 0;
}

/* The first that nobody changed alone; else what there is, at the time of the rule. */
static const struct session *model_of(const struct session *sessions, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!sessions[i].changed && sessions[i].cancelled_at == 0 &&
			strcmp(sessions[i].local_start, sessions[i].recurrence) == 0)
			return &sessions[i];
	for (size_t i = 0; i < count; i++)
		if (sessions[i].cancelled_at == 0)
			return &sessions[i];
	return NULL;
}

/* Of what the rule gives, what is not among the sessions that take place. */
static int find_excluded(const struct series *series, const struct session *sessions, size_t count,
	int64_t excluded[RULE_MAX_OCCURRENCES], size_t *ret_count)
{
	int64_t locals[RULE_MAX_OCCURRENCES];
	size_t expanded = 0, n = 0;
	int r = rule_expand(series->rule, series->first, locals, &expanded);

	for (size_t i = 0; r == 0 && i < expanded; i++) {
		char text[LOCAL_TEXT];
		bool takes_place = false;

		local_text(locals[i], text);
		for (size_t j = 0; j < count && !takes_place; j++)
			takes_place = sessions[j].cancelled_at == 0 &&
				      strcmp(sessions[j].recurrence, text) == 0;
		if (!takes_place)
			excluded[n++] = locals[i];
	}
	*ret_count = n;
	return r;
}

static int add_others(struct store *store, struct ical *ical, const struct agenda *agenda,
	const struct session *sessions, size_t count, const struct session *model)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		if (sessions[i].cancelled_at == 0 && !is_like(&sessions[i], model))
			r = agenda_add_session(store, ical, agenda, &sessions[i]);
	return r;
}

int agenda_add_series(struct store *store, struct ical *ical, const struct agenda *agenda,
	const struct session *sessions, size_t count)
{
	const struct session *model = model_of(sessions, count);
	int64_t excluded[RULE_MAX_OCCURRENCES];
	struct session like;
	struct series series;
	struct ical_event event;
	struct texts texts;
	int r;

	if (!model && agenda->cancels && count > 0)
		model = &sessions[0];
	if (!model)
		return 0;
	r = series_get(store, model->site, model->series, &series);
	if (r < 0)
		return r;
	like = *model;
	r = series_zone(store, model, like.time_zone);
	like.sequence = series.sequence;
	for (size_t i = 0; i < count; i++) {
		if (sessions[i].updated_at > like.updated_at)
			like.updated_at = sessions[i].updated_at;
	}
	event = event_of(agenda, &like, model->series, series.first, &texts);
	event.rule = series.rule;
	event.excluded = excluded;
	if (r == 0 && !agenda->cancels)
		r = find_excluded(&series, sessions, count, excluded, &event.excluded_count);
	if (r == 0)
		r = ical_add(ical, &event);
	if (r == 0 && !agenda->cancels)
		r = add_others(store, ical, agenda, sessions, count, &like);
	return r;
}
