/* SPDX-License-Identifier: MIT */
/*
 * The gate before a DTLS association, and the association before its client is known. The input is
 * a row of datagrams, each after its length in two bytes.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "dtls/dtls.h"
#include "dtls/gate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char fingerprint[] = "00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:"
				  "10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F";

static unsigned sent;

static void on_send(void *arg, const uint8_t *data, size_t len)
{
	(void)arg;
	(void)data;
	assert(len > 0 && len <= DTLS_MTU);
	sent++;
}

static void give(struct dtls *dtls, const uint8_t *datagram, size_t len, uint64_t now_us)
{
	bool waiting = dtls_state(dtls) == DTLS_WAITING;
	bool opens = dtls_opens(datagram, len);
	uint8_t *exact = malloc(len ? len : 1);

	memcpy(exact, datagram, len);
	dtls_recv(dtls, exact, len, now_us);
	free(exact);
	if (waiting && !opens)
		assert(dtls_state(dtls) == DTLS_WAITING && sent == 0);
	assert(dtls_state(dtls) != DTLS_CONNECTED); /* nobody has that fingerprint */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dtls_identity *identity;
	static struct dtls_context *context;
	struct reader r = reader_of(data, size);
	struct dtls_keys keys;
	struct dtls *dtls;

	if (!identity && (dtls_identity_create(&identity) < 0 ||
				 dtls_context_create(identity, &context) < 0))
		abort();
	sent = 0;
	if (dtls_create(context, fingerprint, on_send, NULL, &dtls) < 0)
		abort();
	for (uint64_t now_us = 0; now_us < 64 && reader_left(&r) > 2; now_us++) {
		struct reader datagram = read_sub(&r, read_u16(&r));

		if (!datagram.bad)
			give(dtls, datagram.data, datagram.len, now_us);
	}
	assert(dtls_half_open(context) <= 1);
	assert(dtls_export_keys(dtls, &keys) < 0);
	dtls_destroy(dtls);
	assert(dtls_half_open(context) == 0);
	return 0;
}
