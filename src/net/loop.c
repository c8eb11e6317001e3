/* SPDX-License-Identifier: MIT */
#include "net/loop.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/gather.h"

enum {
	LOOP_EVENTS = 16,	/* sockets served in one wait */
	LOOP_TIMERS_FIRST = 64, /* places of a new heap */
};

#define NOT_SET UINT64_MAX

/* A timer in the heap. Of hundreds of timers, each embedded in something that nobody has touched
 * for a while, none but the one that is due is looked at: the heap is all in arrays of its own. */
struct pending {
	uint64_t due_us;
	unsigned number;
};

struct loop {
	/* given */
	struct loop_hooks hooks;
	/* owned */
	int epoll_fd, wake_fd;
	struct pending *heap;	    /* a binary heap by due_us; those not set sink to its end */
	unsigned *places;	    /* by number: where in the heap */
	struct loop_timer **timers; /* by number */
	unsigned timer_count, timer_room;
	/* state */
	struct list work;
	bool stopped;
	uint64_t long_turns;
};

/* Room for one more timer. */
static int make_room(struct loop *loop)
{
	unsigned room = loop->timer_room ? 2 * loop->timer_room : LOOP_TIMERS_FIRST;
	struct pending *heap;
	struct loop_timer **timers;
	unsigned *places;

	if (loop->timer_count < loop->timer_room)
		return 0;
	heap = reallocarray(loop->heap, room, sizeof(*heap));
	if (!heap)
		return -ENOMEM;
	loop->heap = heap;
	places = reallocarray(loop->places, room, sizeof(*places));
	if (!places)
		return -ENOMEM;
	loop->places = places;
	timers = reallocarray(loop->timers, room, sizeof(*timers));
	if (!timers)
		return -ENOMEM;
	loop->timers = timers;
	loop->timer_room = room;
	return 0;
}

int loop_create(const struct loop_hooks *hooks, struct loop **ret_loop)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
	struct loop *loop = calloc(1, sizeof(*loop));
	int err;

	if (!loop)
		return -ENOMEM;
	loop->hooks = *hooks;
	loop->epoll_fd = loop->wake_fd = -1;
	list_init(&loop->work);
	err = make_room(loop);
	if (err)
		goto failed;
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	loop->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (loop->epoll_fd < 0 || loop->wake_fd < 0 ||
		epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->wake_fd, &event) < 0) {
		err = -errno;
		goto failed;
	}
	*ret_loop = loop;
	return 0;

failed:
	loop_destroy(loop);
	return err;
}

void loop_destroy(struct loop *loop)
{
	if (!loop)
		return;
	if (loop->wake_fd >= 0)
		close(loop->wake_fd);
	if (loop->epoll_fd >= 0)
		close(loop->epoll_fd);
	free(loop->heap);
	free(loop->places);
	free(loop->timers);
	free(loop);
}

int loop_io_add(struct loop *loop, struct loop_io *io)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = io};

	return epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, io->fd, &event) < 0 ? -errno : 0;
}

void loop_io_want_write(struct loop *loop, struct loop_io *io, bool want)
{
	struct epoll_event event = {.events = EPOLLIN | (want ? EPOLLOUT : 0), .data.ptr = io};

	epoll_ctl(loop->epoll_fd, EPOLL_CTL_MOD, io->fd, &event);
}

void loop_io_remove(struct loop *loop, struct loop_io *io)
{
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, io->fd, NULL);
}

static void heap_place(struct loop *loop, unsigned place, struct pending pending)
{
	loop->heap[place] = pending;
	loop->places[pending.number] = place;
}

/* `pending`, which was or shall be at `place`, to where it belongs above it. Returns that. */
static unsigned heap_up(struct loop *loop, unsigned place, struct pending pending)
{
	while (place > 0) {
		unsigned parent = (place - 1) / 2;

		if (loop->heap[parent].due_us <= pending.due_us)
			break;
		heap_place(loop, place, loop->heap[parent]);
		place = parent;
	}
	heap_place(loop, place, pending);
	return place;
}

static void heap_down(struct loop *loop, unsigned place, struct pending pending)
{
	for (;;) {
		unsigned child = 2 * place + 1;

		if (child >= loop->timer_count)
			break;
		if (child + 1 < loop->timer_count &&
			loop->heap[child + 1].due_us < loop->heap[child].due_us)
			child++;
		if (loop->heap[child].due_us >= pending.due_us)
			break;
		heap_place(loop, place, loop->heap[child]);
		place = child;
	}
	heap_place(loop, place, pending);
}

static void heap_move(struct loop *loop, unsigned place, struct pending pending)
{
	heap_down(loop, heap_up(loop, place, pending), pending);
}

int loop_timer_add(struct loop *loop, struct loop_timer *timer)
{
	int err = make_room(loop);

	if (err)
		return err;
	timer->due_us = NOT_SET;
	timer->number = loop->timer_count++;
	loop->timers[timer->number] = timer;
	heap_place(loop, timer->number, (struct pending){NOT_SET, timer->number});
	return 0;
}

