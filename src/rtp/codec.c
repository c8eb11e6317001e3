/* SPDX-License-Identifier: MIT */
#include "rtp/codec.h"

#include "rtp/vp8.h"

static const struct codec codecs[] = {
	{LECTERN_CODEC_OPUS, "opus", 48000, false, NULL, NULL},		/* RFC 7587 */
	{LECTERN_CODEC_VP8, "VP8", 90000, true, vp8_mark, vp8_rewrite}, /* RFC 7741 */
};

const struct codec *codec_find(enum lectern_codec id)
{
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
		if (codecs[i].id == id)
			return &codecs[i];
	}
	return NULL;
}
