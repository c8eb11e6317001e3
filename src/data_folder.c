/* SPDX-License-Identifier: MIT */
#include "data_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

int data_folder_init(struct data_folder *folder, const struct lectern_config *config, char *why)
{
	const size_t room = sizeof(((struct sockaddr_un *)NULL)->sun_path);

	folder->path = config->data;
	folder->lock = -1;
	snprintf(folder->database, sizeof(folder->database), "%s/lectern.db", config->data);
	snprintf(folder->vault, sizeof(folder->vault), "%s/secret.key", config->data);
	snprintf(folder->recordings, sizeof(folder->recordings), "%s/recordings", config->data);
	snprintf(folder->recorder_socket, sizeof(folder->recorder_socket), "%s/recorder.sock",
		config->data);
	if (strlen(folder->recorder_socket) < room)
		return 0;
	snprintf(why, LECTERN_MAX_WHY,
		"the path of the data folder is too long for a socket in it (%zu bytes); choose a "
		"shorter one",
		room - sizeof("/recorder.sock"));
	return -ENAMETOOLONG;
}

static int make(const char *path, char *why)
{
	struct stat st;

	if (mkdir(path, 0700) < 0 && errno != EEXIST) {
		snprintf(why, LECTERN_MAX_WHY,
			"%s: cannot make the data folder: %s; make it, or name another with --data "
			"or data",
			path, strerror(errno));
		return -errno;
	}
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode) && access(path, R_OK | W_OK | X_OK) == 0)
		return 0;
	snprintf(why, LECTERN_MAX_WHY,
		"%s: not a folder that this user may write; correct its rights, or name another "
		"with --data or data",
		path);
	return -EACCES;
}

/* The lock goes with the process, however it ends. */
static int take_lock(struct data_folder *folder, char *why)
{
	char path[LECTERN_MAX_PATH + 32];

	snprintf(path, sizeof(path), "%s/lock", folder->path);
	folder->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (folder->lock >= 0 && flock(folder->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	snprintf(why, LECTERN_MAX_WHY,
		errno == EWOULDBLOCK ? "%s: another lecternd uses this data folder; end it, or "
				       "name another folder"
				     : "%s: cannot lock the data folder; correct its rights",
		folder->path);
	return -EBUSY;
}

int data_folder_make(struct data_folder *folder, char *why)
{
	int r = make(folder->path, why);

	return r == 0 ? make(folder->recordings, why) : r;
}

int data_folder_open(struct data_folder *folder, char *why)
{
	int r = data_folder_make(folder, why);

	return r == 0 ? take_lock(folder, why) : r;
}

void data_folder_close(struct data_folder *folder)
{
	if (folder->path && folder->lock >= 0)
		close(folder->lock);
}
