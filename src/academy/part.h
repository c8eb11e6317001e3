/* SPDX-License-Identifier: MIT */
/*
 * Who has a part in a course and in its sessions, as SQL: the one place that says it. Private to
 * this folder.
 *
 * $2 is the person. Each IS_... asks the columns s.site, s.id and s.course of one session, the
 * COURSE_... only s.site and s.course, so that
 *
 *	FROM (SELECT site, id AS course FROM course WHERE ...) s
 *
 * will do. None of them walks a table: each is a few look-ups by key. The ..._HERE are lists for
 * the site $1 that a person is in at present: what is of that site, and what is shared with it.
 *
 * - A teacher teaches the session or its whole course. A coordinator or an administrator of the
 *   course's site has a part in everything; of a site that the course is shared with, they see it.
 * - A trainee is in the course by name, by a group of the site, or as one of the people whom a site
 *   that it is shared with enrolled. A session that is for groups is for those of them who are in
 *   one of these.
 * - A guest came by a link to this one session.
 */
#ifndef ACADEMY_PART_H
#define ACADEMY_PART_H

#define COURSE_TEACHER                                                                             \
	"EXISTS (SELECT 1 FROM course_instructor i"                                                \
	" WHERE i.site = s.site AND i.course = s.course AND i.person = $2)"
#define IS_COORDINATOR                                                                             \
	"EXISTS (SELECT 1 FROM role i"                                                             \
	" WHERE i.site = s.site AND i.person = $2 AND i.role IN ('coordinator', 'admin'))"
#define COURSE_TRAINEE                                                                             \
	"(EXISTS (SELECT 1 FROM enrolment i"                                                       \
	" WHERE i.site = s.site AND i.course = s.course AND i.person = $2)"                        \
	" OR EXISTS (SELECT 1 FROM course_group i"                                                 \
	" JOIN group_member m ON m.site = i.site AND m.grp = i.grp"                                \
	" WHERE i.site = s.site AND i.course = s.course AND m.person = $2)"                        \
	" OR EXISTS (SELECT 1 FROM shared_enrolment i"                                             \
	" WHERE i.site = s.site AND i.course = s.course AND i.person = $2))"
#define COURSE_PARTNER                                                                             \
	"EXISTS (SELECT 1 FROM course_share i JOIN role o ON o.site = i.with_site"                 \
	" WHERE i.site = s.site AND i.course = s.course"                                           \
	" AND o.person = $2 AND o.role IN ('coordinator', 'admin'))"
#define HAS_COURSE "(" IS_COORDINATOR " OR " COURSE_TEACHER " OR " COURSE_TRAINEE ")"

#define IS_INSTRUCTOR                                                                              \
	"(EXISTS (SELECT 1 FROM session_instructor i"                                              \
	" WHERE i.site = s.site AND i.session = s.id AND i.person = $2)"                           \
	" OR " COURSE_TEACHER ")"
#define IN_ITS_GROUPS                                                                              \
	"(NOT EXISTS (SELECT 1 FROM session_group i WHERE i.site = s.site AND i.session = s.id)"   \
	" OR EXISTS (SELECT 1 FROM session_group i"                                                \
	" JOIN group_member m ON m.site = i.site AND m.grp = i.grp"                                \
	" WHERE i.site = s.site AND i.session = s.id AND m.person = $2))"
#define IS_TRAINEE "(" COURSE_TRAINEE " AND " IN_ITS_GROUPS ")"
#define IS_GUEST                                                                                   \
	"EXISTS (SELECT 1 FROM session_guest i"                                                    \
	" WHERE i.site = s.site AND i.session = s.id AND i.person = $2)"
#define IS_PARTNER COURSE_PARTNER
#define HAS_PART "(" IS_COORDINATOR " OR " IS_INSTRUCTOR " OR " IS_TRAINEE " OR " IS_GUEST ")"

/* (site, course) of the courses that $2 teaches or is a trainee of, in $1 or shared with $1. */
#define COURSES_HERE                                                                               \
	"(SELECT site, course FROM course_instructor WHERE site = $1 AND person = $2"              \
	" UNION SELECT site, course FROM enrolment WHERE site = $1 AND person = $2"                \
	" UNION SELECT i.site, i.course FROM group_member m"                                       \
	" JOIN course_group i ON i.site = m.site AND i.grp = m.grp"                                \
	" WHERE m.site = $1 AND m.person = $2"                                                     \
	" UNION SELECT site, course FROM shared_enrolment WHERE person = $2 AND with_site = $1)"
/*
 * (site, course) of every course whose sessions $2 may have to do with in $1: those, and all of $1
 * for its coordinators.
 */
#define COURSES_SEEN                                                                               \
	"(SELECT site, course FROM " COURSES_HERE " UNION"                                         \
	" SELECT c.site, c.id FROM role i JOIN course c ON c.site = i.site"                        \
	" WHERE i.site = $1 AND i.person = $2 AND i.role IN ('coordinator', 'admin'))"
/* The same, and for coordinators what is shared with $1, of which they see what it is. */
#define COURSES_LISTED                                                                             \
	"(SELECT site, course FROM " COURSES_SEEN " UNION"                                         \
	" SELECT h.site, h.course FROM role i JOIN course_share h ON h.with_site = i.site"         \
	" WHERE i.site = $1 AND i.person = $2 AND i.role IN ('coordinator', 'admin'))"
/*
 * (site, id) of the sessions in which $2 has a part in $1. To be joined with session, which is then
 * reached by its key.
 */
#define SESSIONS_HERE                                                                              \
	"(SELECT s.site, s.id FROM " COURSES_SEEN " v"                                             \
	" JOIN session s ON s.site = v.site AND s.course = v.course WHERE " HAS_PART               \
	" UNION SELECT site, session FROM session_instructor WHERE site = $1 AND person = $2"      \
	" UNION SELECT site, session FROM session_guest WHERE person = $2 AND site = $1)"

#endif
