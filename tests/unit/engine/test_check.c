/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/check.h"
#include "tests/client/params.h"

enum { MIC = 0, CAMERA = 1, AUDIO_SLOT = 3, VIDEO_SLOT = 7 }; /* sections of params_init() */

struct fixture {
	struct client *client;
	struct lectern_peer_params params;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	assert_int_equal(client_create(&(struct client_config){0}, &f->client), 0);
	params_init(&f->params, f->client, 1, 1);
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	client_destroy(f->client);
	free(f);
	return 0;
}

static void what_a_browser_offers_is_possible(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(check_peer_params(&f->params), 0);
	f->params.sections[MIC].use = LECTERN_SECTION_UNUSED;
	assert_int_equal(check_peer_params(&f->params), 0);
	f->params.section_count = 0; /* nothing sent, nothing received: odd, but possible */
	assert_int_equal(check_peer_params(&f->params), 0);
}

static void impossible_sections_are_refused(void **state)
{
	struct fixture *f = *state;
	const struct lectern_peer_params good = f->params;
	struct lectern_section *s = f->params.sections;

#define REFUSED(change)                                                                            \
	do {                                                                                       \
		f->params = good;                                                                  \
		change;                                                                            \
		assert_int_equal(check_peer_params(&f->params), -EINVAL);                          \
	} while (0)

	REFUSED(f->params.section_count = LECTERN_MAX_SECTIONS + 1);
	REFUSED(s[MIC].kind = (enum lectern_kind)7);
	REFUSED(s[MIC].kind = LECTERN_CAMERA);
	REFUSED(s[CAMERA].kind = LECTERN_SCREEN); /* two of a kind */
	REFUSED(s[CAMERA].formats[0].codec = LECTERN_CODEC_OPUS);
	REFUSED(s[CAMERA].formats[0].codec = LECTERN_CODEC_NONE);
	REFUSED(s[CAMERA].formats[0].codec = (enum lectern_codec)(LECTERN_CODEC_H264 + 1));
	REFUSED(s[MIC].formats[0].codec = LECTERN_CODEC_VP8);
	REFUSED(s[CAMERA].format_count = 0);
	REFUSED(s[CAMERA].format_count = 2); /* a sender has one */
	REFUSED(s[VIDEO_SLOT].format_count = LECTERN_MAX_FORMATS + 1);
	REFUSED(s[VIDEO_SLOT].format_count = 2); /* the second is empty */
	REFUSED(s[CAMERA].formats[0].pt = 128);
	REFUSED(s[CAMERA].ext_mid = 15);
	REFUSED(s[CAMERA].ext_twcc = s[CAMERA].ext_mid);
	REFUSED(s[CAMERA].rid_count = LECTERN_MAX_RIDS + 1);
	REFUSED(s[CAMERA].rid_count = 1); /* an empty name */
	REFUSED(memset(s[CAMERA].mid, 'x', sizeof(s[CAMERA].mid)));
	REFUSED(s[AUDIO_SLOT].slot = LECTERN_AUDIO_SLOTS);
	REFUSED(s[VIDEO_SLOT].slot = LECTERN_VIDEO_SLOTS);
	REFUSED(s[VIDEO_SLOT].slot = 1);
	REFUSED(s[VIDEO_SLOT].ssrc = 0);
	REFUSED(s[VIDEO_SLOT].ssrc = s[AUDIO_SLOT].ssrc);
	REFUSED(s[VIDEO_SLOT].rtx_ssrc = s[AUDIO_SLOT].ssrc);
	REFUSED(s[VIDEO_SLOT].rtx_ssrc = s[VIDEO_SLOT].ssrc);
	REFUSED(s[VIDEO_SLOT].rtx_ssrc = s[VIDEO_SLOT + 1].rtx_ssrc);
	REFUSED(s[VIDEO_SLOT].rtx_ssrc = 0);
}

static void impossible_credentials_are_refused(void **state)
{
	struct fixture *f = *state;
	const struct lectern_peer_params good = f->params;

	REFUSED(f->params.local_ufrag[3] = '\0');
	REFUSED(f->params.remote_pwd[21] = '\0');
	REFUSED(memset(f->params.remote_ufrag, 'x', sizeof(f->params.remote_ufrag)));
	REFUSED(f->params.remote_fingerprint[0] = 'X');
	REFUSED(f->params.remote_fingerprint[94] = '\0');
	REFUSED(f->params.cname[0] = '\0');
	REFUSED(f->params.member[0] = '\0');
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_a_browser_offers_is_possible),
		TEST(impossible_sections_are_refused),
		TEST(impossible_credentials_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
