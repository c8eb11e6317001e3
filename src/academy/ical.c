/* SPDX-License-Identifier: MIT */
#include "academy/ical.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "academy/calendar.h"
#include "academy/calendar_priv.h"

enum { ICAL_MAX_ZONES = 32 };

struct used_zone {
	struct zone *zone;
	int64_t from, to; /* local times of the events in it */
};

struct ical {
	icalcomponent *calendar;
	struct used_zone zones[ICAL_MAX_ZONES];
	size_t zone_count;
	bool failed; /* out of memory */
};

/* Takes `property`. */
static void put(struct ical *ical, icalcomponent *component, icalproperty *property)
{
	if (property)
		icalcomponent_add_property(component, property);
	else
		ical->failed = true;
}

static void put_x(struct ical *ical, icalcomponent *component, const char *name, const char *value)
{
	icalproperty *property = icalproperty_new_x(value);

	if (property)
		icalproperty_set_x_name(property, name);
	put(ical, component, property);
}

int ical_create(const char *method, const char *name, struct ical **ret_ical)
{
	struct ical *ical = calloc(1, sizeof(*ical));

	if (!ical)
		return -ENOMEM;
	ical->calendar = icalcomponent_new(ICAL_VCALENDAR_COMPONENT);
	if (!ical->calendar) {
		free(ical);
		return -ENOMEM;
	}
	put(ical, ical->calendar, icalproperty_new_version("2.0"));
	put(ical, ical->calendar, icalproperty_new_prodid("-//Lectern//Lectern//EN"));
	put(ical, ical->calendar, icalproperty_new_calscale("GREGORIAN"));
	put(ical, ical->calendar, icalproperty_new_method(icalproperty_string_to_method(method)));
	if (name) {
		put_x(ical, ical->calendar, "X-WR-CALNAME", name);
		put_x(ical, ical->calendar, "X-PUBLISHED-TTL", "PT15M");
	}
	*ret_ical = ical;
	return 0;
}

void ical_destroy(struct ical *ical)
{
	if (!ical)
		return;
	for (size_t i = 0; i < ical->zone_count; i++)
		zone_close(ical->zones[i].zone);
	icalcomponent_free(ical->calendar);
	free(ical);
}

/* Opened once for the whole text. */
static int use_zone(
	struct ical *ical, const char *name, int64_t from, int64_t to, struct zone **ret_zone)
{
	struct used_zone *used = ical->zones;
	int r;

	while (used < ical->zones + ical->zone_count && strcmp(zone_name(used->zone), name) != 0)
		used++;
	if (used == ical->zones + ical->zone_count) {
		if (ical->zone_count == ICAL_MAX_ZONES)
			return -EINVAL;
		r = zone_open(name, &used->zone);
		if (r < 0)
			return r;
		used->from = from;
		used->to = to;
		ical->zone_count++;
	}
	used->from = from < used->from ? from : used->from;
	used->to = to > used->to ? to : used->to;
	*ret_zone = used->zone;
	return 0;
}

static void put_zone(icalproperty *property, const struct zone *zone)
{
	if (property)
		icalproperty_add_parameter(property, icalparameter_new_tzid(zone_name(zone)));
}

static void put_times(struct ical *ical, icalcomponent *component, struct zone *zone,
	const struct ical_event *event)
{
	int64_t end_ms = zone_instant(zone, event->local) + event->length_min * 60000LL;
	icalproperty *start = icalproperty_new_dtstart(local_icaltime(event->local));
	icalproperty *end = icalproperty_new_dtend(local_icaltime(zone_local(zone, end_ms)));

	put_zone(start, zone);
	put(ical, component, start);
	put_zone(end, zone);
	put(ical, component, end);
}

static int put_rule(struct ical *ical, icalcomponent *component, struct zone *zone,
	const struct ical_event *event)
{
	struct icalrecurrencetype recur;
	int r = rule_icalrecur(event->rule, zone, &recur);

	if (r < 0)
		return r;
	put(ical, component, icalproperty_new_rrule(recur));
	for (size_t i = 0; i < event->excluded_count; i++) {
		icalproperty *property =
			icalproperty_new_exdate(local_icaltime(event->excluded[i]));

		put_zone(property, zone);
		put(ical, component, property);
	}
	return 0;
}

static int put_recurrence(
	struct ical *ical, icalcomponent *component, const struct ical_event *event)
{
	icalproperty *property = icalproperty_new_recurrenceid(local_icaltime(event->recurrence));
	struct zone *zone;
	int r = use_zone(ical, event->recurrence_zone, event->recurrence, event->recurrence, &zone);

	if (r < 0) {
		icalproperty_free(property);
		return r;
	}
	put_zone(property, zone);
	put(ical, component, property);
	return 0;
}

/* A name in quotes may hold no quote (RFC 5545 3.2). */
static void put_name(icalproperty *property, const char *name)
{
	char plain[256];
	size_t len = 0;

	for (; *name && len < sizeof(plain) - 1; name++)
		if (*name != '"' && (unsigned char)*name >= ' ')
			plain[len++] = *name;
	/* Not within a character of UTF-8. */
	while (*name && len > 0 && ((unsigned char)*name & 0xc0) == 0x80) {
		name--;
		len--;
	}
	plain[len] = '\0';
	icalproperty_add_parameter(property, icalparameter_new_cn(plain));
}

static icalproperty *organizer_of(const struct ical_event *event)
{
	char address[320];
	icalproperty *property;

	snprintf(address, sizeof(address), "mailto:%s", event->organizer);
	property = icalproperty_new_organizer(address);
	if (property)
		put_name(property, event->organizer_name);
	return property;
}

