/* SPDX-License-Identifier: MIT */
/*
 * The recorder's socket: takes connections and their datagrams (record/wire.h), checks every one of
 * them and hands it on to recorder.h. The first thread; its loop reads the only clock.
 *
 * The other side is our own server, but a broken or old one must not break what is recorded: a
 * datagram that does not fit its type, its lengths or its connection ends that connection.
 */
#ifndef RECORDER_INTAKE_H
#define RECORDER_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/wire.h"

enum {
	INTAKE_MAX_CONNECTIONS = 64,
	INTAKE_TICK_MS = 100,
	INTAKE_WAIT_US = 10 * 1000 * 1000, /* for a server to come back */
	INTAKE_STOP_US = 30 * 1000 * 1000, /* to seal everything when told to end */
};

struct intake;

/* `listener`: a listening SOCK_SEQPACKET socket; `signals`: a signalfd, or -1; `root`: a folder.
 * All borrowed. */
int intake_create(int listener, int signals, int root, struct intake **ret_intake);
/* Accepts NULL. */
void intake_destroy(struct intake *intake);
/* Until a signal, or until no server has been there for a while and everything is sealed. */
void intake_run(struct intake *intake);

/* One connection, without its socket: what the fuzzer drives as well. */
struct connection;
struct connection *intake_connect(struct intake *intake, int fd);
/* 0, or -EBADMSG: the connection is to be closed. */
int intake_datagram(struct connection *connection, const void *data, size_t len, uint64_t now_us);
/* Ends its tracks. It is freed by the next intake_turn(). */
void intake_disconnect(struct connection *connection, uint64_t now_us);
/* What the recorder's threads have done. */
void intake_turn(struct intake *intake);

/* "<site>/<recording>" of [a-z0-9-], ended within its room. */
bool intake_name_is_good(const char *name, size_t room);

#endif
