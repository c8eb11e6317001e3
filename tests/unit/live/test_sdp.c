/* SPDX-License-Identifier: MIT */
#include "deal.h"

static void finds_every_section(void **state)
{
	(void)state;
	for (int b = 0; b < BROWSERS; b++) {
		struct deal *deal = answer_browser(browsers[b]);
		const struct lectern_section *sections = deal->params.sections;

		assert_int_equal(deal->params.section_count, 16);
		for (int i = 0; i < 3; i++) {
			assert_int_equal(sections[i].use, LECTERN_SECTION_UP);
			assert_int_equal(sections[i].kind, i);
		}
		for (int i = 3; i < 16; i++) {
			assert_int_equal(sections[i].use, LECTERN_SECTION_SLOT);
			assert_int_equal(sections[i].slot, i < 7 ? i - 3 : i - 7);
			assert_true((sections[i].kind == LECTERN_MIC) == (i < 7));
			assert_int_not_equal(sections[i].ssrc, 0);
		}
		free_deal(deal);
	}
}

static void takes_codecs_and_feedback(void **state)
{
	struct deal *deal = answer_browser("chromium-simulcast-plain");
	const struct lectern_section *mic = &deal->params.sections[0];
	const struct lectern_section *camera = &deal->params.sections[1];

	(void)state;
	assert_int_equal(mic->formats[0].codec, LECTERN_CODEC_OPUS);
	assert_int_equal(mic->formats[0].pt, 111);
	assert_int_equal(mic->ext_level, 1);
	assert_int_equal(mic->ssrc, 848847031);
	assert_true(mic->twcc && !mic->nack);
	assert_int_equal(camera->formats[0].codec, LECTERN_CODEC_VP8);
	assert_int_equal(camera->formats[0].pt, 96);
	assert_int_equal(camera->formats[0].rtx_pt, 97);
	assert_true(camera->nack && camera->pli && camera->fir && camera->twcc);
	assert_int_equal(camera->ext_mid, 4);
	assert_int_equal(camera->ext_twcc, 3);
	assert_int_equal(camera->ext_rid, 10);
	assert_int_equal(camera->ext_rrid, 11);
	assert_int_equal(camera->ext_abs_send_time, 2);
	assert_int_equal(camera->rid_count, 3);
	assert_string_equal(camera->rids[0], "l");
	assert_string_equal(camera->rids[2], "h");
	assert_int_equal(camera->ssrc, 0);
	free_deal(deal);
}

static void takes_ssrcs_without_simulcast(void **state)
{
	struct deal *deal = answer_browser("firefox-single-plain");
	const struct lectern_section *camera = &deal->params.sections[1];

	(void)state;
	assert_int_equal(camera->rid_count, 0);
	assert_int_not_equal(camera->ssrc, 0);
	assert_int_not_equal(camera->rtx_ssrc, 0);
	free_deal(deal);
}

/* weak-link rules: one transport, the same extension ids everywhere, one feedback, RTX for video.
 */
