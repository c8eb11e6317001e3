/* SPDX-License-Identifier: MIT */
#include "academy/demo.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "academy/course.h"
#include "academy/enrolment.h"
#include "academy/session.h"
#include "academy/site.h"
#include "store/store.h"

#define MINUTE_MS (60 * 1000LL)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
/* Both academies are on Atlantic Standard Time, UTC-4 all year. */
#define ZONE_MS (-4 * HOUR_MS)
/* Longer than anybody leaves a demo running; the next start replaces them anyway. */
#define LINK_LIFETIME_MS (30 * DAY_MS)

enum { COURSES = 4, WEEK = 8, CLASS_MIN = 60 };

static const struct site_params network = {
	0, "caribbean-network", "Caribbean Police Academies", "America/Port_of_Spain", "en"};
static const struct site_params academies[] = {
	{0, "windward", "Windward Police Academy", "America/Port_of_Spain", "en"},
	{0, "leeward", "Politieacademie Benedenwinds", "America/Curacao", "nl"},
};

/* The first three are those who get a link; they read English, as strangers may come by it. */
static const struct person_params people[] = {
	{"coordinator@windward.example", "Marlene Joseph", "en", ROLE_COORDINATOR},
	{"instructor@windward.example", "Ana Pérez", "en", ROLE_INSTRUCTOR},
	{"trainee@windward.example", "Kemar Baptiste", "en", ROLE_TRAINEE},
	{"trainee2@windward.example", "Lucía Ramírez", "es", ROLE_TRAINEE},
	{"trainee3@windward.example", "Jean-Marc Toussaint", "fr", ROLE_TRAINEE},
	{"trainee4@windward.example", "Shanice Alleyne", "en", ROLE_TRAINEE},
	{"trainee5@windward.example", "Joris Martina", "nl", ROLE_TRAINEE},
	{"trainee6@windward.example", "Devon Charles", "en", ROLE_TRAINEE},
	{"instructor2@windward.example", "Étienne Laurent", "fr", ROLE_INSTRUCTOR},
};
enum { PEOPLE = sizeof(people) / sizeof(people[0]), INSTRUCTOR = 1, SECOND_INSTRUCTOR = 8 };

static const struct person_params admin = {
	"admin@caribbean-network.example", "Teresa Maduro", "en", ROLE_ADMIN};

static const struct person_params neighbours[] = {
	{"coordinator@leeward.example", "Mirella de Vries", "nl", ROLE_COORDINATOR},
	{"instructor@leeward.example", "Rudolf Koeiman", "nl", ROLE_INSTRUCTOR},
	{"trainee@leeward.example", "Swinda Winklaar", "nl", ROLE_TRAINEE},
};
enum { NEIGHBOURS = sizeof(neighbours) / sizeof(neighbours[0]) };

static const struct {
	const char *title, *colour;
	unsigned instructor; /* of people */
} courses[COURSES] = {
	{"Criminal law and procedure", "#0b5a69", INSTRUCTOR},
	{"Investigación de la escena", "#8a4b08", INSTRUCTOR},
	{"Relations avec la communauté", "#5b3a8c", SECOND_INSTRUCTOR},
	{"Verkeer en veiligheid", "#2c7a4b", INSTRUCTOR},
};

/* What is taught now, one after the other as the demo is started again. */
static const struct {
	const char *title;
	unsigned course;
} topics[] = {
	{"Powers of arrest", 0},
	{"Preservar la escena", 1},
	{"Statements and evidence", 0},
	{"Ongevallen opnemen", 3},
};
enum { TOPICS = sizeof(topics) / sizeof(topics[0]) };

