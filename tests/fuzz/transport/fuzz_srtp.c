/* SPDX-License-Identifier: MIT */
/*
 * What arrives as SRTP and SRTCP, under a key that the corpus knows. The input is a row of steps:
 * what to do (one byte), the packet's length (two), the packet. Two sessions, on the best cipher
 * and on OpenSSL, must say the same of each; what is sealed here must open again.
 */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "srtp/session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SESSIONS = 2, MAX_STEPS = 64, MAX_PACKET = 1500 };

enum step { OPEN_RTP, OPEN_RTCP, SEAL_RTP, SEAL_RTCP, STEPS };

static const uint8_t key[28] = "the fuzzer's key and salt...";

static int open_packet(struct srtp_session *session, enum step step, uint8_t *packet, size_t *len)
{
	return step == OPEN_RTP || step == SEAL_RTP
		       ? srtp_unprotect_rtp(session, packet, len)
		       : srtp_unprotect_rtcp_compound(session, packet, len);
}

/* Opens a copy that ends where the packet ends. */
static int open_exact(
	struct srtp_session *session, enum step step, const uint8_t *packet, size_t *len)
{
	size_t whole = *len;
	uint8_t *exact = malloc(whole ? whole : 1);
	int err;

	memcpy(exact, packet, whole);
	err = open_packet(session, step, exact, len);
	assert(err ? *len == whole : *len < whole);
	free(exact);
	return err;
}

static int seal(struct srtp_session *session, enum step step, const struct reader *plain,
	uint8_t *out, size_t *ret_len)
{
	*ret_len = plain->len;
	memcpy(out, plain->data, plain->len);
	return step == SEAL_RTP ? srtp_protect_rtp(session, out, ret_len, plain->len + SRTP_TRAILER)
				: srtp_protect_rtcp_compound(
					  session, out, ret_len, plain->len + SRTP_TRAILER);
}

static int do_step(struct srtp_session *session, enum step step, const struct reader *packet)
{
	uint8_t *out;
	size_t len = packet->len;
	int err, opened;

	if (step == OPEN_RTP || step == OPEN_RTCP)
		return open_exact(session, step, packet->data, &len);
	out = malloc(packet->len + SRTP_TRAILER);
	err = seal(session, step, packet, out, &len);
	if (!err) {
		opened = open_exact(session, step, out, &len);
		/* it may be older than what was opened, or one stream too many */
		assert(opened == 0 || opened == -EALREADY || opened == -ENOSPC ||
			(opened == -EBADMSG && step == SEAL_RTP));
		assert(opened || len == packet->len);
	}
	free(out);
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum srtp_backend backends[SESSIONS] = {
		SRTP_BACKEND_BEST, SRTP_BACKEND_OPENSSL};
	struct srtp_session *sessions[SESSIONS];
	struct reader r = reader_of(data, size);
	static bool started;

	if (!started && srtp_library_start() < 0)
		abort();
	started = true;
	for (unsigned i = 0; i < SESSIONS; i++) {
		if (srtp_session_create_on(
			    backends[i], SRTP_AEAD_AES_128_GCM_SUITE, key, key, &sessions[i]) < 0)
			abort();
	}
	for (unsigned i = 0; i < MAX_STEPS && reader_left(&r) > 3; i++) {
		enum step step = read_u8(&r) % STEPS;
		struct reader packet = read_sub(&r, read_u16(&r) % MAX_PACKET);

		if (packet.bad)
			break;
		assert(do_step(sessions[0], step, &packet) == do_step(sessions[1], step, &packet));
	}
	for (unsigned i = 0; i < SESSIONS; i++)
		srtp_session_destroy(sessions[i]);
	return 0;
}
