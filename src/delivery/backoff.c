/* SPDX-License-Identifier: MIT */
#include "delivery/backoff.h"

#include <assert.h>
#include <stddef.h>

static int64_t pick(const unsigned *seconds, size_t count, unsigned n, uint32_t chance)
{
	int64_t ms = 1000LL * seconds[n < count ? n - 1 : count - 1];

	assert(n > 0);
	return ms - ms / 10 + (int64_t)(chance % (uint64_t)(ms / 5 + 1));
}

int64_t backoff_message_ms(unsigned tries, uint32_t chance)
{
	static const unsigned seconds[] = {60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600};

	return pick(seconds, sizeof(seconds) / sizeof(seconds[0]), tries, chance);
}

int64_t backoff_server_ms(unsigned failures, uint32_t chance)
{
	static const unsigned seconds[] = {5, 15, 60, 300};

	return pick(seconds, sizeof(seconds) / sizeof(seconds[0]), failures, chance);
}
