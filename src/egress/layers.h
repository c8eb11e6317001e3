/* SPDX-License-Identifier: MIT */
/* Which simulcast layer of a source to show. */
#ifndef EGRESS_LAYERS_H
#define EGRESS_LAYERS_H

#include "route/source.h"

/* The highest live layer that is not higher than `limit` pixels (0: paused), the lowest live one if
 * all are; a layer of unknown height is tried. Negative: none. */
int layers_choose(const struct source *source, unsigned limit);

#endif