static void check_section(const struct deal *deal, int i)
{
	const struct lectern_section *section = &deal->params.sections[i];
	char text[4096], wanted[128];

	section_of(deal->answer, i + 1, text, sizeof(text));
	snprintf(wanted, sizeof(wanted), "a=mid:%s\r\n", section->mid);
	assert_int_equal(count_of(text, wanted), 1);
	assert_int_equal(count_of(text, "a=rtcp-mux\r\n"), 1);
	assert_int_equal(count_of(text, "a=setup:passive\r\n"), 1);
	assert_int_equal(count_of(text, "a=fingerprint:"), 1);
	assert_int_equal(count_of(text, "a=ice-ufrag:"), 1);
	assert_int_equal(count_of(text, "transport-cc\r\n"), section->format_count);
	assert_int_equal(count_of(text, "goog-remb"), 0);
	assert_int_equal(count_of(text, "a=candidate:"), i == 0 ? 6 : 0);
	assert_int_equal(count_of(text, "a=end-of-candidates\r\n"), i == 0);
	if (section->formats[0].codec == LECTERN_CODEC_VP8) {
		snprintf(wanted, sizeof(wanted), "a=fmtp:%u apt=%u\r\n", section->formats[0].rtx_pt,
			section->formats[0].pt);
		assert_int_equal(count_of(text, wanted), 1);
		assert_int_equal(count_of(text, " nack\r\n"), section->format_count);
		assert_int_equal(count_of(text, " nack pli\r\n"), section->format_count);
		assert_int_equal(count_of(text, " ccm fir\r\n"), section->format_count);
		assert_int_equal(count_of(text, " apt="), section->format_count);
		assert_int_equal(count_of(text, "a=rtcp-rsize\r\n"), 1);
	} else {
		assert_int_equal(count_of(text, "useinbandfec=1"), 1);
	}
	assert_int_equal(count_of(text, "a=sendonly\r\n"), i >= 3);
	assert_int_equal(count_of(text, "a=recvonly\r\n"), i < 3);
	assert_int_equal(count_of(text, "a=msid:"), i >= 3);
	assert_int_equal(count_of(text, "a=ssrc-group:FID "), i >= 7);
}

static void check_extensions(const struct deal *deal)
{
	const struct lectern_section *all = deal->params.sections;

	for (size_t i = 1; i < deal->params.section_count; i++) {
		assert_int_equal(all[i].ext_mid, all[0].ext_mid);
		assert_int_equal(all[i].ext_twcc, all[0].ext_twcc);
		assert_int_not_equal(all[i].ext_twcc, 0);
	}
}

static void answers_as_weak_links_need(void **state)
{
	(void)state;
	for (int b = 0; b < BROWSERS; b++) {
		struct deal *deal = answer_browser(browsers[b]);

		assert_int_equal(count_of(deal->answer, "a=ice-lite\r\n"), 1);
		assert_int_equal(
			count_of(deal->answer,
				"a=group:BUNDLE 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15\r\n"),
			1);
		assert_int_equal(count_of(deal->answer, "a=extmap-allow-mixed\r\n"), 1);
		for (int i = 0; i < 16; i++)
			check_section(deal, i);
		check_extensions(deal);
		free_deal(deal);
	}
}

static void answers_simulcast(void **state)
{
	(void)state;
	for (int b = 0; b < BROWSERS; b++) {
		struct deal *deal = answer_browser(browsers[b]);
		bool simulcast = strstr(browsers[b], "simulcast") != NULL;

		assert_int_equal(count_of(deal->answer, "a=simulcast:recv l;m;h\r\n"), simulcast);
		assert_int_equal(count_of(deal->answer, "a=rid:m recv\r\n"), simulcast);
		free_deal(deal);
	}
}

static void lead_is_one_stream(void **state)
{
	struct deal *deal = answer_browser("chromium-single-plain");

	(void)state;
	assert_int_equal(count_of(deal->answer, "a=msid:lead audio0\r\n"), 1);
	assert_int_equal(count_of(deal->answer, "a=msid:lead video1\r\n"), 1);
	assert_int_equal(count_of(deal->answer, "a=msid:lead "), 2);
	assert_int_equal(count_of(deal->answer, "a=msid:video0 video0\r\n"), 1);
	assert_int_equal(count_of(deal->answer, "a=msid:audio3 audio3\r\n"), 1);
	free_deal(deal);
}

static void ssrcs_are_unique(void **state)
{
	struct deal *deal = answer_browser("firefox-simulcast-plain");
	uint32_t seen[64];
	int count = 0;

	(void)state;
	for (size_t i = 0; i < deal->params.section_count; i++) {
		const struct lectern_section *section = &deal->params.sections[i];

		if (section->use != LECTERN_SECTION_SLOT)
			continue;
		seen[count++] = section->ssrc;
		if (section->rtx_ssrc)
			seen[count++] = section->rtx_ssrc;
	}
	assert_int_equal(count, 4 + 9 * 2);
	for (int i = 0; i < count; i++) {
		for (int j = 0; j < i; j++)
			assert_int_not_equal(seen[i], seen[j]);
	}
	free_deal(deal);
}

