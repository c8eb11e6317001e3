/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/bench/sdp.h"

static char text[SDP_TEXT];

static void reads_what_it_writes(void **state)
{
	struct sdp sdp = {.ufrag = "abcd",
			   .pwd = "efghijklmnopqrstuvwxyz",
			   .fingerprint = "AA:BB",
			   .setup = "active",
			   .ip = "127.1.2.3",
			   .port = 4711},
		   got;

	(void)state;
	sdp_add(&sdp, false, true)->ssrc = 1;
	sdp_add(&sdp, true, true)->ssrc = 2;
	sdp.sections[1].rtx_ssrc = 3;
	assert_int_equal(sdp_write(&sdp, text, sizeof(text)), 0);
	assert_int_equal(sdp_read(text, &got), 0);
	assert_string_equal(got.ufrag, "abcd");
	assert_string_equal(got.ip, "127.1.2.3");
	assert_int_equal(got.port, 4711);
	assert_int_equal(got.count, 2);
	assert_true(got.sections[0].sends && !got.sections[0].video && got.sections[1].video);
	assert_int_equal(got.sections[0].pt, SDP_OPUS);
	assert_int_equal(got.sections[1].rtx_pt, SDP_VP8_RTX);
	assert_int_equal(got.sections[1].ssrc, 2);
	assert_int_equal(got.sections[1].rtx_ssrc, 3);
	assert_int_equal(got.sections[1].ext_twcc, SDP_EXT_TWCC);
	assert_true(got.sections[1].pli && got.sections[1].nack);
	assert_int_equal(sdp_write(&sdp, text, 100), -ENOSPC);
}

static void prefers_loopback_and_passes_over_tcp_and_ipv6(void **state)
{
	struct sdp got;

	(void)state;
	assert_int_equal(sdp_read("v=0\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\n"
				  "a=fingerprint:sha-256 AA\r\nm=audio 9 UDP/TLS/RTP/SAVPF 7\r\n"
				  "a=candidate:1 1 tcp 9 127.0.0.1 1 typ host tcptype passive\r\n"
				  "a=candidate:2 1 udp 9 fd00::2 2 typ host\r\n"
				  "a=candidate:3 1 udp 9 10.0.0.1 3 typ host\r\n"
				  "a=candidate:4 1 UDP 9 127.0.0.1 4 typ host\r\n"
				  "a=candidate:5 1 udp 9 10.0.0.2 5 typ host\r\n"
				  "a=rtpmap:7 opus/48000/2\r\n",
				 &got),
		0);
	assert_string_equal(got.ip, "127.0.0.1");
	assert_int_equal(got.port, 4);
	assert_int_equal(got.sections[0].pt, 7);
	assert_int_equal(sdp_read("v=0\r\nm=audio 9 x 7\r\n", &got), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_it_writes),
		cmocka_unit_test(prefers_loopback_and_passes_over_tcp_and_ipv6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
