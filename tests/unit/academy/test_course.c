/* SPDX-License-Identifier: MIT */
/* Courses, enrolment, groups and shares on a real database of a network with two academies. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "academy/course.h"
#include "academy/enrolment.h"
#include "academy/group.h"
#include "academy/person.h"
#include "academy/session.h"
#include "academy/share.h"
#include "academy/site.h"
#include "store/store.h"
#include "tests/unit/academy/folder.h"

#define NOW_MS 1790000000000LL

struct academy {
	int64_t site, coordinator, instructor, trainee, course, session, group;
};

struct fixture {
	struct folder folder;
	struct store *store;
	int64_t network, elsewhere;
	struct academy a, b;
};

static int64_t add_person(struct fixture *f, int64_t site, const char *name, unsigned roles)
{
	static unsigned count;
	char email[64];
	struct person_params params = {
		.email = email, .name = name, .language = "es", .roles = roles};
	int64_t id;

	snprintf(email, sizeof(email), "p%u@example.org", ++count);
	assert_int_equal(person_add(f->store, site, &params, &id), 0);
	return id;
}

static int64_t add_site(struct fixture *f, int64_t parent, const char *slug)
{
	struct site_params params = {.parent = parent,
		.slug = slug,
		.name = slug,
		.time_zone = "America/Curacao",
		.language = "nl"};
	int64_t id;

	assert_int_equal(site_add(f->store, &params, &id), 0);
	return id;
}

static void fill(struct fixture *f, const char *slug, struct academy *out)
{
	struct session_params session = {.title = "Bewijs", .starts_at = NOW_MS, .length_min = 60};

	out->site = add_site(f, f->network, slug);
	out->coordinator = add_person(f, out->site, "Coordinator", ROLE_COORDINATOR);
	out->instructor = add_person(f, out->site, "Instructor", ROLE_INSTRUCTOR);
	out->trainee = add_person(f, out->site, "Trainee", ROLE_TRAINEE);
	assert_int_equal(course_add(f->store, out->site, "Recht", "#0b5a69", &out->course), 0);
	session.course = out->course;
	assert_int_equal(session_add(f->store, out->site, &session, &out->session), 0);
	assert_int_equal(group_add(f->store, out->site, "Recruits A", &out->group), 0);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char why[STORE_WHY];

	folder_init(&f->folder);
	assert_int_equal(
		store_open(folder_file(&f->folder, "lectern.db"), STORE_SETUP, &f->store, why), 0);
	f->network = add_site(f, 0, "network");
	f->elsewhere = add_site(f, 0, "elsewhere");
	fill(f, "a", &f->a);
	fill(f, "b", &f->b);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	folder_finish(&f->folder);
	free(f);
	return 0;
}

static enum session_role role_of(struct fixture *f, int64_t person)
{
	enum session_role role;

	assert_int_equal(session_role(f->store, f->a.site, f->a.session, person, &role), 0);
	return role;
}

struct names {
	char text[512];
	int64_t last;
	unsigned count;
};

static void add_name(struct names *names, int64_t id, const char *name)
{
	size_t len = strlen(names->text);

	snprintf(names->text + len, sizeof(names->text) - len, "%s%s", len > 0 ? "|" : "", name);
	names->last = id;
	names->count++;
}

static void found_course(const struct course *course, void *arg)
{
	add_name(arg, course->id, course->title);
}

static struct names courses(struct fixture *f, int64_t site, int64_t person, bool mine)
{
	struct course_list list = {.site = site, .person = person, .mine = mine};
	struct names names = {0};

	assert_int_equal(course_page(f->store, &list, found_course, &names), 0);
	return names;
}

#define set(field, text) snprintf(field, sizeof(field), "%s", text)

static void what_is_written_is_read(void **state)
{
	struct fixture *f = *state;
	struct course course, again;

	assert_int_equal(course_get(f->store, f->a.site, f->a.course, &course), 0);
	assert_int_equal(course.attendance_percent, 0);
	set(course.title, "Derecho penal – año 2");
	set(course.code, "PEN-2");
	set(course.description, "First line.\n\nSecond.");
	set(course.colour, "#112233");
	set(course.language, "es");
	course.attendance_percent = 80;
	course.counts_replay = true;
	course.archived_at = NOW_MS;
	assert_null(course_check(&course));
	assert_int_equal(course_set(f->store, &course), 0);
	memset(&again, 0, sizeof(again));
	assert_int_equal(course_get(f->store, f->a.site, f->a.course, &again), 0);
	assert_string_equal(again.title, course.title);
	assert_string_equal(again.code, course.code);
	assert_string_equal(again.description, course.description);
	assert_string_equal(again.colour, course.colour);
	assert_string_equal(again.language, course.language);
	assert_int_equal(again.attendance_percent, 80);
	assert_true(again.counts_replay && again.archived_at == NOW_MS);
	course.site = f->b.site;
	assert_int_equal(course_set(f->store, &course), -ENOENT);
	assert_int_equal(course_get(f->store, f->b.site, f->a.course, &again), -ENOENT);
	set(course.colour, "red");
	assert_non_null(course_check(&course));
	set(course.colour, "#12345g");
	assert_non_null(course_check(&course));
	set(course.colour, "#123456");
	course.attendance_percent = 101;
	assert_non_null(course_check(&course));
}

static void each_sees_what_is_theirs(void **state)
{
	struct fixture *f = *state;
	struct course course;
	int64_t other;

	assert_int_equal(course_add(f->store, f->a.site, "Verkeer", "#0b5a69", &other), 0);
	assert_string_equal(courses(f, f->a.site, f->a.coordinator, false).text, "Recht|Verkeer");
	assert_string_equal(courses(f, f->a.site, f->a.coordinator, true).text, "");
	assert_string_equal(courses(f, f->a.site, f->a.trainee, false).text, "");
	assert_int_equal(course_enrol(f->store, f->a.site, f->a.course, f->a.trainee), 0);
	assert_int_equal(course_add_instructor(f->store, f->a.site, other, f->a.instructor), 0);
	assert_string_equal(courses(f, f->a.site, f->a.trainee, false).text, "Recht");
	assert_string_equal(courses(f, f->a.site, f->a.instructor, false).text, "Verkeer");
	/* In the other academy nobody of this one sees anything. */
	assert_string_equal(courses(f, f->b.site, f->a.coordinator, false).text, "");
	assert_string_equal(courses(f, f->b.site, f->a.trainee, false).text, "");
	assert_int_equal(course_get(f->store, f->a.site, other, &course), 0);
	course.archived_at = NOW_MS;
	assert_int_equal(course_set(f->store, &course), 0);
	assert_string_equal(courses(f, f->a.site, f->a.instructor, false).text, "");
	assert_string_equal(courses(f, f->a.site, f->a.coordinator, false).text, "Recht");
}