static void same_offer_same_answer(void **state)
{
	struct deal *first = answer_browser("chromium-simulcast-plain");
	struct deal *again = calloc(1, sizeof(*again));

	(void)state;
	again->text = read_offer("chromium-simulcast-plain", &again->len);
	answer_text(again, &first->params);
	assert_string_equal(first->answer, again->answer);
	free_deal(first);
	free_deal(again);
}

static void restart_keeps_all_but_credentials(void **state)
{
	struct deal *first = answer_browser("firefox-simulcast-plain");
	struct deal *again = calloc(1, sizeof(*again));

	(void)state;
	again->text = read_offer("firefox-simulcast-restart", &again->len);
	answer_text(again, &first->params);
	assert_string_equal(first->params.remote_fingerprint, again->params.remote_fingerprint);
	assert_string_not_equal(first->params.remote_ufrag, again->params.remote_ufrag);
	assert_string_not_equal(first->params.local_ufrag, again->params.local_ufrag);
	assert_string_not_equal(first->params.local_pwd, again->params.local_pwd);
	assert_string_equal(first->params.cname, again->params.cname);
	assert_memory_equal(
		first->params.sections, again->params.sections, sizeof(first->params.sections));
	free_deal(first);
	free_deal(again);
}

static void sections_of_a_peer_cannot_change(void **state)
{
	struct deal *first = answer_browser("chromium-simulcast-plain");
	struct deal *again = calloc(1, sizeof(*again));

	(void)state;
	again->text = read_offer("firefox-simulcast-plain", &again->len);
	assert_int_equal(sdp_parse(again->text, again->len, &again->offer, again->why), 0);
	assert_int_equal(
		sdp_negotiate(&again->offer, &first->params, &again->params, again->why), -EBADMSG);
	assert_non_null(strstr(again->why, "sections changed"));
	free_deal(first);
	free_deal(again);
}

/* A small offer, to be bent; %s: a line more for the session, %s %s: for each section. */
static void refuses_what_cannot_work(void **state)
{
	static const struct {
		const char *offer, *why;
	} cases[] = {
		{"", "no section"},
		{"v=0\r\n" AUDIO("a", "9", "sendonly") TRANSPORT VIDEO("v", "9", "sendonly")
				TRANSPORT,
			"no BUNDLE"},
		{SESSION AUDIO("x", "9", "sendonly") TRANSPORT, "no section"},
		{SESSION AUDIO("a", "9", "sendonly") UFRAG PRINT "a=rtcp-mux\r\n", "ice-"},
		{SESSION AUDIO("a", "9", "sendonly") "a=ice-ufrag:abc\r\n", "ice-ufrag"},
		{SESSION AUDIO("a", "9", "sendonly") "a=ice-ufrag:ab:cd\r\n", "ice-ufrag"},
		{SESSION AUDIO("a", "9", "sendonly") "a=ice-pwd:short\r\n", "ice-pwd"},
		{SESSION AUDIO("a", "9", "sendonly") UFRAG PWD "a=rtcp-mux\r\n", "no fingerprint"},
		{SESSION AUDIO("a", "9", "sendonly") UFRAG PWD "a=fingerprint:sha-1 AA:BB\r\n",
			"no SHA-256"},
		{SESSION AUDIO("a", "9", "sendonly") "a=fingerprint:sha-256 AA:BB\r\n", "SHA-256"},
		{SESSION AUDIO("a", "9", "sendonly") UFRAG PWD PRINT "a=setup:passive\r\n",
			"passive"},
		{SESSION AUDIO("a", "9", "sendonly") UFRAG PWD PRINT, "rtcp-mux"},
		{SESSION AUDIO("a", "9", "sendonly") TRANSPORT AUDIO("a", "9", "sendonly"),
			"same mid"},
		{SESSION "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:a\r\na=sendonly\r\n" TRANSPORT,
			"no section has Opus"},
	};
	struct deal *deal = calloc(1, sizeof(*deal));

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(try_offer(cases[i].offer, deal), -EBADMSG);
		if (!strstr(deal->why, cases[i].why))
			fail_msg("case %zu: \"%s\"", i, deal->why);
	}
	free(deal);
}

