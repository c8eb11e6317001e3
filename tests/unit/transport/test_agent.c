/* SPDX-License-Identifier: MIT */
/* The ICE-lite agent and its STUN codec, asked by libnice's own agent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <stun/stunagent.h>
#include <stun/usages/ice.h>

#include "ice/agent.h"

#define LOCAL_UFRAG "srvu"
#define LOCAL_PWD "server-password-0123456789"
#define REMOTE_UFRAG "cliu"
#define SECOND UINT64_C(1000000)

enum { UDP_PRIORITY = 0x6e001eff, TCP_PRIORITY = 0x50001eff };

struct fixture {
	struct stun_codec *codec;
	struct ice_agent agent;
	StunAgent asker;
	struct addr home, away, tcp;
	uint32_t priority;
	uint8_t request[1500], reply[STUN_MAX_REPLY];
	size_t len;
};

static int set_up(void **state)
{
	static const uint16_t known[] = {STUN_ATTRIBUTE_MESSAGE_INTEGRITY,
		STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, STUN_ATTRIBUTE_ERROR_CODE,
		STUN_ATTRIBUTE_UNKNOWN_ATTRIBUTES, 0};
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	assert_int_equal(stun_codec_create(&f->codec), 0);
	assert_int_equal(
		ice_agent_init(&f->agent, LOCAL_UFRAG, LOCAL_PWD, REMOTE_UFRAG, SECOND), 0);
	stun_agent_init(&f->asker, known, STUN_COMPATIBILITY_RFC5389,
		STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
	addr_parse("192.0.2.1", 5000, &f->home);
	addr_parse("198.51.100.9", 6000, &f->away);
	addr_parse("192.0.2.1", 7000, &f->tcp);
	f->tcp.tcp = 2049;
	f->priority = UDP_PRIORITY;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	stun_codec_destroy(f->codec);
	free(f);
	return 0;
}

static void ask_as(struct fixture *f, const char *username, const char *password, bool nominate,
	bool controlling)
{
	StunMessage message;

	f->len = stun_usage_ice_conncheck_create(&f->asker, &message, f->request,
		sizeof(f->request), (const uint8_t *)username, strlen(username),
		(const uint8_t *)password, strlen(password), nominate, controlling, f->priority, 42,
		NULL, STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
	assert_true(f->len > 0);
}

static void ask(struct fixture *f, bool nominate)
{
	ask_as(f, LOCAL_UFRAG ":" REMOTE_UFRAG, LOCAL_PWD, nominate, true);
}

static struct ice_result give(struct fixture *f, const struct addr *from, uint64_t now_us)
{
	return ice_agent_recv(&f->agent, f->codec, f->request, f->len, from, now_us, f->reply);
}

static void the_answer_is_authentic_and_tells_the_address(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_storage mapped;
	socklen_t mapped_len = sizeof(mapped);
	struct ice_result result;
	StunMessage message;

	ask(f, true);
	result = give(f, &f->home, 2 * SECOND);
	assert_true(result.authenticated && result.path_added && result.selected_changed);
	assert_in_range(result.reply_len, 1, f->len); /* never louder than the question */
	assert_int_equal(
		stun_agent_validate(&f->asker, &message, f->reply, result.reply_len, NULL, NULL),
		STUN_VALIDATION_SUCCESS);
	assert_int_equal(stun_usage_ice_conncheck_process(&message, &mapped, &mapped_len,
				 STUN_USAGE_ICE_COMPATIBILITY_RFC5245),
		STUN_USAGE_ICE_RETURN_SUCCESS);
	assert_memory_equal(&((struct sockaddr_in *)&mapped)->sin_addr, &f->home.u.in.sin_addr, 4);
	assert_int_equal(((struct sockaddr_in *)&mapped)->sin_port, f->home.u.in.sin_port);
	assert_true(addr_equal(ice_agent_selected(&f->agent), &f->home));
}

static void expect_silence(struct fixture *f)
{
	struct ice_result result = give(f, &f->away, 2 * SECOND);

	assert_int_equal(result.reply_len, 0);
	assert_false(result.authenticated || result.path_added || result.selected_changed);
	assert_null(ice_agent_selected(&f->agent));
	assert_false(ice_agent_knows(&f->agent, &f->away));
}

