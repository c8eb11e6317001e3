/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "signaling/protocol.h"

static int parse(struct protocol_message *message, const char *text)
{
	return protocol_message_init(message, text, strlen(text));
}

static void reads_a_request(void **state)
{
	struct protocol_message message;

	(void)state;
	assert_int_equal(parse(&message, "{\"type\":\"chat\",\"id\":7,\"text\":\"hi\"}"), 0);
	assert_int_equal(message.request.type, PROTO_REQUEST_CHAT);
	assert_int_equal(message.request.id, 7);
	assert_string_equal(message.request.u.chat.text, "hi");
	protocol_message_finish(&message);
}

static void reads_arrays_and_optional_fields(void **state)
{
	struct protocol_message message;

	(void)state;
	assert_int_equal(parse(&message, "{\"type\":\"view\",\"id\":1,\"slots\":[{\"slot\":0,"
					 "\"height\":720},{\"slot\":8,\"height\":0}]}"),
		0);
	assert_int_equal(message.request.u.view.slots_count, 2);
	assert_int_equal(message.request.u.view.slots[1].slot, 8);
	assert_int_equal(message.request.u.view.slots[0].height, 720);
	protocol_message_finish(&message);
	assert_int_equal(parse(&message, "{\"type\":\"hand\",\"id\":1,\"raised\":true}"), 0);
	assert_true(message.request.u.hand.raised);
	assert_null(message.request.u.hand.member);
	protocol_message_finish(&message);
}

static void refuses_what_the_schema_does_not_say(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"", "not a JSON object"},
		{"[]", "not a JSON object"},
		{"{\"type\":\"chat\",\"id\":1,\"text\":\"a\"} x", "not a JSON object"},
		{"{\"type\":\"chat\",\"text\":\"a\"}", "'id'"},
		{"{\"type\":\"chat\",\"id\":0,\"text\":\"a\"}", "'id'"},
		{"{\"type\":\"chat\",\"id\":\"1\",\"text\":\"a\"}", "'id'"},
		{"{\"id\":1}", "'type'"},
		{"{\"type\":\"member\",\"id\":1}", "no request"},
		{"{\"type\":\"chat\",\"id\":1}", "'text' is missing"},
		{"{\"type\":\"chat\",\"id\":1,\"text\":5}", "'text' is not a string"},
		{"{\"type\":\"chat\",\"id\":1,\"text\":null}", "'text' is not a string"},
		{"{\"type\":\"chat\",\"id\":1,\"text\":\"a\",\"role\":\"host\"}",
			"'role' is unknown"},
		{"{\"type\":\"chat\",\"id\":1,\"text\":\"a\",\"text\":\"b\"}", "twice"},
		{"{\"type\":\"chat\",\"id\":1,\"text\":\"\\u0000\"}", "not a JSON object"},
		{"{\"type\":\"chat\",\"id\":1,\"text\":\"\\ud800\"}", "not a JSON object"},
		{"{\"type\":\"chat\",\"id\":1,\"text\":\"\xff\"}", "not a JSON object"},
		{"{\"type\":\"hand\",\"id\":1,\"raised\":1}", "'raised' is not a boolean"},
		{"{\"type\":\"view\",\"id\":1,\"slots\":{}}", "'slots' is not an array"},
		{"{\"type\":\"view\",\"id\":1,\"slots\":[1]}", "'slots' holds no object"},
		{"{\"type\":\"view\",\"id\":1,\"slots\":[{\"slot\":9,\"height\":1}]}",
			"out of range"},
		{"{\"type\":\"view\",\"id\":1,\"slots\":[{\"slot\":-1,\"height\":1}]}",
			"out of range"},
		{"{\"type\":\"view\",\"id\":1,\"slots\":[{\"slot\":1.5,\"height\":1}]}",
			"not an integer"},
		{"{\"type\":\"view\",\"id\":1,\"slots\":[{\"slot\":1}]}", "'height' is missing"},
		{"[[[[[[[[[1]]]]]]]]]", "too deep"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct protocol_message message;

		assert_int_equal(parse(&message, cases[i].text), -EBADMSG);
		if (!strstr(message.error, cases[i].why))
			fail_msg("case %zu: \"%s\"", i, message.error);
		protocol_message_finish(&message);
	}
}

static void tells_the_id_of_a_refused_request(void **state)
{
	struct protocol_message message;

	(void)state;
	assert_int_equal(parse(&message, "{\"type\":\"nonsense\",\"id\":41}"), -EBADMSG);
	assert_int_equal(message.id, 41);
	protocol_message_finish(&message);
}