static void lists_come_in_pages(void **state)
{
	struct fixture *f = *state;
	struct course_list list = {.site = f->a.site, .person = f->a.coordinator};
	struct names names = {0};
	int64_t id;

	/* Of one title, so that the id must decide; and what LIKE would take for more. */
	for (int i = 0; i < 7; i++)
		assert_int_equal(course_add(f->store, f->a.site, "100%_ law", "#0b5a69", &id), 0);
	list.search.limit = 3;
	for (int page = 0; page < 3; page++) {
		list.search.after = names.last;
		assert_int_equal(course_page(f->store, &list, found_course, &names), 0);
		assert_int_equal(names.count, page == 0 ? 3 : page == 1 ? 6 : 8);
	}
	list = (struct course_list){.site = f->a.site, .person = f->a.coordinator};
	names = (struct names){0};
	list.search.q = "%_ LA";
	assert_int_equal(course_page(f->store, &list, found_course, &names), 0);
	assert_int_equal(names.count, 7);
	names = (struct names){0};
	list.search.q = "100_";
	assert_int_equal(course_page(f->store, &list, found_course, &names), 0);
	assert_int_equal(names.count, 0);
}

static void a_group_is_in_its_courses(void **state)
{
	struct fixture *f = *state;
	struct store *s = f->store;
	struct group group;
	int64_t second;

	assert_int_equal(role_of(f, f->a.trainee), IN_SESSION_NONE);
	assert_int_equal(course_add_group(s, f->a.site, f->a.course, f->a.group), 0);
	assert_int_equal(course_add_group(s, f->a.site, f->a.course, f->a.group), 0);
	assert_int_equal(role_of(f, f->a.trainee), IN_SESSION_NONE);
	assert_int_equal(group_add_person(s, f->a.site, f->a.group, f->a.trainee), 0);
	assert_int_equal(group_add_person(s, f->a.site, f->a.group, f->a.trainee), 0);
	assert_int_equal(role_of(f, f->a.trainee), IN_SESSION_TRAINEE);
	assert_string_equal(courses(f, f->a.site, f->a.trainee, true).text, "Recht");
	/* Nothing of another site. */
	assert_int_equal(group_add_person(s, f->a.site, f->a.group, f->b.trainee), -ENOENT);
	assert_int_equal(group_add_person(s, f->b.site, f->a.group, f->b.trainee), -ENOENT);
	assert_int_equal(course_add_group(s, f->a.site, f->a.course, f->b.group), -ENOENT);
	assert_int_equal(course_enrol(s, f->a.site, f->a.course, f->b.trainee), -ENOENT);
	assert_int_equal(course_add_instructor(s, f->a.site, f->a.course, f->b.trainee), -ENOENT);
	/* A session for another group is not for them. */
	assert_int_equal(group_add(s, f->a.site, "Recruits A", &second), -EEXIST);
	assert_int_equal(group_add(s, f->a.site, "Recruits B", &second), 0);
	assert_int_equal(store_run(s,
				 "INSERT INTO session_group (site, session, grp)"
				 " VALUES ($1, $2, $3)",
				 V_INT(f->a.site), V_INT(f->a.session), V_INT(second)),
		1);
	assert_int_equal(role_of(f, f->a.trainee), IN_SESSION_NONE);
	assert_int_equal(group_add_person(s, f->a.site, second, f->a.trainee), 0);
	assert_int_equal(role_of(f, f->a.trainee), IN_SESSION_TRAINEE);
	/* Out of the course: in a group that the session is for, and still no part in it. */
	assert_int_equal(course_remove_group(s, f->a.site, f->a.course, f->a.group), 0);
	assert_int_equal(role_of(f, f->a.trainee), IN_SESSION_NONE);
	/* Without the group the session would be for everybody. */
	assert_int_equal(group_remove(s, f->a.site, second), -ENOTEMPTY);
	assert_int_equal(group_get(s, f->a.site, second, &group), 0);
	assert_int_equal(group.people, 1);
	assert_int_equal(group_remove(s, f->b.site, f->a.group), -ENOENT);
	assert_int_equal(group_remove(s, f->a.site, f->a.group), 0);
}

