/* SPDX-License-Identifier: MIT */
/*
 * The body of a request that is a file: it streams into the data folder while it comes in, and is
 * never in memory as a whole.
 *
 * The control thread gives bytes, at most UPLOAD_CHUNK and a read of the socket ahead of the disk; jobs on
 * the thread for files write and hash them. A handler looks at the file, and says by upload_keep() where
 * it is to lie: it is put there, durably, before the transaction commits, and removed again if that fails.
 * A file that nobody keeps is removed with the request; one that a dead server left, at the next
 * start (upload_clear()).
 *
 * Limits: the route's, by Content-Length. Errors: of the disk, negative errno.
 */
#ifndef SIGNALING_UPLOAD_H
#define SIGNALING_UPLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct upload;

enum {
	UPLOAD_CHUNK = 256 * 1024,
	UPLOAD_HASH = 65, /* hex of BLAKE2b with 256 bits, with the NUL */
	UPLOAD_HEAD = 64,
};

/* `folder` is the data folder; `size` what Content-Length says. */
int upload_create(const char *folder, int64_t size, struct upload **ret_upload);
/* Accepts NULL. */
void upload_destroy(struct upload *upload);
/* Removes what was left in `folder` by a server that died. */
void upload_clear(const char *folder);

/* Control thread. -EMSGSIZE: more than was told. */
int upload_add(struct upload *upload, const void *data, size_t len);
/* A whole chunk waits to be written. */
bool upload_is_full(const struct upload *upload);
/* The thread for files may write: what was added so far is its own until upload_write() is done. */
void upload_turn(struct upload *upload);
/* On the thread for files. */
void upload_write(struct upload *upload);
/* The same, and nothing follows: what is missing, the hash, durable. */
void upload_end(struct upload *upload);

/* For handlers, when it has ended. */
int upload_failure(const struct upload *upload);
int64_t upload_size(const struct upload *upload);
const char *upload_hash(const struct upload *upload);
/* The first bytes, up to UPLOAD_HEAD. */
const unsigned char *upload_head(const struct upload *upload, size_t *ret_len);
/* Where it lies now. */
const char *upload_path(const struct upload *upload);
/* To be <data folder>/<path>; folders are made. */
void upload_keep(struct upload *upload, const char *path);

/* The framework's: puts it where it is to be kept, or takes it away from there. */
int upload_place(struct upload *upload);
void upload_unplace(struct upload *upload);

#endif
