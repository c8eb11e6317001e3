/* SPDX-License-Identifier: MIT */
/*
 * Datagrams of a broken server into intake, with all that is behind it: tracks, muxer, disk.
 *
 * Input: datagrams, each with a byte that says on which of two connections it comes, and two of
 * length. Version and size of its head are made right, as every other value of them is refused.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libavutil/log.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/log.h"
#include "recorder/intake.h"

enum { RUNS_A_FOLDER = 20 };

static char root[] = "/dev/shm/lectern-fuzz-XXXXXX";
static struct intake *intake;
static int root_fd;

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static void stop(void)
{
	if (!intake)
		return;
	intake_destroy(intake);
	intake = NULL;
	close(root_fd);
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void start(void)
{
	av_log_set_level(AV_LOG_QUIET);
	log_set_level(LOG_ERROR);
	memcpy(root + sizeof(root) - 7, "XXXXXX", 6);
	assert(mkdtemp(root));
	root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert(root_fd >= 0);
	assert(intake_create(-1, -1, root_fd, &intake) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned runs;
	struct reader r = reader_of(data, size);
	struct connection *connections[2];
	uint64_t now_us = clock_now_us();
	bool closed[2] = {false};

	if (runs == 0)
		atexit(stop);
	if (runs++ % RUNS_A_FOLDER == 0) {
		stop();
		start();
	}
	for (int i = 0; i < 2; i++)
		assert((connections[i] = intake_connect(intake, -1)));
	while (reader_left(&r) > 3) {
		unsigned which = read_u8(&r) & 1;
		size_t len = read_u16(&r), left = reader_left(&r);
		uint8_t datagram[WIRE_MAX];
		struct wire_head head = {.version = WIRE_VERSION};

		len = len < left ? len : left;
		memcpy(datagram, read_bytes(&r, len), len);
		if (len >= sizeof(head)) {
			head.size = (uint32_t)len;
			memcpy(&head.type, datagram + offsetof(struct wire_head, type),
				sizeof(head.type));
			memcpy(datagram, &head, sizeof(head));
		}
		if (!closed[which])
			closed[which] =
				intake_datagram(connections[which], datagram, len, now_us) < 0;
		now_us += 1000;
	}
	intake_turn(intake);
	for (int i = 0; i < 2; i++)
		intake_disconnect(connections[i], now_us);
	intake_turn(intake);
	return 0;
}