static void a_share_is_for_named_sites(void **state)
{
	struct fixture *f = *state;
	struct store *s = f->store;
	const int64_t site = f->a.site, course = f->a.course, b = f->b.site;

	assert_int_equal(course_share(s, site, course, site, NOW_MS), -EINVAL);
	assert_int_equal(course_share(s, site, course, f->elsewhere, NOW_MS), -ENOENT);
	assert_int_equal(course_share(s, b, course, site, NOW_MS), -ENOENT);
	assert_int_equal(course_enrol_partner(s, site, course, b, f->b.trainee), -ENOENT);
	assert_string_equal(courses(f, b, f->b.coordinator, false).text, "Recht");
	assert_int_equal(course_share(s, site, course, b, NOW_MS), 0);
	assert_int_equal(course_share(s, site, course, b, NOW_MS), 0);
	assert_int_equal(courses(f, b, f->b.coordinator, false).count, 2);
	assert_int_equal(courses(f, b, f->b.instructor, false).count, 0);
	/* Seeing the course is no part in its classes. */
	assert_int_equal(role_of(f, f->b.coordinator), IN_SESSION_NONE);
	assert_int_equal(course_enrol_partner(s, site, course, b, f->a.trainee), -ENOENT);
	assert_int_equal(course_enrol_partner(s, site, course, b, f->b.trainee), 0);
	assert_int_equal(course_enrol_partner(s, site, course, b, f->b.trainee), 0);
	assert_int_equal(role_of(f, f->b.trainee), IN_SESSION_TRAINEE);
	assert_string_equal(courses(f, b, f->b.trainee, false).text, "Recht");
	assert_int_equal(course_unshare(s, site, course, b), 0);
	assert_int_equal(course_unshare(s, site, course, b), -ENOENT);
	assert_int_equal(role_of(f, f->b.trainee), IN_SESSION_NONE);
	assert_int_equal(courses(f, b, f->b.coordinator, false).count, 1);
	/* Shared again it is empty. */
	assert_int_equal(course_share(s, site, course, b, NOW_MS), 0);
	assert_int_equal(role_of(f, f->b.trainee), IN_SESSION_NONE);
}