static icalproperty *attendee_of(const struct ical_event *event)
{
	char address[320];
	icalproperty *property;

	snprintf(address, sizeof(address), "mailto:%s", event->attendee);
	property = icalproperty_new_attendee(address);
	if (!property)
		return NULL;
	put_name(property, event->attendee_name);
	icalproperty_add_parameter(property, icalparameter_new_cutype(ICAL_CUTYPE_INDIVIDUAL));
	icalproperty_add_parameter(property, icalparameter_new_role(ICAL_ROLE_REQPARTICIPANT));
	icalproperty_add_parameter(property, icalparameter_new_partstat(ICAL_PARTSTAT_NEEDSACTION));
	/* Nobody reads answers: attendance is what the server saw. */
	icalproperty_add_parameter(property, icalparameter_new_rsvp(ICAL_RSVP_FALSE));
	return property;
}

static void put_texts(struct ical *ical, icalcomponent *component, const struct ical_event *event)
{
	put(ical, component, icalproperty_new_uid(event->uid));
	put(ical, component, icalproperty_new_dtstamp(instant_icaltime(event->stamp_ms)));
	put(ical, component, icalproperty_new_lastmodified(instant_icaltime(event->stamp_ms)));
	put(ical, component, icalproperty_new_sequence((int)event->sequence));
	put(ical, component, icalproperty_new_summary(event->summary));
	if (event->location)
		put(ical, component, icalproperty_new_location(event->location));
	if (event->description)
		put(ical, component, icalproperty_new_description(event->description));
	if (event->url)
		put(ical, component, icalproperty_new_url(event->url));
	put(ical, component,
		icalproperty_new_status(
			event->cancelled ? ICAL_STATUS_CANCELLED : ICAL_STATUS_CONFIRMED));
	put(ical, component, icalproperty_new_transp(ICAL_TRANSP_OPAQUE));
	if (event->organizer)
		put(ical, component, organizer_of(event));
	if (event->attendee)
		put(ical, component, attendee_of(event));
}

int ical_add(struct ical *ical, const struct ical_event *event)
{
	icalcomponent *component = icalcomponent_new(ICAL_VEVENT_COMPONENT);
	int64_t last = event->local + event->length_min;
	struct zone *zone;
	int r;

	if (!component)
		return -ENOMEM;
	if (event->rule)
		last += RULE_MAX_YEARS * 366LL * DAY_MIN;
	r = use_zone(ical, event->zone, event->local, last, &zone);
	if (r == 0) {
		put_texts(ical, component, event);
		put_times(ical, component, zone, event);
		if (event->rule)
			r = put_rule(ical, component, zone, event);
	}
	if (r == 0 && event->recurrence_zone)
		r = put_recurrence(ical, component, event);
	if (r < 0) {
		icalcomponent_free(component);
		return r;
	}
	icalcomponent_add_component(ical->calendar, component);
	return ical->failed ? -ENOMEM : 0;
}

/*
 * A rule whose last day lies beyond what is told goes on for ever: an end only confuses programs
 * that look for the two rules of a zone.
 */
static void open_ends(icalcomponent *zone, int64_t to)
{
	struct icaltimetype known = local_icaltime(to - 360 * DAY_MIN);
	icalcomponent *half;

	for (half = icalcomponent_get_first_component(zone, ICAL_ANY_COMPONENT); half;
		half = icalcomponent_get_next_component(zone, ICAL_ANY_COMPONENT)) {
		icalproperty *property =
			icalcomponent_get_first_property(half, ICAL_RRULE_PROPERTY);
		struct icalrecurrencetype recur;

		if (!property)
			continue;
		recur = icalproperty_get_rrule(property);
		if (icaltime_is_null_time(recur.until) || icaltime_compare(recur.until, known) < 0)
			continue;
		recur.until = icaltime_null_time();
		icalproperty_set_rrule(property, recur);
	}
}

/* From two days before the first event, since that may be meant in any zone, to the last. */
static int add_zone(struct ical *ical, const struct used_zone *used)
{
	icalcomponent *zone = icalcomponent_new_clone(used->zone->component);
	struct icaltimetype from = local_icaltime(used->from - 2 * DAY_MIN);
	struct icaltimetype to = local_icaltime(used->to + 2 * DAY_MIN);
	static const icalproperty_kind extra[] = {ICAL_TZUNTIL_PROPERTY, ICAL_X_PROPERTY};

	if (!zone)
		return -ENOMEM;
	from.zone = to.zone = icaltimezone_get_utc_timezone();
	icaltimezone_truncate_vtimezone(zone, from, to, 1);
	open_ends(zone, used->to + 2 * DAY_MIN);
	/* What only newer programs, or libical, understand. */
	for (size_t i = 0; i < sizeof(extra) / sizeof(extra[0]); i++) {
		icalproperty *property = icalcomponent_get_first_property(zone, extra[i]);

		if (property) {
			icalcomponent_remove_property(zone, property);
			icalproperty_free(property);
		}
	}
	icalcomponent_add_component(ical->calendar, zone);
	return 0;
}

int ical_write(struct ical *ical, char **ret_text)
{
	int r = ical->failed ? -ENOMEM : 0;
	char *text;

	for (size_t i = 0; r == 0 && i < ical->zone_count; i++)
		r = add_zone(ical, &ical->zones[i]);
	if (r < 0)
		return r;
	text = icalcomponent_as_ical_string_r(ical->calendar);
	if (!text)
		return -ENOMEM;
	*ret_text = text;
	return 0;
}