static const struct {
	const char *title;
	unsigned course, days, hour, minute, length_min; /* days from today, local time */
	enum session_policy policy;
} week[WEEK] = {
	{"Search and seizure", 0, 1, 9, 0, 90, POLICY_ALWAYS},
	{"Cadena de custodia", 1, 1, 13, 30, 60, POLICY_ON_DEMAND},
	{"Écouter et désamorcer", 2, 2, 10, 0, 60, POLICY_ALWAYS},
	{"Alcoholcontrole", 3, 2, 14, 0, 90, POLICY_ON_DEMAND},
	{"Interviewing suspects", 0, 3, 9, 0, 90, POLICY_ALWAYS},
	{"Huellas y rastros", 1, 4, 9, 0, 60, POLICY_ALWAYS},
	{"La patrouille de proximité", 2, 5, 11, 0, 60, POLICY_NEVER},
	{"Moot court", 0, 6, 9, 0, 120, POLICY_ALWAYS},
};

struct scene {
	struct store *store;
	int64_t network, admin; /* the topmost site, and who administers it */
	int64_t site, people[PEOPLE], courses[COURSES], now_ms;
};

static int add_people(struct store *store, int64_t site, const struct person_params *params,
	size_t count, int64_t *ids)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		r = person_add(store, site, &params[i], &ids[i]);
	return r;
}

static int make_neighbour(struct store *store, int64_t parent)
{
	struct site_params site = academies[1];
	int64_t id, course, ids[NEIGHBOURS];
	int r;

	site.parent = parent;
	r = site_add(store, &site, &id);
	if (r == 0)
		r = add_people(store, id, neighbours, NEIGHBOURS, ids);
	if (r == 0)
		r = course_add(store, id, "Havenbeveiliging", "#0b5a69", &course);
	if (r == 0)
		r = course_add_instructor(store, id, course, ids[1]);
	return r == 0 ? course_enrol(store, id, course, ids[2]) : r;
}

static int make_courses(struct scene *scene)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < COURSES; i++) {
		r = course_add(scene->store, scene->site, courses[i].title, courses[i].colour,
			&scene->courses[i]);
		if (r == 0)
			r = course_add_instructor(scene->store, scene->site, scene->courses[i],
				scene->people[courses[i].instructor]);
		for (size_t j = 0; r == 0 && j < PEOPLE; j++)
			if (people[j].roles & ROLE_TRAINEE)
				r = course_enrol(scene->store, scene->site, scene->courses[i],
					scene->people[j]);
	}
	return r;
}

static int make(struct scene *scene)
{
	struct site_params site = academies[0];
	int r = store_begin(scene->store);

	if (r < 0)
		return r;
	r = site_add(scene->store, &network, &site.parent);
	if (r == 0)
		r = site_add(scene->store, &site, &scene->site);
	if (r == 0)
		r = add_people(scene->store, scene->site, people, PEOPLE, scene->people);
	if (r == 0)
		r = make_courses(scene);
	if (r == 0)
		r = make_neighbour(scene->store, site.parent);
	return store_finish(scene->store, r);
}

static void find_course(const struct course *course, void *arg)
{
	struct scene *scene = arg;

	for (size_t i = 0; i < COURSES; i++)
		if (strcmp(course->title, courses[i].title) == 0)
			scene->courses[i] = course->id;
}

/* The demo of an earlier start; -ENOENT: there is none. -EEXIST: it is not a demo. */
static int find(struct scene *scene)
{
	struct rows rows = store_select(scene->store, "SELECT count(*) FROM site");
	bool empty = rows_next(&rows) && row_int(&rows, 0) == 0;
	int r = rows_close(&rows);

	if (r == 0)
		r = site_find(scene->store, academies[0].slug, &scene->site);
	if (r == -ENOENT)
		return empty ? -ENOENT : -EEXIST;
	for (size_t i = 0; r == 0 && i < PEOPLE; i++) {
		struct person person = {0};

		r = person_find_email(scene->store, people[i].email, &person);
		scene->people[i] = person.id;
	}
	if (r == 0)
		r = course_each(scene->store, scene->site, find_course, scene);
	return r == -ENOENT ? -EEXIST : r;
}

struct survey {
	int64_t now_ms;
	unsigned total, later;
	bool enterable;
};

