/* SPDX-License-Identifier: MIT */
/*
 * Offers as they were made: by browsers (Chromium 156, Firefox 153; 3 sending sections, 4 + 9
 * receiving ones), and by aiortc 1.4, GStreamer's webrtcbin 1.22, libdatachannel (which OBS is built
 * on) and Pion 3.1.
 */
#ifndef TESTS_LIVE_OFFERS_H
#define TESTS_LIVE_OFFERS_H

#include <stdio.h>
#include <stdlib.h>

static inline char *read_offer(const char *name, size_t *ret_len)
{
	char path[512];
	FILE *file;
	char *text = malloc(200000);

	snprintf(path, sizeof(path), "%s/%s.sdp", OFFERS, name);
	file = fopen(path, "rb");
	if (!file || !text) {
		fprintf(stderr, "cannot read %s\n", path);
		abort();
	}
	*ret_len = fread(text, 1, 199999, file);
	text[*ret_len] = '\0';
	fclose(file);
	return text;
}

#endif