static void without_the_right_credentials_no_byte_comes_back(void **state)
{
	struct fixture *f = *state;

	ask_as(f, LOCAL_UFRAG ":" REMOTE_UFRAG, "wrong-password-0123456789", true, true);
	expect_silence(f);
	ask_as(f, LOCAL_UFRAG ":else", LOCAL_PWD, true, true);
	expect_silence(f);
	ask_as(f, LOCAL_UFRAG, LOCAL_PWD, true, true);
	expect_silence(f);
	ask_as(f, LOCAL_UFRAG ":" REMOTE_UFRAG "x", LOCAL_PWD, true, true);
	expect_silence(f);
	assert_int_equal(f->agent.counters.unauthenticated, 4);
}

static void every_flipped_byte_and_every_cut_is_silence(void **state)
{
	struct fixture *f = *state;
	size_t whole;

	ask(f, true);
	whole = f->len;
	for (size_t i = 0; i < whole; i++) {
		f->request[i] ^= 0x40;
		expect_silence(f);
		f->request[i] ^= 0x40;
	}
	for (f->len = 0; f->len < whole; f->len++)
		expect_silence(f);
	f->len = whole + 4; /* trailing bytes */
	expect_silence(f);
}

/* libnice 0.1.21 would compare 20 bytes all the same, past the end of the message. */
static void a_short_integrity_attribute_is_silence(void **state)
{
	struct fixture *f = *state;
	static const uint8_t head[] = {0x00, 0x01, 0x00, 0x18, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4,
		5, 6, 7, 8, 9, 10, 11, 12, 0x00, 0x06, 0x00, 0x09, 's', 'r', 'v', 'u', ':', 'c',
		'l', 'i', 'u', 0, 0, 0, 0x00, 0x08, 0x00, 0x04, 1, 2, 3, 4};
	uint8_t *exact;

	memcpy(f->request, head, sizeof(head));
	f->request[3] = sizeof(head) - 20;
	f->len = sizeof(head);
	expect_silence(f);
	exact = malloc(sizeof(head)); /* so that ASan sees a read past the end */
	memcpy(exact, f->request, sizeof(head));
	assert_int_equal(
		ice_agent_recv(&f->agent, f->codec, exact, sizeof(head), &f->away, SECOND, f->reply)
			.reply_len,
		0);
	free(exact);
}

static void responses_and_indications_are_silence(void **state)
{
	struct fixture *f = *state;

	ask(f, true);
	f->request[0] |= 0x01; /* success response */
	expect_silence(f);
	ask(f, true);
	f->request[1] |= 0x10; /* indication */
	expect_silence(f);
}

static void nomination_moves_the_selection_and_a_plain_check_does_not(void **state)
{
	struct fixture *f = *state;
	struct ice_result result;

	ask(f, true);
	give(f, &f->home, 2 * SECOND);
	ask(f, false);
	result = give(f, &f->away, 3 * SECOND);
	assert_true(result.path_added && result.reply_len > 0);
	assert_false(result.selected_changed);
	assert_true(addr_equal(ice_agent_selected(&f->agent), &f->home));
	ask(f, true);
	result = give(f, &f->away, 4 * SECOND);
	assert_true(result.selected_changed);
	assert_false(result.path_added);
	assert_true(addr_equal(ice_agent_selected(&f->agent), &f->away));
}

static void who_says_controlled_is_told_487_and_nothing_changes(void **state)
{
	struct fixture *f = *state;
	struct ice_result result;
	StunMessage message;
	int code = 0;

	ask_as(f, LOCAL_UFRAG ":" REMOTE_UFRAG, LOCAL_PWD, false, false);
	result = give(f, &f->home, 2 * SECOND);
	assert_false(result.authenticated || result.path_added);
	assert_int_equal(
		stun_agent_validate(&f->asker, &message, f->reply, result.reply_len, NULL, NULL),
		STUN_VALIDATION_SUCCESS);
	assert_int_equal(stun_message_find_error(&message, &code), STUN_MESSAGE_RETURN_SUCCESS);
	assert_int_equal(code, STUN_ERROR_ROLE_CONFLICT);
	assert_null(ice_agent_selected(&f->agent));
	assert_int_equal(f->agent.counters.conflicts, 1);
}

static void an_attribute_that_must_be_understood_is_420(void **state)
{
	struct fixture *f = *state;
	const char *username = LOCAL_UFRAG ":" REMOTE_UFRAG;
	struct ice_result result;
	StunMessage message;
	int code = 0;

	stun_agent_init_request(&f->asker, &message, f->request, sizeof(f->request), STUN_BINDING);
	stun_message_append32(&message, (StunAttribute)0x7777, 1);
	stun_message_append_string(&message, STUN_ATTRIBUTE_USERNAME, username);
	stun_message_append_string(
		&message, STUN_ATTRIBUTE_SOFTWARE, "long enough for the answer's reason");
	f->len = stun_agent_finish_message(
		&f->asker, &message, (const uint8_t *)LOCAL_PWD, strlen(LOCAL_PWD));
	result = give(f, &f->home, 2 * SECOND);
	assert_false(result.authenticated);
	assert_in_range(result.reply_len, 1, f->len);
	stun_agent_validate(&f->asker, &message, f->reply, result.reply_len, NULL, NULL);
	assert_int_equal(stun_message_find_error(&message, &code), STUN_MESSAGE_RETURN_SUCCESS);
	assert_int_equal(code, STUN_ERROR_UNKNOWN_ATTRIBUTE);
}