/* An offer of `head` and then `count` times `again`, which is refused because of `why`. */
static void refuses_repeated(const char *head, const char *again, size_t count, const char *why)
{
	struct deal *deal = calloc(1, sizeof(*deal));
	size_t len = strlen(head), size = strlen(again);
	char *text = calloc(1, len + count * size + 1);

	memcpy(text, head, len);
	for (size_t i = 0; i < count; i++)
		memcpy(text + len + i * size, again, size);
	assert_int_equal(try_offer(text, deal), -EBADMSG);
	if (!strstr(deal->why, why))
		fail_msg("\"%s\" is not \"%s\"", deal->why, why);
	free(text);
	free(deal);
}

static void bounds_sections_and_lines(void **state)
{
	(void)state;
	refuses_repeated(
		"", "m=audio 9 RTP/SAVPF 0\r\n", LECTERN_MAX_SECTIONS + 1, "too many sections");
	refuses_repeated("m=audio 9 RTP/SAVPF", " 1", SDP_MAX_FORMATS + 1, "payload types");
	refuses_repeated("", "a", SDP_MAX_LINE + 1, "line");
	refuses_repeated("", "\n", SDP_MAX_OFFER + 1, "too long");
}

/* Two are refused, so the answer keeps them out of the group; the third is for later. */
static void tolerates_other_sections(void **state)
{
	static const char offer[] =
		"v=0\r\na=group:BUNDLE d r v i a\r\n" UFRAG PWD PRINT
		"m=application 9 UDP/DTLS/SCTP "
		"webrtc-datachannel\r\na=mid:d\r\na=rtcp-mux\r\n" AUDIO("r", "0", "sendonly")
			VIDEO("v", "9", "sendrecv") "a=rtcp-mux\r\n" VIDEO(
				"i", "9", "inactive") "a=rtcp-mux\r\n" AUDIO("a", "0",
				"recvonly") "a=rtcp-mux\r\na=bundle-only\r\n";
	struct deal *deal = calloc(1, sizeof(*deal));
	char text[2048];

	(void)state;
	assert_int_equal(try_offer(offer, deal), 0);
	assert_int_equal(deal->params.sections[0].use, LECTERN_SECTION_UNUSED);
	assert_int_equal(deal->params.sections[1].use, LECTERN_SECTION_UNUSED);
	assert_int_equal(deal->params.sections[2].use, LECTERN_SECTION_UP);
	assert_int_equal(deal->params.sections[2].kind, LECTERN_CAMERA);
	assert_int_equal(deal->params.sections[3].use, LECTERN_SECTION_UNUSED);
	assert_int_equal(deal->params.sections[4].use, LECTERN_SECTION_SLOT);
	assert_non_null(strstr(deal->answer, "a=group:BUNDLE v i a\r\n"));
	section_of(deal->answer, 1, text, sizeof(text));
	assert_non_null(strstr(text, "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n"));
	section_of(deal->answer, 3, text, sizeof(text));
	assert_non_null(strstr(text, "a=candidate:1 "));
	free(deal);
}

/* Firefox says of some extensions that they are for one direction only (RFC 8285 8). */
static void respects_directions_of_extensions(void **state)
{
	struct deal *deal = answer_browser("firefox-simulcast-plain");

	(void)state;
	assert_int_equal(deal->params.sections[1].ext_rid, 9);
	assert_int_equal(deal->params.sections[7].ext_rid, 0);
	free_deal(deal);
}