void loop_timer_remove(struct loop *loop, struct loop_timer *timer)
{
	unsigned number = timer->number, last = --loop->timer_count;
	unsigned place = loop->places[number];
	struct pending moved = loop->heap[last];

	assert(number <= last && loop->timers[number] == timer);
	if (place != last)
		heap_move(loop, place, moved);
	if (number == last)
		return;
	/* the highest number is given to another */
	loop->timers[number] = loop->timers[last];
	loop->timers[number]->number = number;
	loop->places[number] = loop->places[last];
	loop->heap[loop->places[number]].number = number;
}

void loop_timer_set(struct loop *loop, struct loop_timer *timer, uint64_t due_us)
{
	assert(loop->timers[timer->number] == timer);
	timer->due_us = due_us;
	heap_move(loop, loop->places[timer->number], (struct pending){due_us, timer->number});
}

void loop_work_init(struct loop_work *work, void (*run)(struct loop_work *work, uint64_t now_us))
{
	work->run = run;
	list_init(&work->of_loop);
}

void loop_defer(struct loop *loop, struct loop_work *work)
{
	if (list_empty(&work->of_loop))
		list_append(&loop->work, &work->of_loop);
}

static int wait_for_ms(const struct loop *loop, int limit_ms)
{
	uint64_t due_us = loop->timer_count ? loop->heap[0].due_us : NOT_SET;
	uint64_t now_us = clock_now_us(), wait_ms;

	if (due_us == NOT_SET)
		return limit_ms;
	if (due_us <= now_us)
		return 0;
	wait_ms = (due_us - now_us + 999) / 1000;
	return limit_ms < 0 || wait_ms < (uint64_t)limit_ms ? (int)wait_ms : limit_ms;
}

/* Timers that are set again for the past wait for the next turn: a turn always ends. */
static void fire_timers(struct loop *loop, uint64_t now_us)
{
	for (unsigned left = loop->timer_count; left > 0 && loop->timer_count; left--) {
		struct loop_timer *timer;

		if (loop->heap[0].due_us > now_us)
			return;
		timer = loop->timers[loop->heap[0].number];
		loop_timer_set(loop, timer, NOT_SET);
		timer->fire(timer, now_us);
	}
}

static void run_work(struct loop *loop, uint64_t now_us)
{
	while (!list_empty(&loop->work)) {
		struct loop_work *work = list_of(loop->work.next, struct loop_work, of_loop);

		list_remove(&work->of_loop);
		work->run(work, now_us);
	}
}

/* Is the eventfd among them? Then it is drained. */
static bool is_woken(const struct loop *loop, const struct epoll_event *events, int count)
{
	uint64_t unused;

	for (int i = 0; i < count; i++) {
		if (!events[i].data.ptr)
			return read(loop->wake_fd, &unused, sizeof(unused)) > 0;
	}
	return false;
}

uint64_t loop_turn(struct loop *loop, int wait_ms)
{
	struct epoll_event events[LOOP_EVENTS];
	int count = epoll_wait(loop->epoll_fd, events, LOOP_EVENTS, wait_for_ms(loop, wait_ms));
	uint64_t start_us = clock_now_us(), now_us;

	/* First what others want: it was said before the packets that wait now came. */
	if (is_woken(loop, events, count))
		loop->hooks.woken(loop->hooks.arg, start_us);
	for (int i = 0; i < count; i++) {
		struct loop_io *io = events[i].data.ptr;

		if (io && (events[i].events & EPOLLOUT))
			io->writable(io, start_us);
		if (io && (events[i].events & ~(uint32_t)EPOLLOUT))
			io->ready(io, start_us);
	}
	/* never earlier than what a socket's callback was given */
	now_us = clock_now_us();
	fire_timers(loop, now_us);
	run_work(loop, now_us);
	loop->hooks.turn_end(loop->hooks.arg, now_us);
	if (clock_now_us() - start_us > LOOP_TURN_BUDGET_US)
		loop->long_turns++;
	return start_us;
}

/* A wake ends it: packets of another worker have waited there already. */
static void sleep_us(const struct loop *loop, uint64_t us)
{
	struct pollfd wake = {.fd = loop->wake_fd, .events = POLLIN};
	struct timespec left = {.tv_nsec = (long)us * 1000};

	ppoll(&wake, 1, &left, NULL);
}

void loop_run(struct loop *loop)
{
	struct gather gather = {0};

	loop->stopped = false;
	while (!loop->stopped) {
		uint64_t began_us = loop_turn(loop, -1), ended_us = clock_now_us();
		uint64_t next_us = gather_turn(&gather, began_us, ended_us);

		if (next_us > ended_us && !loop->stopped)
			sleep_us(loop, next_us - ended_us);
	}
}

void loop_wake(struct loop *loop)
{
	uint64_t one = 1;
	ssize_t wrote = write(loop->wake_fd, &one, sizeof(one));

	(void)wrote; /* a full counter has woken it already */
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}

uint64_t loop_long_turns(const struct loop *loop)
{
	return loop->long_turns;
}