static void found_partner(int64_t with_site, const char *name, void *arg)
{
	add_name(arg, with_site, name);
}

static void found_share(const struct course_share *share, void *arg)
{
	add_name(arg, share->with_site, share->name);
	((struct names *)arg)->count += 10 * share->people;
}

static void partners_are_told_by_name(void **state)
{
	struct fixture *f = *state;
	struct names names = {0};

	assert_int_equal(
		course_each_partner(f->store, f->a.site, f->a.course, found_partner, &names), 0);
	assert_string_equal(names.text, "b|network");
	assert_int_equal(course_share(f->store, f->a.site, f->a.course, f->b.site, NOW_MS), 0);
	assert_int_equal(
		course_enrol_partner(f->store, f->a.site, f->a.course, f->b.site, f->b.trainee), 0);
	names = (struct names){0};
	assert_int_equal(
		course_each_partner(f->store, f->a.site, f->a.course, found_partner, &names), 0);
	assert_string_equal(names.text, "network");
	names = (struct names){0};
	assert_int_equal(
		course_each_share(f->store, f->a.site, f->a.course, found_share, &names), 0);
	assert_string_equal(names.text, "b");
	assert_int_equal(names.count, 11);
}

static void found_person(const struct course_person *person, void *arg)
{
	char text[256];

	snprintf(text, sizeof(text), "%s%s%s%s%s", person->name, person->teaches ? " teaches" : "",
		person->trainee ? " trainee" : "", person->by_name ? " named" : "",
		person->with_site ? " partner" : "");
	add_name(arg, person->id, text);
}