static void consent_ends_after_thirty_seconds_without_a_check(void **state)
{
	struct fixture *f = *state;

	ask(f, true);
	give(f, &f->home, 2 * SECOND);
	assert_false(ice_agent_expire(&f->agent, 31 * SECOND));
	ask(f, false); /* any check from the selected address renews it */
	give(f, &f->home, 31 * SECOND);
	assert_false(ice_agent_expire(&f->agent, 61 * SECOND - 1));
	assert_non_null(ice_agent_selected(&f->agent));
	assert_true(ice_agent_expire(&f->agent, 61 * SECOND));
	assert_null(ice_agent_selected(&f->agent));
	assert_false(ice_agent_expire(&f->agent, 62 * SECOND)); /* told once */
	ask(f, true);
	assert_int_equal(give(f, &f->home, 62 * SECOND).reply_len, 0); /* for good */
	assert_null(ice_agent_selected(&f->agent));
}

static void media_from_the_selected_address_is_consent(void **state)
{
	struct fixture *f = *state;

	ask(f, true);
	give(f, &f->home, 2 * SECOND);
	ice_agent_heard(&f->agent, &f->home, 20 * SECOND);
	ice_agent_heard(&f->agent, &f->away, 40 * SECOND);
	assert_false(ice_agent_expire(&f->agent, 50 * SECOND - 1));
	assert_true(ice_agent_expire(&f->agent, 50 * SECOND));
	ice_agent_heard(&f->agent, &f->home, 51 * SECOND); /* too late */
	assert_null(ice_agent_selected(&f->agent));
}

static void checks_from_elsewhere_are_no_consent(void **state)
{
	struct fixture *f = *state;

	ask(f, true);
	give(f, &f->home, 2 * SECOND);
	for (uint64_t at = 3; at < 32; at++) {
		ask(f, false);
		give(f, &f->away, at * SECOND);
	}
	assert_true(ice_agent_expire(&f->agent, 32 * SECOND));
}

static void nobody_ever_came(void **state)
{
	struct fixture *f = *state;

	assert_false(ice_agent_expire(&f->agent, 30 * SECOND));
	assert_true(ice_agent_expire(&f->agent, 31 * SECOND));
}

static void a_restart_takes_over_with_the_first_new_check(void **state)
{
	struct fixture *f = *state;

	ask(f, true);
	give(f, &f->home, 2 * SECOND);
	assert_int_equal(ice_agent_restart(&f->agent, "srv2", "server-password-second-one", "cli2",
				 3 * SECOND),
		0);
	ask(f, false); /* the old credentials still hold ... */
	assert_true(give(f, &f->home, 4 * SECOND).authenticated);
	ask_as(f, "srv2:cli2", "server-password-second-one", true, true);
	assert_true(give(f, &f->away, 5 * SECOND).selected_changed);
	ask(f, true); /* ... until the first of the new */
	assert_int_equal(give(f, &f->home, 6 * SECOND).reply_len, 0);
	assert_true(addr_equal(ice_agent_selected(&f->agent), &f->away));
}

static void a_restart_brings_back_one_that_failed(void **state)
{
	struct fixture *f = *state;

	assert_true(ice_agent_expire(&f->agent, 40 * SECOND));
	assert_int_equal(ice_agent_restart(&f->agent, "srv2", "server-password-second-one", "cli2",
				 41 * SECOND),
		0);
	ask_as(f, "srv2:cli2", "server-password-second-one", true, true);
	assert_true(give(f, &f->home, 42 * SECOND).selected_changed);
}

static void paths_are_limited_and_the_one_in_use_stays(void **state)
{
	struct fixture *f = *state;
	struct ice_result result = {0};
	struct addr from;

	ask(f, true);
	give(f, &f->home, 2 * SECOND);
	for (uint16_t i = 0; i < 3 * ICE_MAX_PATHS; i++) {
		addr_parse("203.0.113.7", (uint16_t)(1000 + i), &from);
		ask(f, false);
		result = give(f, &from, (3 + (uint64_t)i) * SECOND);
		assert_true(result.path_added);
		assert_int_equal(result.path_removed, i >= ICE_MAX_PATHS - 1);
		assert_false(result.path_removed && addr_equal(&result.removed, &f->home));
	}
	assert_true(ice_agent_knows(&f->agent, &f->home));
	assert_int_equal(f->agent.path_count, ICE_MAX_PATHS);
}

