/* SPDX-License-Identifier: MIT */
/*
 * A real HTTP server in a process of its own, on a free port, with a database of two sites of the
 * same shape; and a client that writes raw bytes and reads whole answers.
 *
 * The parent may use the database beside the server, as lecternd --link does. The WebSocket
 * protocol is one that says hello; two people are always present in a's session, whose room waits.
 */
#ifndef TESTS_ACADEMY_SERVE_H
#define TESTS_ACADEMY_SERVE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "academy/signin.h"
#include "store/id.h"
#include "store/store.h"
#include "tests/unit/academy/folder.h"

struct visitor {
	struct person person;
	char cookie[SIGNIN_TOKEN];
};

struct academy {
	int64_t site;
	struct visitor coordinator, instructor, trainee, stranger;
	char course[ID_TEXT], session[ID_TEXT], recording[ID_TEXT];
	char folder[128]; /* of the recording */
};

struct serve {
	struct folder folder;
	struct store *store;
	struct academy a, b;
	pid_t pid;
	uint16_t port;
};

/* cmocka's group setup and teardown; *state is a struct serve. */
int serve_setup(void **state);
int serve_teardown(void **state);

struct reply {
	int status; /* 0: the connection closed without an answer */
	char head[4096];
	char *body; /* with a NUL behind it */
	size_t len;
};

int serve_connect(const struct serve *serve);
/* Sends it all, or aborts the test. */
void serve_send(int fd, const char *bytes, size_t len);
/* One answer; reads the body unless it answers a HEAD. */
struct reply serve_read(int fd, int head);
void reply_free(struct reply *reply);
/* The value of a header of the answer, "" if it is not there; good until the next call. */
const char *reply_header(const struct reply *reply, const char *name);

/*
 * One request on a connection of its own. `who` may be NULL: no cookie. `path` goes below /u/<n> of
 * `who`, or is the whole path without one. `headers` are whole lines or "". `body` NULL: none.
 */
struct reply serve_ask(const struct serve *serve, const struct visitor *who, const char *method,
	const char *path, const char *headers, const char *body);
/* The same, and only its status. */
int serve_status(const struct serve *serve, const struct visitor *who, const char *method,
	const char *path, const char *headers, const char *body);

/* Bytes are a pattern of their position, so that a range can be checked. */
void serve_write_clip(const struct serve *serve, const char *name, int64_t size);
unsigned char serve_clip_byte(int64_t at);

#endif
