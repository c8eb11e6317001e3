/* SPDX-License-Identifier: MIT */
/*
 * The folder that holds everything lecternd keeps: database, recordings, the recorder's socket. It
 * is made if its parent is there, private to its owner (0700), and used by one lecternd at a time.
 */
#ifndef DATA_FOLDER_H
#define DATA_FOLDER_H

#include "lectern/config.h"

struct data_folder {
	const char *path;
	int lock;
	char database[LECTERN_MAX_PATH + 32];
	char vault[LECTERN_MAX_PATH + 32]; /* file of its key */
	char recordings[LECTERN_MAX_PATH + 32];
	char recorder_socket[LECTERN_MAX_PATH + 32];
};

/* Only works out the paths. `why` is LECTERN_MAX_WHY. */
int data_folder_init(struct data_folder *folder, const struct lectern_config *config, char *why);
/* Makes it, for a program that uses the database beside a lecternd. One clear line in `why` on
 * failure. */
int data_folder_make(struct data_folder *folder, char *why);
/* Makes and locks it. `why` as above. */
int data_folder_open(struct data_folder *folder, char *why);
void data_folder_close(struct data_folder *folder);

#endif
