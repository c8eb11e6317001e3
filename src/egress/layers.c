/* SPDX-License-Identifier: MIT */
#include "egress/layers.h"

int layers_choose(const struct source *source, unsigned limit)
{
	int best = -1;

	if (limit == 0)
		return -1;
	for (unsigned i = 0; i < source->layer_count; i++) {
		const struct source_layer *layer = &source->layers[i];

		if (layer->live && (best < 0 || layer->height <= limit))
			best = (int)i;
	}
	return best;
}
