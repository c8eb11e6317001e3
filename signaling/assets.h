/* SPDX-License-Identifier: MIT */
/*
 * The built web client: index.html for every page, and the files below assets/, whose names carry a
 * hash of what is in them. The build leaves a .br and a .gz beside each; the smallest that the
 * browser takes is sent. A name is a word of [A-Za-z0-9._-] that does not begin with a dot, so no
 * path can be made of it. Routes that run on WORK_FILE.
 */
#ifndef SIGNALING_ASSETS_H
#define SIGNALING_ASSETS_H

#include <stdbool.h>

struct request;
struct store;

/* index.html, never kept. */
void assets_page(struct store *store, struct request *request);
/* The last <...> of the pattern is a name below assets/; kept for ever. */
void assets_file(struct store *store, struct request *request);

bool assets_name_is_good(const char *name);

#endif
