/* SPDX-License-Identifier: MIT */
#include "signaling/work.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mailbox.h"
#include "store/store.h"

enum { WORK_THREADS = 1 + WORK_READERS + 2, FILES = 1 + WORK_READERS, PROOFS = FILES + 1 };

struct job {
	void (*run)(struct store *store, void *arg); /* NULL: end the thread */
	void (*done)(void *arg);
	void *arg;
	bool patient;
};

struct lane {
	struct work *work;
	pthread_t thread;
	bool started;
	int posted; /* eventfd: jobs wait in todo */
	struct mailbox *todo, *finished;
	unsigned pending; /* submitted and not yet done; control thread */
	struct {
		struct store *store;
	} rt; /* the lane's thread only, once it runs */
};

struct work {
	void (*wake)(void *arg);
	void *wake_arg;
	void (*written)(void *arg); /* NULL: nobody asks */
	void *written_arg;
	bool ending;
	struct lane lanes[WORK_THREADS]; /* the writer, the readers, the files, the proofs */
};

static void run_job(const struct work *work, struct store *store, const struct job *job)
{
	const int64_t before = store_changes(store);

	if (job->patient)
		store_wait(store, STORE_PATIENT_MS);
	job->run(store, job->arg);
	if (job->patient)
		store_wait(store, STORE_BUSY_MS);
	if (work->written && store_changes(store) != before)
		work->written(work->written_arg);
}

static bool run_jobs(struct lane *lane)
{
	struct job *job;

	while ((job = mailbox_pop(lane->todo))) {
		bool last = !job->run;

		if (!last)
			run_job(lane->work, lane->rt.store, job);
		/* Has room: no more than WORK_MAX_JOBS are pending in a lane. */
		if (mailbox_push(lane->finished, job) < 0)
			assert(!"a lane has more jobs than it took");
		if (last)
			return false;
		lane->work->wake(lane->work->wake_arg);
	}
	return true;
}

static void *lane_main(void *arg)
{
	struct lane *lane = arg;
	uint64_t posts;

	do {
		if (read(lane->posted, &posts, sizeof(posts)) < 0)
			assert(errno == EINTR);
	} while (run_jobs(lane));
	return NULL;
}

static void post(struct lane *lane)
{
	uint64_t one = 1;

	if (write(lane->posted, &one, sizeof(one)) < 0)
		assert(errno == EAGAIN || errno == EINTR);
}

/* Mailboxes have room for every job of a lane and for the one that ends it. */
static int lane_init(struct lane *lane, const char *database, enum store_mode mode, char *why)
{
	int r;

	lane->posted = eventfd(0, EFD_CLOEXEC);
	if (lane->posted < 0)
		return -errno;
	r = mailbox_create(2 * WORK_MAX_JOBS, &lane->todo);
	if (r == 0)
		r = mailbox_create(2 * WORK_MAX_JOBS, &lane->finished);
	if (r == 0)
		r = store_open(database, mode, &lane->rt.store, why);
	if (r == 0)
		r = -pthread_create(&lane->thread, NULL, lane_main, lane);
	lane->started = r == 0;
	return r;
}

static void poll_lane(struct lane *lane)
{
	struct job *job;

	while ((job = mailbox_pop(lane->finished))) {
		void (*done)(void *arg) = job->done;
		void *arg = job->arg;

		free(job);
		lane->pending--;
		if (done)
			done(arg);
	}
}

static int push(struct lane *lane, const struct job *job)
{
	struct job *copy = malloc(sizeof(*copy));
	int r;

	if (!copy)
		return -ENOMEM;
	*copy = *job;
	r = mailbox_push(lane->todo, copy);
	if (r < 0) {
		free(copy);
		return r;
	}
	lane->pending++;
	post(lane);
	return 0;
}

static void lane_finish(struct lane *lane)
{
	if (lane->started) {
		/* Without memory for the last job the thread is left to the end of the process. */
		if (push(lane, &(struct job){0}) < 0)
			return;
		pthread_join(lane->thread, NULL);
		poll_lane(lane);
	}
	store_close(lane->rt.store);
	mailbox_destroy(lane->todo, free);
	mailbox_destroy(lane->finished, free);
	if (lane->posted >= 0)
		close(lane->posted);
}

int work_create(const char *database, void (*wake)(void *arg), void *wake_arg,
	struct work **ret_work, char *why)
{
	struct work *work = calloc(1, sizeof(*work));
	int r = 0;

	if (!work)
		return -ENOMEM;
	work->wake = wake;
	work->wake_arg = wake_arg;
	for (size_t i = 0; i < WORK_THREADS; i++)
		work->lanes[i] = (struct lane){.work = work, .posted = -1};
	for (size_t i = 0; r == 0 && i < WORK_THREADS; i++)
		r = lane_init(&work->lanes[i], database, i == 0 ? STORE_WRITE : STORE_READ, why);
	if (r < 0) {
		work_destroy(work);
		return r;
	}
	*ret_work = work;
	return 0;
}

void work_on_written(struct work *work, void (*written)(void *arg), void *arg)
{
	work->written = written;
	work->written_arg = arg;
}

void work_destroy(struct work *work)
{
	if (!work)
		return;
	work->ending = true;
	for (size_t i = 0; i < WORK_THREADS; i++)
		lane_finish(&work->lanes[i]);
	free(work);
}

static struct lane *pick(struct work *work, enum work_lane lane)
{
	struct lane *best = &work->lanes[1];

	if (lane == WORK_WRITE)
		return &work->lanes[0];
	if (lane == WORK_FILE)
		return &work->lanes[FILES];
	if (lane == WORK_PROOF)
		return &work->lanes[PROOFS];
	for (size_t i = 2; i <= WORK_READERS; i++)
		if (work->lanes[i].pending < best->pending)
			best = &work->lanes[i];
	return best;
}

static int submit(struct work *work, enum work_lane lane, const struct job *job)
{
	struct lane *at = pick(work, lane);

	assert(job->run);
	if (work->ending)
		return -ESHUTDOWN;
	if (at->pending >= WORK_MAX_JOBS)
		return -ENOSPC;
	return push(at, job);
}

int work_submit(struct work *work, void (*run)(struct store *store, void *arg),
	void (*done)(void *arg), void *arg)
{
	return submit(work, WORK_WRITE,
		&(struct job){.run = run, .done = done, .arg = arg, .patient = true});
}

int work_submit_to(struct work *work, enum work_lane lane,
	void (*run)(struct store *store, void *arg), void (*done)(void *arg), void *arg)
{
	return submit(work, lane, &(struct job){.run = run, .done = done, .arg = arg});
}

void work_poll(struct work *work)
{
	for (size_t i = 0; i < WORK_THREADS; i++)
		poll_lane(&work->lanes[i]);
}