/* What other programs than browsers offer, as they wrote it. */
static void takes_what_programs_publish(void **state)
{
	static const char *const programs[] = {"aiortc-publish", "gstreamer-publish",
		"gstreamer-publish-h264", "libdatachannel-publish-h264", "pion-publish"};

	(void)state;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		struct deal *deal = calloc(1, sizeof(*deal));
		const struct lectern_section *sections = deal->params.sections;

		deal->text = read_offer(programs[i], &deal->len);
		assert_int_equal(sdp_parse(deal->text, deal->len, &deal->offer, deal->why), 0);
		assert_true(sdp_restrict(&deal->offer, SDP_SENDONLY));
		assert_int_equal(sdp_negotiate(&deal->offer, NULL, &deal->params, deal->why), 0);
		assert_int_equal(
			sdp_write(&deal->offer, &deal->params, &endpoint, 1, deal->answer), 0);
		assert_int_equal(deal->params.section_count, 2);
		assert_int_equal(sections[0].use, LECTERN_SECTION_UP);
		assert_int_equal(sections[0].kind, LECTERN_MIC);
		if (sections[1].use == LECTERN_SECTION_UP)
			assert_int_equal(sections[1].kind, LECTERN_CAMERA);
		assert_null(strstr(deal->answer, "a=sendonly"));
		assert_null(strstr(deal->answer, "a=sendrecv"));
		free_deal(deal);
	}
}

static void takes_what_programs_watch(void **state)
{
	static const char *const programs[] = {"aiortc-watch", "gstreamer-watch", "pion-watch"};

	(void)state;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		struct deal *deal = calloc(1, sizeof(*deal));

		deal->text = read_offer(programs[i], &deal->len);
		assert_int_equal(sdp_parse(deal->text, deal->len, &deal->offer, deal->why), 0);
		assert_true(sdp_restrict(&deal->offer, SDP_RECVONLY));
		assert_int_equal(sdp_negotiate(&deal->offer, NULL, &deal->params, deal->why), 0);
		assert_int_equal(deal->params.sections[0].use, LECTERN_SECTION_SLOT);
		assert_int_equal(deal->params.sections[1].use, LECTERN_SECTION_SLOT);
		assert_true(deal->params.sections[1].pli);
		assert_int_equal(
			sdp_write(&deal->offer, &deal->params, &endpoint, 1, deal->answer), 0);
		free_deal(deal);
	}
}

/* aiortc gives id 2 to the level of the audio and to the send time of the video. */
static void an_extension_id_keeps_its_first_meaning(void **state)
{
	struct deal *deal = answer_browser("aiortc-publish");
	char audio[4096], video[4096];

	(void)state;
	section_of(deal->answer, 1, audio, sizeof(audio));
	section_of(deal->answer, 2, video, sizeof(video));
	assert_non_null(strstr(audio, "a=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level"));
	assert_non_null(strstr(video, "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid"));
	assert_null(strstr(video, "a=extmap:2 "));
	free_deal(deal);
}

static void one_section_needs_no_group(void **state)
{
	static const char text[] = "v=0\r\n"
				   "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 "
				   "opus/48000/2\r\n" TRANSPORT;
	struct deal deal = {.text = strdup(text), .len = sizeof(text) - 1};

	(void)state;
	answer_text(&deal, NULL);
	assert_int_equal(deal.params.sections[0].use, LECTERN_SECTION_UP);
	assert_null(strstr(deal.answer, "BUNDLE"));
	assert_null(strstr(deal.answer, "a=mid"));
	free(deal.text);
}

static void a_direction_rules_a_section(void **state)
{
	static const char text[] =
		SESSION AUDIO("a", "9", "sendrecv") TRANSPORT VIDEO("v", "9", "recvonly") TRANSPORT;
	struct deal *deal = calloc(1, sizeof(*deal));

	(void)state;
	assert_int_equal(sdp_parse(text, sizeof(text) - 1, &deal->offer, deal->why), 0);
	assert_true(sdp_restrict(&deal->offer, SDP_RECVONLY));
	assert_int_equal(deal->offer.sections[0].direction, SDP_RECVONLY);
	assert_int_equal(deal->offer.sections[1].direction, SDP_RECVONLY);
	assert_false(sdp_restrict(&deal->offer, SDP_SENDONLY));
	assert_int_equal(deal->offer.sections[0].direction, SDP_INACTIVE);
	free(deal);
}

