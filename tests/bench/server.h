/* SPDX-License-Identifier: MIT */
/*
 * A server under load, of whatever make: started with a folder of its own, given publishers and
 * receivers one after another, ended. One file for each make implements struct server_kind.
 *
 * Publishing and receiving are blocking calls of the main thread, while the load's thread goes on
 * with the members there already. On failure the reason is in server->why. Errors: negative errno.
 */
#ifndef BENCH_SERVER_H
#define BENCH_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/bench/http.h"
#include "tests/bench/load.h"
#include "tests/bench/process.h"

struct server;

struct server_config {
	const char *folder;   /* for its data, configuration and log; exists */
	const char *programs; /* the build folder, where lecternd and the floor are */
	const char *preload;  /* or NULL */
	unsigned workers;     /* media threads; 0: the server's own default */
	uint16_t http_port, media_port;
	bool audio, video;   /* what publishers send */
	unsigned publishers; /* members 0 to publishers - 1 */
	unsigned receivers;  /* members behind them, which only receive */
	bool meeting;	     /* receiver i is the same person as publisher i, and not sent itself */
	enum member_suite suite;
	bool floor_gso, floor_padding;
};

struct server_kind {
	const char *name;
	const char *joins_by; /* what a join is, for the result; NULL: it has none */
	int (*start)(struct server *server);
	/* Before load_add(). */
	int (*publish)(struct server *server, struct member *member);
	/* Everything that is published, but by itself in a meeting: `number` counts receivers from
	 * 0. Before load_add(). */
	int (*receive)(struct server *server, struct member *member, unsigned number);
	/* After its process was ended; may be NULL. */
	void (*stop)(struct server *server);
};

struct server {
	const struct server_kind *kind;
	struct server_config config;
	struct load *load;
	struct process process;
	struct http *http;
	struct http_reply *reply;
	char version[64];
	char why[2048];
	void *own; /* of its kind */
};

extern const struct server_kind server_lectern, server_janus, server_floor;

/* NULL: there is none of that name. */
const struct server_kind *server_kind_of(const char *name);
int server_start(struct server *server, const struct server_kind *kind,
	const struct server_config *config, struct load *load);
/* Also after a failed start. */
void server_stop(struct server *server);

/* For kinds. Always negative: `err`, with the reason kept. */
int __attribute__((format(printf, 3, 4)))
server_fail(struct server *server, int err, const char *format, ...);
/* An offer of one audio and one video section as the configuration has it, with SSRCs when it
 * sends, which are those of the publisher of this number. */
void server_offer(const struct server *server, const struct member *member, unsigned number,
	bool sends, struct sdp *ret_offer);
/* What a receiver is to be sent of each medium. */
unsigned server_feeds(const struct server *server);
uint32_t server_ssrc(unsigned publisher, bool video, bool rtx);
/* Waits until `url` answers. */
int server_await(struct server *server, const char *url);

#endif
