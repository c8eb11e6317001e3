/* SPDX-License-Identifier: MIT */
/*
 * The event loop of a media worker: epoll, a heap of timers, work deferred to the end of the turn,
 * and one eventfd by which other threads wake it.
 *
 * Everything but loop_wake() and loop_stop() is called on the loop's own thread. Nodes (io, timer,
 * work) are embedded in their owners, which remove them before they go. A turn is: wait, the wake
 * callback, sockets, timers, deferred work; what must not be freed inside its own callback is freed
 * by deferred work. So what another thread asked before a packet was sent is done before that
 * packet is taken. A turn longer than LOOP_TURN_BUDGET_US is counted.
 *
 * A timer takes its place in the heap when it is added, so that setting it never allocates.
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

enum { LOOP_TURN_BUDGET_US = 20000 };

struct loop;

struct loop_io {
	void (*ready)(struct loop_io *io, uint64_t now_us);    /* given: readable, or in error */
	void (*writable)(struct loop_io *io, uint64_t now_us); /* given; see loop_io_want_write() */
	int fd;						       /* given */
};

struct loop_timer {
	void (*fire)(struct loop_timer *timer, uint64_t now_us); /* given; one shot */
	uint64_t due_us;					 /* UINT64_MAX: not set */
	unsigned number;					 /* in the loop; may change */
};

struct loop_work {
	void (*run)(struct loop_work *work, uint64_t now_us); /* given */
	struct list of_loop;
};

/* `woken` runs once in every turn after a loop_wake(); `turn_end` at the end of every turn. */
struct loop_hooks {
	void (*woken)(void *arg, uint64_t now_us);
	void (*turn_end)(void *arg, uint64_t now_us);
	void *arg;
};

/* Keeps a copy of `hooks`. -ENOMEM, or what epoll and eventfd say. */
int loop_create(const struct loop_hooks *hooks, struct loop **ret_loop);
/* Accepts NULL. Nodes that are still in it are forgotten. */
void loop_destroy(struct loop *loop);

int loop_io_add(struct loop *loop, struct loop_io *io);
/* From now on, or no more: `writable` in each turn in which the socket takes bytes. */
void loop_io_want_write(struct loop *loop, struct loop_io *io, bool want);
void loop_io_remove(struct loop *loop, struct loop_io *io);

/* -ENOMEM. Added timers are not set. */
int loop_timer_add(struct loop *loop, struct loop_timer *timer);
void loop_timer_remove(struct loop *loop, struct loop_timer *timer);
void loop_timer_set(struct loop *loop, struct loop_timer *timer, uint64_t due_us);

void loop_work_init(struct loop_work *work, void (*run)(struct loop_work *work, uint64_t now_us));
/* Harmless when it waits already. */
void loop_defer(struct loop *loop, struct loop_work *work);

/*
 * Runs turns until loop_stop(). While there is something to do all the time, the next turn begins a
 * little later (net/gather). loop_wake() ends that wait.
 */
void loop_run(struct loop *loop);
/* One turn; waits at most `wait_ms` for something to happen. Returns when it had waited. */
uint64_t loop_turn(struct loop *loop, int wait_ms);
/* Any thread. */
void loop_wake(struct loop *loop);
/* On the loop's thread, usually from `woken`. */
void loop_stop(struct loop *loop);
uint64_t loop_long_turns(const struct loop *loop);

#endif
