/* SPDX-License-Identifier: MIT */
/* Any text is either a configuration within its limits, or refused with one line and no effect. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "lectern/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lectern_config config, before;
	char why[LECTERN_MAX_WHY] = "", *text = malloc(size + 1);

	assert(text);
	memcpy(text, data, size);
	text[size] = '\0';
	/* It would read files of this machine. */
	if (strstr(text, "@include"))
		goto out;
	lectern_config_defaults(&config);
	before = config;
	if (lectern_config_parse(&config, text, "fuzz.conf", why) < 0) {
		assert(strncmp(why, "fuzz.conf:", 10) == 0 && strlen(why) < sizeof(why));
		assert(memcmp(&config, &before, sizeof(config)) == 0);
	} else {
		assert(strlen(config.data) < sizeof(config.data));
		assert(config.media.workers <= 64 && config.recorder.grace_s <= 3600);
		assert(config.media.announce_count <= LECTERN_MAX_CANDIDATES);
		assert(config.log_level >= LOG_ERROR && config.log_level <= LOG_DEBUG);
		assert(!config.http.certificate[0] == !config.http.key[0]);
	}
out:
	free(text);
	return 0;
}