static void the_ufrag_is_found_before_anything_is_checked(void **state)
{
	struct fixture *f = *state;
	const char *ufrag;
	size_t len;

	ask_as(f, "abcdefgh:xyz1", "any-password-will-do-here", true, true);
	assert_int_equal(stun_local_ufrag(f->request, f->len, &ufrag, &len), 0);
	assert_int_equal(len, 8);
	assert_memory_equal(ufrag, "abcdefgh", 8);
	ask_as(f, "nocolon", "any-password-will-do-here", true, true);
	assert_int_equal(stun_local_ufrag(f->request, f->len, &ufrag, &len), -EBADMSG);
	ask_as(f, ":xyz1", "any-password-will-do-here", true, true);
	assert_int_equal(stun_local_ufrag(f->request, f->len, &ufrag, &len), -EBADMSG);
}

static void impossible_credentials_are_refused(void **state)
{
	struct ice_agent agent;

	(void)state;
	assert_int_equal(ice_agent_init(&agent, "abc", LOCAL_PWD, REMOTE_UFRAG, 0), -EINVAL);
	assert_int_equal(ice_agent_init(&agent, LOCAL_UFRAG, "short", REMOTE_UFRAG, 0), -EINVAL);
	assert_int_equal(ice_agent_init(&agent, LOCAL_UFRAG, LOCAL_PWD, "", 0), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static bool is_selected(const struct fixture *f, const struct addr *addr)
{
	const struct addr *selected = ice_agent_selected(&f->agent);

	return selected && addr_equal(selected, addr);
}

static void nominate_from(struct fixture *f, const struct addr *from, uint32_t priority,
	bool nominate, uint64_t now_us)
{
	f->priority = priority;
	ask(f, nominate);
	assert_true(give(f, from, now_us).authenticated);
}

/* RFC 5245 8.1.1.2: it nominates all, stays with the best and checks that alone from then on. */
static void an_aggressive_peer_keeps_udp(void **state)
{
	struct fixture *f = *state;

	nominate_from(f, &f->home, UDP_PRIORITY, true, 2 * SECOND);
	nominate_from(f, &f->tcp, TCP_PRIORITY, true, 2 * SECOND + 50000);
	assert_true(is_selected(f, &f->home));
	/* the other way round too */
	assert_int_equal(
		ice_agent_init(&f->agent, LOCAL_UFRAG, LOCAL_PWD, REMOTE_UFRAG, SECOND), 0);
	nominate_from(f, &f->tcp, TCP_PRIORITY, true, 2 * SECOND);
	nominate_from(f, &f->home, UDP_PRIORITY, true, 2 * SECOND + 50000);
	assert_true(is_selected(f, &f->home));
}

/* UDP dies: the peer goes on checking it, in vain or not, and nominates TCP. */
static void a_peer_that_leaves_udp_is_followed_within_a_second(void **state)
{
	struct fixture *f = *state;

	nominate_from(f, &f->home, UDP_PRIORITY, true, 2 * SECOND);
	nominate_from(f, &f->home, UDP_PRIORITY, false, 2 * SECOND + SECOND / 2);
	nominate_from(f, &f->tcp, TCP_PRIORITY, true, 2 * SECOND + SECOND / 2);
	assert_true(is_selected(f, &f->home));
	nominate_from(f, &f->tcp, TCP_PRIORITY, true, 3 * SECOND);
	assert_true(is_selected(f, &f->tcp));
	/* and back at once; a NAT that rebinds UDP meanwhile is followed at once as well */
	nominate_from(f, &f->home, UDP_PRIORITY, true, 3 * SECOND + 1);
	assert_true(is_selected(f, &f->home));
	nominate_from(f, &f->away, UDP_PRIORITY, true, 3 * SECOND + 2);
	assert_true(is_selected(f, &f->away));
}

static void a_connection_that_ends_gives_way_to_what_has_consent(void **state)
{
	struct fixture *f = *state;

	nominate_from(f, &f->home, UDP_PRIORITY, true, 2 * SECOND);
	nominate_from(f, &f->away, UDP_PRIORITY, false, 2 * SECOND); /* never nominated */
	nominate_from(f, &f->tcp, TCP_PRIORITY, true, 5 * SECOND);
	assert_true(is_selected(f, &f->tcp));
	ice_agent_forget(&f->agent, &f->tcp, 20 * SECOND);
	assert_true(is_selected(f, &f->home));
	assert_false(ice_agent_knows(&f->agent, &f->tcp));
	assert_false(ice_agent_expire(&f->agent, 31 * SECOND));
	assert_true(ice_agent_expire(&f->agent, 60 * SECOND)); /* consent ran out at 32 */
	assert_null(ice_agent_selected(&f->agent));
}

/* 30 s without a way, counted from when it was lost, and whoever comes back in time is served. */
static void a_connection_that_was_the_only_way_may_come_back(void **state)
{
	struct fixture *f = *state;
	struct addr again = f->tcp;

	again.tcp++;
	nominate_from(f, &f->tcp, TCP_PRIORITY, true, 100 * SECOND);
	ice_agent_forget(&f->agent, &f->tcp, 101 * SECOND);
	assert_null(ice_agent_selected(&f->agent));
	assert_false(ice_agent_expire(&f->agent, 130 * SECOND));
	nominate_from(f, &again, TCP_PRIORITY, true, 130 * SECOND);
	assert_true(is_selected(f, &again));
	ice_agent_forget(&f->agent, &again, 140 * SECOND);
	ice_agent_forget(&f->agent, &again, 150 * SECOND); /* harmless */
	assert_false(ice_agent_expire(&f->agent, 169 * SECOND));
	assert_true(ice_agent_expire(&f->agent, 170 * SECOND));
}

/* Consent over TCP is as over UDP: an open connection is none. */
static void an_open_connection_is_no_consent(void **state)
{
	struct fixture *f = *state;

	nominate_from(f, &f->tcp, TCP_PRIORITY, true, 2 * SECOND);
	assert_false(ice_agent_expire(&f->agent, 31 * SECOND));
	nominate_from(f, &f->tcp, TCP_PRIORITY, false, 31 * SECOND);
	assert_false(ice_agent_expire(&f->agent, 60 * SECOND));
	assert_true(ice_agent_expire(&f->agent, 61 * SECOND));
}

static void the_answer_tells_an_ipv6_address(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_storage mapped;
	socklen_t mapped_len = sizeof(mapped);
	struct ice_result result;
	StunMessage message;
	struct addr six;

	addr_parse("2001:db8::5", 5555, &six);
	ask(f, true);
	result = give(f, &six, 2 * SECOND);
	assert_in_range(result.reply_len, 1, f->len);
	assert_int_equal(
		stun_agent_validate(&f->asker, &message, f->reply, result.reply_len, NULL, NULL),
		STUN_VALIDATION_SUCCESS);
	assert_int_equal(stun_usage_ice_conncheck_process(&message, &mapped, &mapped_len,
				 STUN_USAGE_ICE_COMPATIBILITY_RFC5245),
		STUN_USAGE_ICE_RETURN_SUCCESS);
	assert_int_equal(mapped.ss_family, AF_INET6);
	assert_memory_equal(&((struct sockaddr_in6 *)&mapped)->sin6_addr, &six.u.in6.sin6_addr, 16);
	assert_int_equal(((struct sockaddr_in6 *)&mapped)->sin6_port, htons(5555));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_answer_is_authentic_and_tells_the_address),
		TEST(without_the_right_credentials_no_byte_comes_back),
		TEST(every_flipped_byte_and_every_cut_is_silence),
		TEST(a_short_integrity_attribute_is_silence),
		TEST(responses_and_indications_are_silence),
		TEST(nomination_moves_the_selection_and_a_plain_check_does_not),
		TEST(who_says_controlled_is_told_487_and_nothing_changes),
		TEST(an_attribute_that_must_be_understood_is_420),
		TEST(consent_ends_after_thirty_seconds_without_a_check),
		TEST(media_from_the_selected_address_is_consent),
		TEST(checks_from_elsewhere_are_no_consent),
		TEST(nobody_ever_came),
		TEST(a_restart_takes_over_with_the_first_new_check),
		TEST(a_restart_brings_back_one_that_failed),
		TEST(paths_are_limited_and_the_one_in_use_stays),
		TEST(the_ufrag_is_found_before_anything_is_checked),
		TEST(impossible_credentials_are_refused),
		cmocka_unit_test_setup_teardown(an_aggressive_peer_keeps_udp, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_peer_that_leaves_udp_is_followed_within_a_second, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_connection_that_ends_gives_way_to_what_has_consent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_connection_that_was_the_only_way_may_come_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			an_open_connection_is_no_consent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			the_answer_tells_an_ipv6_address, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