static void reads_fragments(void **state)
{
	static const struct {
		const char *text, *ufrag, *why;
		unsigned candidates;
	} cases[] = {
		{"a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n", "", NULL, 1},
		{"a=end-of-candidates\n", "", NULL, 0},
		{UFRAG PWD, "abcd", NULL, 0},
		{"a=ice-options:trickle ice2\r\na=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF "
		 "0\r\na=mid:0\r\n" UFRAG PWD
		 "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\na=candidate:2 1 tcp 1 192.0.2.1 9 "
		 "typ host tcptype active\r\nm=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:1\r\n" UFRAG
				PWD,
			"abcd", NULL, 2},
		{"", "", "neither", 0},
		{"v=0\r\n", "", "neither", 0},
		{UFRAG, "", "belong together", 0},
		{PWD, "", "belong together", 0},
		{UFRAG PWD "a=ice-ufrag:wxyz\r\n", "", "different", 0},
		{"a=ice-ufrag:abc\r\n" PWD, "", "too short", 0},
		{UFRAG "a=ice-pwd:short\r\n", "", "too short", 0},
		{"a=ice-ufrag:ab d\r\n" PWD, "", "ICE characters", 0},
	};
	char why[SDP_WHY];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sdp_fragment fragment;
		int r = sdp_fragment_parse(cases[i].text, strlen(cases[i].text), &fragment, why);

		assert_int_equal(r, cases[i].why ? -EBADMSG : 0);
		if (cases[i].why) {
			assert_non_null(strstr(why, cases[i].why));
			continue;
		}
		assert_string_equal(fragment.ufrag, cases[i].ufrag);
		assert_int_equal(fragment.candidates, cases[i].candidates);
	}
}

/* The next candidate line after `at`, cut up. */
static const char *next_candidate(const char *at, unsigned *foundation, char protocol[8],
	unsigned *priority, char address[64], bool *ret_passive)
{
	unsigned port;
	int len = 0;

	at = strstr(at, "a=candidate:");
	if (!at)
		return NULL;
	assert_int_equal(sscanf(at, "a=candidate:%u 1 %7[^ ] %u %63[^ ] %u typ host%n", foundation,
				 protocol, priority, address, &port, &len),
		5);
	assert_int_equal(port, 7000);
	*ret_passive = strncmp(at + len, " tcptype passive\r\n", 18) == 0;
	assert_true(*ret_passive || strncmp(at + len, "\r\n", 2) == 0);
	return at + len;
}

/* RFC 8445 5.1.2 and RFC 6544 4.2: all of TCP behind all of UDP, in each the best address first. */
static void offers_tcp_behind_udp(void **state)
{
	static const char *const addresses[] = {"192.0.2.7", "2001:db8::7", "127.0.0.1"};
	struct deal *deal = answer_browser("chromium-single-plain");
	unsigned priority = UINT32_MAX, foundations = 0, count = 0;
	char protocol[8], address[64];
	bool passive;
	const char *at = deal->answer;
	unsigned foundation, next;

	(void)state;
	while ((at = next_candidate(at, &foundation, protocol, &next, address, &passive)) != NULL) {
		bool tcp = count >= 3;

		assert_string_equal(protocol, tcp ? "tcp" : "udp");
		assert_int_equal(passive, tcp);
		assert_string_equal(address, addresses[count % 3]);
		assert_true(next < priority);
		assert_false(foundations & 1u << foundation);
		foundations |= 1u << foundation;
		priority = next;
		count++;
	}
	assert_int_equal(count, 6);
	free_deal(deal);
}

