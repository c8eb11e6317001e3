/* SPDX-License-Identifier: MIT */
/*
 * The repair thread: makes the clips of recordings whole that a kill, a power cut or a fault left
 * cut short. At start it looks through the root by itself for folders that were never sealed; the
 * owner may ask for one at any time, which goes before. It never writes a manifest: the owner has
 * the disk thread do that, so that only one does. Clips that are being written are locked and left
 * alone.
 */
#ifndef RECORDER_REPAIR_H
#define RECORDER_REPAIR_H

#include <stdbool.h>

#include "lectern/types.h"

struct repair;

/* What repair_pop() gives back, malloced. */
struct repair_done {
	char name[LECTERN_MAX_RECORDING];
	int error;  /* of the folder; a clip that cannot be made whole is no error */
	bool asked; /* by repair_push(), not found at start */
};

/* `root` and `wake_fd` (an eventfd) are borrowed until repair_destroy(). */
int repair_create(int root, int wake_fd, struct repair **ret_repair);
/* Leaves off between two packets; what is half done is done again the next time. Accepts NULL. */
void repair_destroy(struct repair *repair);
/* -ENOSPC: too many are waiting. */
int repair_push(struct repair *repair, const char *name);
struct repair_done *repair_pop(struct repair *repair);
/* It has looked through the root, and nothing that was asked for is left. */
bool repair_idle(const struct repair *repair);

#endif
