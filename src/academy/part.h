/* SPDX-License-Identifier: MIT */
/*
 * Who has a part in a session, as SQL over the columns s.site, s.id and s.course and the person $2:
 * the one place that says it. Private to this folder.
 */
#ifndef ACADEMY_PART_H
#define ACADEMY_PART_H

#define IS_INSTRUCTOR                                                                              \
	"(EXISTS (SELECT 1 FROM session_instructor i"                                              \
	" WHERE i.site = s.site AND i.session = s.id AND i.person = $2)"                           \
	" OR EXISTS (SELECT 1 FROM course_instructor i"                                            \
	" WHERE i.site = s.site AND i.course = s.course AND i.person = $2))"
#define IS_COORDINATOR                                                                             \
	"EXISTS (SELECT 1 FROM role i"                                                             \
	" WHERE i.site = s.site AND i.person = $2 AND i.role = 'coordinator')"
#define IS_TRAINEE                                                                                 \
	"EXISTS (SELECT 1 FROM enrolment i"                                                        \
	" WHERE i.site = s.site AND i.course = s.course AND i.person = $2)"
#define HAS_PART "(" IS_COORDINATOR " OR " IS_INSTRUCTOR " OR " IS_TRAINEE ")"

#endif