static const struct lectern_format *format_by(
	const struct lectern_section *section, enum lectern_codec codec, uint32_t profile)
{
	for (unsigned i = 0; i < section->format_count; i++) {
		if (section->formats[i].codec == codec && section->formats[i].profile == profile)
			return &section->formats[i];
	}
	return NULL;
}

static void a_slot_takes_every_codec_that_its_member_decodes(void **state)
{
	struct deal *deal = answer_browser("chromium-simulcast-plain");
	const struct lectern_section *slot = &deal->params.sections[7];
	char text[4096];

	(void)state;
	assert_int_equal(slot->format_count, 7);
	assert_int_equal(slot->formats[0].codec, LECTERN_CODEC_VP8); /* the offer's order */
	assert_int_equal(format_by(slot, LECTERN_CODEC_VP9, 0)->pt, 98);
	assert_int_equal(format_by(slot, LECTERN_CODEC_VP9, 2)->pt, 100);
	assert_int_equal(format_by(slot, LECTERN_CODEC_AV1, 0)->pt, 45);
	assert_int_equal(format_by(slot, LECTERN_CODEC_AV1, 0)->rtx_pt, 46);
	/* packetization-mode 1 only */
	assert_int_equal(format_by(slot, LECTERN_CODEC_H264, 0x42001f)->pt, 102);
	assert_int_equal(format_by(slot, LECTERN_CODEC_H264, 0x42e01f)->pt, 108);
	assert_int_equal(format_by(slot, LECTERN_CODEC_H264, 0x4d001f)->pt, 116);
	section_of(deal->answer, 8, text, sizeof(text));
	assert_int_equal(count_of(text, "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 100 101 102 103 "
					"108 109 116 117 45 46\r\n"),
		1);
	assert_int_equal(count_of(text, "a=rtpmap:102 H264/90000\r\n"), 1);
	assert_int_equal(count_of(text, "a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;"
					"profile-level-id=42e01f\r\n"),
		1);
	assert_int_equal(count_of(text, "a=fmtp:100 profile-id=2\r\n"), 1);
	assert_int_equal(count_of(text, "a=fmtp:45 profile=0\r\n"), 1);
	assert_int_equal(count_of(text, "a=fmtp:101 apt=100\r\n"), 1);
	free_deal(deal);
}

static void a_sender_sends_its_first_that_we_forward(void **state)
{
	static const struct {
		const char *lines;
		enum lectern_codec codec;
		uint32_t profile;
		uint8_t pt;
	} offers[] = {
		{"m=video 9 UDP/TLS/RTP/SAVPF 50 45 96\r\na=rtpmap:50 H265/90000\r\n"
		 "a=rtpmap:45 AV1/90000\r\na=rtpmap:96 VP8/90000\r\n",
			LECTERN_CODEC_AV1, 0, 45},
		{"m=video 9 UDP/TLS/RTP/SAVPF 97 98\r\n"
		 "a=rtpmap:97 H264/90000\r\na=fmtp:97 "
		 "packetization-mode=0;profile-level-id=42e01f\r\n"
		 "a=rtpmap:98 H264/90000\r\na=fmtp:98 profile-level-id=64002A; "
		 "packetization-mode=1\r\n",
			LECTERN_CODEC_H264, 0x64002a, 98},
		{"m=video 9 UDP/TLS/RTP/SAVPF 98 99\r\na=fmtp:98 profile-id=1\r\n"
		 "a=rtpmap:98 VP9/90000\r\na=rtpmap:99 VP9/90000\r\na=fmtp:99 profile-id=2\r\n",
			LECTERN_CODEC_VP9, 2, 99},
		{"m=video 9 UDP/TLS/RTP/SAVPF 97\r\na=rtpmap:97 H264/90000\r\n"
		 "a=fmtp:97 packetization-mode=1\r\n",
			LECTERN_CODEC_H264, 0x42000a, 97},
		{"m=video 9 UDP/TLS/RTP/SAVPF 97 98\r\na=rtpmap:97 H264/90000\r\n"
		 "a=fmtp:97 packetization-mode=1;profile-level-id=-2e01f\r\n"
		 "a=rtpmap:98 H264/90000\r\na=fmtp:98 "
		 "packetization-mode=1;profile-level-id=f4001f\r\n",
			LECTERN_CODEC_H264, 0x42000a, 97},
	};
	struct deal *deal = calloc(1, sizeof(*deal));

	(void)state;
	for (size_t i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
		const struct lectern_section *section = &deal->params.sections[0];
		char text[2048];

		snprintf(text, sizeof(text), SESSION "%sa=mid:a\r\na=sendonly\r\n" TRANSPORT,
			offers[i].lines);
		assert_int_equal(try_offer(text, deal), 0);
		assert_int_equal(section->use, LECTERN_SECTION_UP);
		assert_int_equal(section->format_count, 1);
		assert_int_equal(section->formats[0].codec, offers[i].codec);
		assert_int_equal(section->formats[0].profile, offers[i].profile);
		assert_int_equal(section->formats[0].pt, offers[i].pt);
	}
	free(deal);
}

