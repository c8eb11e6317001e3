/* SPDX-License-Identifier: MIT */
/* What an answer takes of sound: redundancy and repair. */
#include "deal.h"

/* First, so that a browser which can sends it. */
static void takes_redundant_audio_where_it_is_offered(void **state)
{
	(void)state;
	for (int b = 0; b < BROWSERS; b++) {
		struct deal *deal = answer_browser(browsers[b]);
		bool chromium = strncmp(browsers[b], "chromium", 8) == 0;
		char text[4096];

		for (int i = 0; i < 16; i++) {
			const struct lectern_section *section = &deal->params.sections[i];
			bool red = chromium && section->kind == LECTERN_MIC;

			section_of(deal->answer, i + 1, text, sizeof(text));
			assert_int_equal(section->formats[0].red_pt, red ? 63 : 0);
			assert_int_equal(
				count_of(text, "m=audio 9 UDP/TLS/RTP/SAVPF 63 111\r\n"), red);
			assert_int_equal(count_of(text, "a=rtpmap:63 red/48000/2\r\n"), red);
			assert_int_equal(count_of(text, "a=fmtp:63 111/111\r\n"), red);
		}
		free_deal(deal);
	}
}

#define FORMATS "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 64 112\r\na=mid:a\r\na=sendrecv\r\n"
#define MAPS "a=rtpmap:111 opus/48000/2\r\na=rtpmap:63 red/48000/2\r\n"

static void takes_of_audio_repair_what_it_understands(void **state)
{
	static const struct {
		const char *lines;
		uint8_t red_pt, rtx_pt;
	} offers[] = {
		{MAPS "a=fmtp:63 111/111/111\r\n", 63, 0},
		{MAPS "a=fmtp:63 111/0\r\n", 0, 0}, /* blocks of two codecs */
		{MAPS "a=fmtp:63 111\r\n", 0, 0},
		{MAPS "a=fmtp:63 8/8\r\n", 0, 0},
		{MAPS, 0, 0},
		{MAPS "a=rtpmap:112 rtx/48000\r\na=fmtp:112 apt=111\r\na=rtcp-fb:111 nack\r\n", 0,
			112},
		{MAPS "a=rtpmap:112 rtx/48000\r\na=fmtp:112 apt=111\r\n", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
		struct deal *deal = calloc(1, sizeof(*deal));
		char text[2048];

		snprintf(text, sizeof(text), SESSION FORMATS TRANSPORT "%s", offers[i].lines);
		assert_int_equal(try_offer(text, deal), 0);
		assert_int_equal(deal->params.sections[0].formats[0].red_pt, offers[i].red_pt);
		assert_int_equal(deal->params.sections[0].formats[0].rtx_pt, offers[i].rtx_pt);
		assert_int_equal(count_of(deal->answer, "rtx/48000\r\n"), offers[i].rtx_pt != 0);
		free(deal);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_redundant_audio_where_it_is_offered),
		cmocka_unit_test(takes_of_audio_repair_what_it_understands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