/* A chat message with a text of `len` letters. */
static int parse_chat(struct protocol_message *message, size_t len)
{
	char text[4096];
	int size = snprintf(
		text, sizeof(text), "{\"type\":\"chat\",\"id\":1,\"text\":\"%0*d\"}", (int)len, 0);

	return protocol_message_init(message, text, (size_t)size);
}

static void bounds_text_size_and_values(void **state)
{
	struct protocol_message message;
	char *text = malloc(PROTOCOL_MAX_MESSAGE + 1);

	(void)state;
	assert_int_equal(parse_chat(&message, 2001), -EBADMSG);
	assert_non_null(strstr(message.error, "'text' is too long"));
	protocol_message_finish(&message);
	assert_int_equal(parse_chat(&message, 2000), 0);
	protocol_message_finish(&message);
	memset(text, ' ', PROTOCOL_MAX_MESSAGE + 1);
	assert_int_equal(protocol_message_init(&message, text, PROTOCOL_MAX_MESSAGE + 1), -EBADMSG);
	assert_non_null(strstr(message.error, "too large"));
	protocol_message_finish(&message);
	memset(text, ',', PROTOCOL_MAX_VALUES + 1);
	assert_int_equal(protocol_message_init(&message, text, PROTOCOL_MAX_VALUES + 1), -EBADMSG);
	assert_non_null(strstr(message.error, "too many values"));
	protocol_message_finish(&message);
	free(text);
}

/* Brackets and commas within strings are no structure, and an escaped quote does not end one. */
static void strings_do_not_count_as_structure(void **state)
{
	struct protocol_message message;

	(void)state;
	assert_int_equal(
		parse(&message,
			"{\"type\":\"chat\",\"id\":1,\"text\":\"[[[[[[[[[[\\\"[[[[[{{{{,,\"}"),
		0);
	assert_string_equal(message.request.u.chat.text, "[[[[[[[[[[\"[[[[[{{{{,,");
	protocol_message_finish(&message);
}

static void writes_replies_and_events(void **state)
{
	const char *members[] = {"a", "b"};
	struct proto_chat_reply reply = {.line = 3};
	struct proto_heard_event heard = {.members = members, .members_count = 2, .speaker = "b"};
	struct proto_bye_event bye = {.reason = PROTO_BYE_EVENT_REASON_REPLACED};
	struct proto_slot slot = {.slot = 1, .member = "a", .kind = PROTO_SLOT_KIND_CAMERA};
	struct proto_slots_event slots = {.slots = &slot, .slots_count = 1};
	char *texts[] = {
		protocol_reply(7, &proto_chat_reply_shape, &reply),
		protocol_refusal(8, PROTO_ERROR_TOO_FAST, "say \"less\""),
		protocol_event(&proto_heard_event_shape, &heard),
		protocol_event(&proto_bye_event_shape, &bye),
		protocol_event(&proto_slots_event_shape, &slots),
	};
	static const char *const wanted[] = {
		"{\"re\":7,\"ok\":true,\"line\":3}",
		"{\"re\":8,\"ok\":false,\"error\":\"too_fast\",\"text\":\"say \\\"less\\\"\"}",
		"{\"type\":\"heard\",\"members\":[\"a\",\"b\"],\"speaker\":\"b\"}",
		"{\"type\":\"bye\",\"reason\":\"replaced\"}",
		"{\"type\":\"slots\",\"slots\":[{\"slot\":1,\"member\":\"a\",\"kind\":\"camera\"}]"
		"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_non_null(texts[i]);
		assert_string_equal(texts[i], wanted[i]);
		free(texts[i]);
	}
}

static void writes_nothing_that_is_not_utf8(void **state)
{
	struct proto_gone_event gone = {.member = "\xc3\x28"};

	(void)state;
	assert_null(protocol_event(&proto_gone_event_shape, &gone));
}

static void the_table_is_sorted(void **state)
{
	(void)state;
	for (int i = 1; i < PROTO_REQUESTS; i++)
		assert_true(strcmp(proto_requests[i - 1].name, proto_requests[i].name) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_request),
		cmocka_unit_test(reads_arrays_and_optional_fields),
		cmocka_unit_test(refuses_what_the_schema_does_not_say),
		cmocka_unit_test(tells_the_id_of_a_refused_request),
		cmocka_unit_test(bounds_text_size_and_values),
		cmocka_unit_test(strings_do_not_count_as_structure),
		cmocka_unit_test(writes_replies_and_events),
		cmocka_unit_test(writes_nothing_that_is_not_utf8),
		cmocka_unit_test(the_table_is_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
