/* SPDX-License-Identifier: MIT */
/*
 * For each route that changes something, sorted as the routes are. Used by test_matrix.c alone.
 */
#ifndef TESTS_ACADEMY_MATRIX_BODIES_H
#define TESTS_ACADEMY_MATRIX_BODIES_H

#include "signaling/request.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* A body that is fit to be done; <word> is the id of a fresh object, <site> that of the shared site. */
static const struct {
	enum method method;
	const char *pattern, *body;
} bodies[] = {
	{METHOD_POST, "/blackouts",
		"{\"name\":\"B\",\"first_day\":\"2030-01-01\",\"last_day\":\"2030-01-02\"}"},
	{METHOD_PATCH, "/blackouts/<id>", "{\"name\":\"Other\"}"},
	{METHOD_POST, "/certificates/<id>/revoke", "{\"why\":\"A mistake\"}"},
	{METHOD_POST, "/courses", "{\"title\":\"T\",\"code\":\"<new>\"}"},
	{METHOD_PATCH, "/courses/<id>", "{\"title\":\"Other\"}"},
	{METHOD_POST, "/courses/<id>/certificates", "{\"people\":\"completed\"}"},
	{METHOD_PUT, "/courses/<id>/groups/<id>", "{}"},
	{METHOD_POST, "/courses/<id>/materials", "%PDF-"},
	{METHOD_PATCH, "/courses/<id>/materials/<id>", "{\"position\":0}"},
	{METHOD_PUT, "/courses/<id>/people/<id>", "{\"as\":\"trainee\"}"},
	{METHOD_PUT, "/courses/<id>/shares/<id>", "{}"},
	{METHOD_POST, "/deliveries/<id>/retry", "{}"},
	{METHOD_POST, "/groups", "{\"name\":\"G<new>\"}"},
	{METHOD_PATCH, "/groups/<id>", "{\"name\":\"G<new>\"}"},
	{METHOD_PUT, "/groups/<id>/people/<id>", "{}"},
	{METHOD_PATCH, "/me", "{\"language\":\"fr\"}"},
	{METHOD_POST, "/me/feeds", "{}"},
	{METHOD_POST, "/me/password", "{\"password\":\"battery staple\"}"},
	{METHOD_POST, "/me/recovery", "{\"code\":\"123456\"}"},
	{METHOD_POST, "/me/signins/end", "{}"},
	{METHOD_POST, "/me/totp", "{\"password\":\"battery staple\"}"},
	{METHOD_POST, "/me/totp/confirm", "{\"ticket\":\"x\",\"code\":\"123456\"}"},
	{METHOD_POST, "/me/totp/end", "{\"code\":\"123456\"}"},
	{METHOD_POST, "/people",
		"{\"email\":\"p-<new>@x.example\",\"name\":\"P\",\"roles\":[\"trainee\"]}"},
	{METHOD_PATCH, "/people/<id>", "{\"roles\":[\"instructor\"]}"},
	{METHOD_POST, "/people/<id>/invite", "{}"},
	{METHOD_POST, "/people/<id>/reset", "{}"},
	{METHOD_POST, "/people/<id>/signout", "{}"},
	{METHOD_POST, "/people/import", "email,name\ni-<new>@x.example,I\n"},
	{METHOD_POST, "/recordings/<id>/watched", "{\"ranges\":[[0,1000]]}"},
	{METHOD_POST, "/sessions",
		"{\"course\":\"<course>\",\"title\":\"T\",\"starts_at\":0,\"length_min\":30,"
		"\"policy\":\"never\"}"},
	{METHOD_POST, "/sessions/<id>/guests", "{\"label\":\"L\",\"max_uses\":1}"},
	{METHOD_POST, "/sessions/check",
		"{\"course\":\"<course>\",\"title\":\"T\",\"starts_at\":0,\"length_min\":30}"},
	{METHOD_PATCH, "/sessions/<id>", "{\"title\":\"Other\",\"despite\":true}"},
	{METHOD_POST, "/signout", "{}"},
	{METHOD_POST, "/sites",
		"{\"parent\":\"<here>\",\"slug\":\"s-<new>\",\"name\":\"S\",\"time_zone\":\"UTC\","
		"\"language\":\"en\",\"admin\":{\"email\":\"x-<new>@x.example\",\"name\":\"X\"}}"},
	{METHOD_PATCH, "/sites/<id>", "{\"name\":\"Other\"}"},
	{METHOD_PUT, "/sites/<id>/logo", "\x89PNG\r\n\x1a\n"},
	{METHOD_POST, "/tokens", "{\"name\":\"T\",\"scopes\":[\"read\"],\"days\":1}"},
	{METHOD_POST, "/venues", "{\"name\":\"V <new>\"}"},
	{METHOD_PATCH, "/venues/<id>", "{\"seats\":12}"},
	{METHOD_POST, "/webhooks",
		"{\"url\":\"https://x.example/\",\"events\":[\"session.created\"]}"},
	{METHOD_PATCH, "/webhooks/<id>", "{\"enabled\":false}"},
};

#endif
