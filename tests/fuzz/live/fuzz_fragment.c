/* SPDX-License-Identifier: MIT */
/* Any fragment is either refused with a reason, or holds what may go to the engine. */
#include <assert.h>
#include <string.h>

#include "signaling/sdp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sdp_fragment fragment;
	char why[SDP_WHY] = "";
	int result = sdp_fragment_parse((const char *)data, size, &fragment, why);

	assert((result < 0) == (why[0] != '\0'));
	if (result < 0)
		return 0;
	assert(!fragment.ufrag[0] == !fragment.pwd[0]);
	if (fragment.ufrag[0]) {
		assert(strnlen(fragment.ufrag, sizeof(fragment.ufrag)) >= 4);
		assert(strnlen(fragment.ufrag, sizeof(fragment.ufrag)) <= LECTERN_MAX_UFRAG);
		assert(strnlen(fragment.pwd, sizeof(fragment.pwd)) >= 22);
		assert(strnlen(fragment.pwd, sizeof(fragment.pwd)) <= LECTERN_MAX_PWD);
	}
	return 0;
}