static void takes_the_dependency_descriptor_where_it_fits(void **state)
{
#define DD                                                                                         \
	"a=extmap:12 https://aomediacodec.github.io/av1-rtp-spec/"                                 \
	"#dependency-descriptor-rtp-header-extension\r\n"
#define AV1(direction)                                                                             \
	"m=video 9 UDP/TLS/RTP/SAVPF 45\r\na=rtpmap:45 AV1/90000\r\na=mid:a\r\na=" direction       \
	"\r\n" DD
	struct deal *deal = calloc(1, sizeof(*deal));

	(void)state;
	assert_int_equal(try_offer(SESSION AV1("sendonly") TRANSPORT, deal), 0);
	assert_int_equal(deal->params.sections[0].ext_dd, 12);
	/* To receive it takes long elements, which must be allowed to be mixed with short ones. */
	assert_int_equal(try_offer(SESSION AV1("recvonly") TRANSPORT, deal), 0);
	assert_int_equal(deal->params.sections[0].ext_dd, 0);
	assert_int_equal(
		try_offer(SESSION "a=extmap-allow-mixed\r\n" AV1("recvonly") TRANSPORT, deal), 0);
	assert_int_equal(deal->params.sections[0].ext_dd, 12);
	assert_int_equal(sdp_write(&deal->offer, &deal->params, &endpoint, 1, deal->answer), 0);
	assert_int_equal(count_of(deal->answer, DD), 1);
	free(deal);
#undef AV1
#undef DD
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_every_section),
		cmocka_unit_test(takes_codecs_and_feedback),
		cmocka_unit_test(takes_ssrcs_without_simulcast),
		cmocka_unit_test(answers_as_weak_links_need),
		cmocka_unit_test(answers_simulcast),
		cmocka_unit_test(lead_is_one_stream),
		cmocka_unit_test(ssrcs_are_unique),
		cmocka_unit_test(same_offer_same_answer),
		cmocka_unit_test(restart_keeps_all_but_credentials),
		cmocka_unit_test(sections_of_a_peer_cannot_change),
		cmocka_unit_test(refuses_what_cannot_work),
		cmocka_unit_test(bounds_sections_and_lines),
		cmocka_unit_test(tolerates_other_sections),
		cmocka_unit_test(respects_directions_of_extensions),
		cmocka_unit_test(takes_what_programs_publish),
		cmocka_unit_test(takes_what_programs_watch),
		cmocka_unit_test(an_extension_id_keeps_its_first_meaning),
		cmocka_unit_test(one_section_needs_no_group),
		cmocka_unit_test(a_direction_rules_a_section),
		cmocka_unit_test(reads_fragments),
		cmocka_unit_test(offers_tcp_behind_udp),
		cmocka_unit_test(a_slot_takes_every_codec_that_its_member_decodes),
		cmocka_unit_test(a_sender_sends_its_first_that_we_forward),
		cmocka_unit_test(takes_the_dependency_descriptor_where_it_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
