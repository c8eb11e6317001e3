/* SPDX-License-Identifier: MIT */
/* Offers of browsers and by hand, and their answers: for the tests of the SDP. */
#ifndef TESTS_UNIT_LIVE_DEAL_H
#define TESTS_UNIT_LIVE_DEAL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <errno.h>

#include <cmocka.h>

#include "offers.h"
#include "signaling/sdp.h"

static const char *const browsers[] = {"chromium-simulcast-plain", "chromium-single-plain",
	"firefox-simulcast-plain", "firefox-single-plain"};

enum { BROWSERS = sizeof(browsers) / sizeof(browsers[0]) };

struct deal {
	char *text;
	size_t len;
	struct sdp_offer offer;
	struct lectern_peer_params params;
	char answer[SDP_MAX_ANSWER];
	char why[SDP_WHY];
};

static const struct lectern_endpoint endpoint = {
	.candidate_count = 3,
	.candidates = {{"192.0.2.7", 7000}, {"2001:db8::7", 7000}, {"127.0.0.1", 7000}},
	.fingerprint =
		"00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:"
		"AA:BB:CC:DD:EE:FF",
};

static inline void answer_text(struct deal *deal, const struct lectern_peer_params *previous)
{
	assert_int_equal(sdp_parse(deal->text, deal->len, &deal->offer, deal->why), 0);
	assert_int_equal(sdp_negotiate(&deal->offer, previous, &deal->params, deal->why), 0);
	assert_int_equal(sdp_write(&deal->offer, &deal->params, &endpoint, 1, deal->answer), 0);
}

static inline struct deal *answer_browser(const char *name)
{
	struct deal *deal = calloc(1, sizeof(*deal));

	deal->text = read_offer(name, &deal->len);
	answer_text(deal, NULL);
	return deal;
}

static inline void free_deal(struct deal *deal)
{
	free(deal->text);
	free(deal);
}

/* Copies section i of an SDP (0: the session part) into `out`. */
static inline void section_of(const char *sdp, int i, char *out, size_t room)
{
	const char *at = sdp, *end;

	while (i-- > 0)
		at = strstr(at, "\r\nm=") + 2;
	end = strstr(at, "\r\nm=");
	snprintf(out, room, "%.*s", end ? (int)(end + 2 - at) : (int)strlen(at), at);
}

static inline int count_of(const char *text, const char *what)
{
	int count = 0;

	for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
		count++;
	return count;
}

#define SESSION "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE a v\r\n"
#define UFRAG "a=ice-ufrag:abcd\r\n"
#define PWD "a=ice-pwd:0123456789012345678901\r\n"
#define PRINT                                                                                      \
	"a=fingerprint:sha-256 aa:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:" \
	"00:11:22:33:44:55:66:77:88:99\r\n"
#define TRANSPORT UFRAG PWD PRINT "a=setup:actpass\r\na=rtcp-mux\r\n"
#define AUDIO(mid, port, direction)                                                                \
	"m=audio " port " UDP/TLS/RTP/SAVPF 111\r\na=mid:" mid "\r\na=" direction                  \
	"\r\na=rtpmap:111 opus/48000/2\r\n"
#define VIDEO(mid, port, direction)                                                                \
	"m=video " port " UDP/TLS/RTP/SAVPF 96\r\na=mid:" mid "\r\na=" direction                   \
	"\r\na=rtpmap:96 VP8/90000\r\n"

static inline int try_offer(const char *text, struct deal *deal)
{
	int result = sdp_parse(text, strlen(text), &deal->offer, deal->why);

	if (result == 0)
		result = sdp_negotiate(&deal->offer, NULL, &deal->params, deal->why);
	if (result == 0)
		result = sdp_write(&deal->offer, &deal->params, &endpoint, 1, deal->answer);
	return result;
}

#endif