static void everybody_is_listed_once(void **state)
{
	struct fixture *f = *state;
	struct store *s = f->store;
	const int64_t site = f->a.site, course = f->a.course;
	struct course_people list = {.site = site, .course = course, .search.limit = 2};
	int64_t zoe = add_person(f, site, "Zoë", ROLE_TRAINEE);
	struct names names = {0};
	unsigned trainees;

	assert_int_equal(course_add_instructor(s, site, course, zoe), 0);
	assert_int_equal(course_add_group(s, site, course, f->a.group), 0);
	assert_int_equal(group_add_person(s, site, f->a.group, zoe), 0);
	assert_int_equal(group_add_person(s, site, f->a.group, f->a.instructor), 0);
	assert_int_equal(group_add_person(s, site, f->a.group, f->a.trainee), 0);
	assert_int_equal(course_enrol(s, site, course, f->a.trainee), 0);
	assert_int_equal(course_share(s, site, course, f->b.site, NOW_MS), 0);
	assert_int_equal(course_enrol_partner(s, site, course, f->b.site, f->b.trainee), 0);
	assert_int_equal(course_count(s, site, course, &trainees), 0);
	assert_int_equal(trainees, 4);
	for (int page = 0; page < 3; page++) {
		list.search.after = names.last;
		assert_int_equal(course_people(s, &list, found_person, &names), 0);
	}
	assert_int_equal(names.count, 4);
	assert_non_null(strstr(names.text, "Zoë teaches trainee|Instructor trainee|"));
	assert_non_null(strstr(names.text, "|Trainee trainee named"));
	assert_non_null(strstr(names.text, "|Trainee trainee named partner"));
	list = (struct course_people){.site = site, .course = course, .with_site = f->b.site};
	names = (struct names){0};
	assert_int_equal(course_people(s, &list, found_person, &names), 0);
	assert_string_equal(names.text, "Trainee trainee named partner");
}

static void one_who_leaves_is_out_of_everything(void **state)
{
	struct fixture *f = *state;
	struct store *s = f->store;

	assert_int_equal(course_enrol(s, f->a.site, f->a.course, f->a.trainee), 0);
	assert_int_equal(course_add_group(s, f->a.site, f->a.course, f->a.group), 0);
	assert_int_equal(group_add_person(s, f->a.site, f->a.group, f->a.trainee), 0);
	assert_int_equal(course_add_instructor(s, f->a.site, f->a.course, f->a.trainee), 0);
	assert_int_equal(course_leave(s, f->b.site, f->a.trainee), 0);
	assert_int_equal(role_of(f, f->a.trainee), IN_SESSION_INSTRUCTOR);
	assert_int_equal(course_leave(s, f->a.site, f->a.trainee), 0);
	assert_int_equal(role_of(f, f->a.trainee), IN_SESSION_NONE);
	assert_int_equal(store_run(s,
				 "UPDATE site_person SET left_at = 1 WHERE site = $1"
				 " AND person = $2",
				 V_INT(f->a.site), V_INT(f->a.trainee)),
		1);
	assert_int_equal(course_enrol(s, f->a.site, f->a.course, f->a.trainee), -ENOENT);
	assert_int_equal(group_add_person(s, f->a.site, f->a.group, f->a.trainee), -ENOENT);
}

static void what_was_used_is_not_removed(void **state)
{
	struct fixture *f = *state;
	struct store *s = f->store;
	struct course course;
	int64_t empty;

	assert_int_equal(course_remove(s, f->a.site, f->a.course), -ENOTEMPTY);
	assert_int_equal(course_add(s, f->a.site, "Leeg", "#0b5a69", &empty), 0);
	assert_int_equal(course_enrol(s, f->a.site, empty, f->a.trainee), 0);
	assert_int_equal(course_add_group(s, f->a.site, empty, f->a.group), 0);
	assert_int_equal(course_share(s, f->a.site, empty, f->b.site, NOW_MS), 0);
	assert_int_equal(course_enrol_partner(s, f->a.site, empty, f->b.site, f->b.trainee), 0);
	assert_int_equal(course_remove(s, f->b.site, empty), -ENOENT);
	assert_int_equal(course_remove(s, f->a.site, empty), 0);
	assert_int_equal(course_get(s, f->a.site, empty, &course), -ENOENT);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(what_is_written_is_read),
		CASE(each_sees_what_is_theirs),
		CASE(lists_come_in_pages),
		CASE(a_group_is_in_its_courses),
		CASE(a_share_is_for_named_sites),
		CASE(partners_are_told_by_name),
		CASE(everybody_is_listed_once),
		CASE(one_who_leaves_is_out_of_everything),
		CASE(what_was_used_is_not_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