static void look(const struct session *session, void *arg)
{
	struct survey *survey = arg;
	const int64_t end = session->starts_at + session->length_min * MINUTE_MS;

	survey->total++;
	if (session->starts_at > survey->now_ms + DAY_MS / 2)
		survey->later++;
	if (session->state == SESSION_OPEN ||
		(session->state == SESSION_SCHEDULED &&
			session->starts_at <= survey->now_ms + 15 * MINUTE_MS &&
			end > survey->now_ms))
		survey->enterable = true;
}

static int add_now(struct scene *scene, unsigned count)
{
	const unsigned topic = count % TOPICS;
	struct session_params params = {
		.course = scene->courses[topics[topic].course],
		.instructor = scene->people[INSTRUCTOR],
		.title = topics[topic].title,
		.starts_at = scene->now_ms - scene->now_ms % (5 * MINUTE_MS),
		.length_min = CLASS_MIN,
		.policy = POLICY_ALWAYS,
	};
	int64_t id;

	return session_add(scene->store, scene->site, &params, &id);
}

static int add_week(struct scene *scene)
{
	const int64_t local = scene->now_ms + ZONE_MS, midnight = local - local % DAY_MS - ZONE_MS;
	int r = 0;

	for (size_t i = 0; r == 0 && i < WEEK; i++) {
		struct session_params params = {
			.course = scene->courses[week[i].course],
			.title = week[i].title,
			.starts_at = midnight + week[i].days * DAY_MS + week[i].hour * HOUR_MS +
				     week[i].minute * MINUTE_MS,
			.length_min = week[i].length_min,
			.policy = week[i].policy,
		};
		int64_t id;

		r = session_add(scene->store, scene->site, &params, &id);
	}
	return r;
}

/* Something to enter now, and something to look forward to. */
static int refresh(struct scene *scene)
{
	struct survey survey = {.now_ms = scene->now_ms};
	int r = session_each_visible(scene->store, scene->site, scene->people[2], 0,
		scene->now_ms + 365 * DAY_MS, look, &survey);

	if (r == 0 && !survey.enterable)
		r = add_now(scene, survey.total);
	if (r == 0 && survey.later == 0)
		r = add_week(scene);
	return r;
}

/* Who administers the network; an older demo has nobody. */
static int find_admin(struct scene *scene)
{
	struct person person;
	int r = person_find_email(scene->store, admin.email, &person);

	scene->network = person.site;
	scene->admin = person.id;
	if (r != -ENOENT)
		return r;
	r = site_find(scene->store, network.slug, &scene->network);
	return r == 0 ? person_add(scene->store, scene->network, &admin, &scene->admin) : r;
}

static int make_link(struct scene *scene, int64_t site, int64_t person, char token[SIGNIN_TOKEN])
{
	char hash[SIGNIN_HASH];
	int r = signin_link_clear(scene->store, site, person);

	signin_secret(token, hash);
	return r < 0 ? r
		     : signin_link_add(scene->store, site, person, hash,
			       scene->now_ms + LINK_LIFETIME_MS, 0);
}

static int make_links(struct scene *scene, struct demo *demo)
{
	static const char *const labels[DEMO_PEOPLE] = {
		"coordinator", "instructor", "trainee", "administrator"};
	int r = find_admin(scene);

	for (size_t i = 0; r == 0 && i < DEMO_PEOPLE; i++) {
		bool of_network = i == DEMO_PEOPLE - 1;

		demo->links[i].label = labels[i];
		r = make_link(scene, of_network ? scene->network : scene->site,
			of_network ? scene->admin : scene->people[i], demo->links[i].token);
	}
	return r;
}

int demo_prepare(struct store *store, int64_t now_ms, struct demo *ret_demo)
{
	struct scene scene = {.store = store, .now_ms = now_ms};
	int r = find(&scene);

	if (r == -ENOENT)
		r = make(&scene);
	if (r == 0)
		r = refresh(&scene);
	return r == 0 ? make_links(&scene, ret_demo) : r;
}
