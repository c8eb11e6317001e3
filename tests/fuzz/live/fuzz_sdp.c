/* SPDX-License-Identifier: MIT */
/* Any offer is either refused with a reason, or answered, and answered the same when it comes
 * again. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "signaling/sdp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct deal {
	struct sdp_offer offer;
	struct lectern_peer_params params;
	char answer[SDP_MAX_ANSWER];
};

static const struct lectern_endpoint endpoint = {
	.candidate_count = 1,
	.candidates = {{"192.0.2.7", 7000}},
	.fingerprint = "00",
};

static int answer(const uint8_t *data, size_t size, const struct lectern_peer_params *previous,
	struct deal *deal)
{
	char why[SDP_WHY] = "";
	int result = sdp_parse((const char *)data, size, &deal->offer, why);

	if (result == 0)
		result = sdp_negotiate(&deal->offer, previous, &deal->params, why);
	assert((result < 0) == (why[0] != '\0'));
	return result < 0 ? result
			  : sdp_write(&deal->offer, &deal->params, &endpoint, 1, deal->answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct deal first, again;

	memset(&first, 0, sizeof(first));
	memset(&again, 0, sizeof(again));
	if (answer(data, size, NULL, &first) < 0)
		return 0;
	assert(first.params.section_count <= LECTERN_MAX_SECTIONS);
	assert(answer(data, size, &first.params, &again) == 0);
	assert(strcmp(first.answer, again.answer) == 0);
	return 0;
}
