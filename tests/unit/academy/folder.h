/* SPDX-License-Identifier: MIT */
/* A folder below /tmp for one test, removed with all it holds. */
#ifndef TESTS_ACADEMY_FOLDER_H
#define TESTS_ACADEMY_FOLDER_H

#include <assert.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct folder {
	char path[64];
	char *text[8];
	unsigned next;
};

static inline void folder_init(struct folder *folder)
{
	*folder = (struct folder){.path = "/tmp/lectern-test-XXXXXX"};
	if (!mkdtemp(folder->path))
		abort();
}

/* "<folder>/<name>"; good until seven more were asked for. */
static inline const char *folder_file(struct folder *folder, const char *name)
{
	char **out = &folder->text[folder->next++ % 8];

	free(*out);
	if (asprintf(out, "%s/%s", folder->path, name) < 0)
		abort();
	return *out;
}

static inline int folder_remove_one(
	const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static inline void folder_finish(struct folder *folder)
{
	for (size_t i = 0; i < 8; i++)
		free(folder->text[i]);
	nftw(folder->path, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
