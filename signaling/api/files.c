/* SPDX-License-Identifier: MIT */
#include "signaling/api/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "academy/recording.h"
#include "signaling/request.h"

int files_open(const struct request *request, const struct recording *recording, const char *name)
{
	char path[LECTERN_MAX_PATH + LECTERN_MAX_RECORDING + 128];
	int fd;

	snprintf(path, sizeof(path), "%s/recordings/%s/%s", request->server->config->data,
		recording->folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0)
		return fd;
	/* A link in the place of a file was not put there by the recorder. */
	return errno == ELOOP || errno == ENOTDIR ? -ENOENT : -errno;
}

/* A file that grows while it is read is taken as it was at first. */
static int read_all(int fd, char *out, size_t len, size_t *ret_len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = read(fd, out + got, len - got);

		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	*ret_len = got;
	return 0;
}

int files_read(const struct request *request, const struct recording *recording, const char *name,
	char **ret_text, size_t *ret_len)
{
	int fd = files_open(request, recording, name);
	struct stat st;
	char *text = NULL;
	int r = 0;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		r = -errno;
	else if (st.st_size > ANSWER_MAX_FILE)
		r = -EFBIG;
	if (r == 0 && !(text = malloc((size_t)st.st_size + 1)))
		r = -ENOMEM;
	if (r == 0)
		r = read_all(fd, text, (size_t)st.st_size, ret_len);
	close(fd);
	if (r < 0)
		free(text);
	else
		*ret_text = text;
	return r;
}
