/* SPDX-License-Identifier: MIT */
/*
 * One WebSocket connection of one signed-in person: what came in, what has to go out, how fast.
 *
 * Its memory is libwebsockets' (per session data). It enters one classroom and then holds a seat in
 * it until it closes. What the peer makes us hold is bounded: a message in the making, and a queue;
 * one who does not read is dropped, with the reason in the log. A client that says nothing for
 * CLIENT_DEAD_US although it is pinged is dead: it is closed and its seat waits.
 */
#ifndef SIGNALING_CLIENT_H
#define SIGNALING_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "signaling/auth.h"
#include "signaling/protocol.h"

struct classroom;
struct live;
struct lws;
struct seat;

enum {
	CLIENT_MAX_UNENTERED = 4096, /* bytes of a message before `enter` was answered */
	/* Bytes that wait to be sent: more than the reply to `enter` of a full class and chat. */
	CLIENT_MAX_QUEUE = 2 * 1024 * 1024,
	CLIENT_MAX_QUEUED = 4096, /* messages that wait to be sent */
	CLIENT_RATE = 20,	  /* messages a second ... */
	CLIENT_BURST = 40,	  /* ... after so many at once */
	CLIENT_MAX_REFUSED = 400, /* too fast for so many messages: closed */
	CLIENT_PING_US = 3 * 1000000,
	CLIENT_DEAD_US = 8 * 1000000,
	CLIENT_ENTER_US = 15 * 1000000, /* who has not entered by then is closed */
	CLIENT_CLOSE_US = 5 * 1000000,	/* who does not read its last messages by then is cut off */
};

enum client_state {
	CLIENT_NEW,
	CLIENT_ENTERING, /* the database is asked */
	CLIENT_ENTERED,
	CLIENT_CLOSING, /* what is queued is still sent, nothing is read */
};

/* A message to send: the text, after room that libwebsockets needs before it. */
struct outgoing {
	struct list node;
	size_t len, sent;
	unsigned char bytes[]; /* LWS_PRE, then text */
};

struct client {
	struct list node; /* live->clients */
	uint64_t id;
	struct live *live; /* NULL: not yet established */
	struct lws *wsi;
	struct identity identity;
	enum client_state state;
	bool waiting; /* in the lobby when it entered: once let in it enters again, to be told all */
	struct classroom *classroom; /* entered: where, and on which seat */
	struct seat *seat;

	/* received */
	char *in;
	size_t in_len, in_room;
	unsigned frames;
	uint64_t heard_us;
	double tokens;
	uint64_t tokens_us;
	unsigned refused;

	/* to send */
	struct list queue;
	size_t queue_bytes, queue_count;
	uint64_t pinged_us;
	bool ping_due;
	uint64_t opened_us, closing_us;
	unsigned close_code; /* RFC 6455 7.4 */
};

void client_init(struct client *client, struct live *live, struct lws *wsi, uint64_t now_us);
/* The connection is gone: gives the seat up to wait. */
void client_finish(struct client *client);

/* A piece of a message. -EMSGSIZE: over the limit. */
int client_receive(struct client *client, const char *bytes, size_t len);
/* The message is whole: carries it out. */
void client_message(struct client *client);
/* Liveness; called at each tick. */
void client_tick(struct client *client, uint64_t now_us);

/* Queues a copy. */
void client_send(struct client *client, const char *text);
void client_event(struct client *client, const struct shape *shape, const void *fields);
void client_reply(struct client *client, const struct proto_request *request, const void *fields);
void client_refuse(struct client *client, int64_t id, enum proto_error error, const char *text);
/* Sends what is queued and then closes; a seat is given up when the socket is gone, or taken over.
 * `why` goes to the log. */
void client_close(struct client *client, unsigned code, const char *why);
/* Says bye first. recording: may be NULL. */
void client_bye(struct client *client, enum proto_bye_event_reason reason, const char *recording);

#endif
