/* SPDX-License-Identifier: MIT */
/*
 * What the configuration file and the command line say, as plain data with every default filled in.
 *
 * Read once at start and never changed; every thread may read it. config/lectern.conf explains each
 * key. A key that is unknown, of the wrong type or out of range is an error that names file and
 * line.
 */
#ifndef LECTERN_CONFIG_H
#define LECTERN_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lectern/types.h"

enum {
	LECTERN_MAX_PATH = 1024, /* bytes of a path in the configuration, with its NUL */
	LECTERN_MAX_WHY = 512,	 /* bytes of a message about what is wrong, with its NUL */
	LECTERN_MAX_ADDRESS = 64,
	LECTERN_MAX_URL = 256,
	LECTERN_MAX_PROXIES = 16,
	LECTERN_MAX_SECRET = 256, /* bytes of a password, with its NUL */
};

/* Whether mail goes encrypted to the mail server. */
enum lectern_mail_tls { LECTERN_TLS_REQUIRED, LECTERN_TLS_OFFERED, LECTERN_TLS_NONE };

struct lectern_config {
	char data[LECTERN_MAX_PATH]; /* folder of the database, the recordings and the sockets */
	struct {
		char address[LECTERN_MAX_ADDRESS]; /* as configured; see lectern_config_tls() */
		uint16_t port;			   /* 0: any free port, told in the log */
		char url[LECTERN_MAX_URL];	   /* see lectern_config_url() */
		char certificate[LECTERN_MAX_PATH], key[LECTERN_MAX_PATH]; /* PEM; "": no TLS */
		char web_client[LECTERN_MAX_PATH]; /* folder of the built web client */
		size_t trusted_proxy_count;
		char trusted_proxies[LECTERN_MAX_PROXIES][LECTERN_MAX_ADDRESS]; /* base/subnet */
	} http;
	struct {
		unsigned workers;		   /* 0: one a core */
		char address[LECTERN_MAX_ADDRESS]; /* "": every address of the machine */
		uint16_t port;
		size_t announce_count;
		char announce[LECTERN_MAX_CANDIDATES][LECTERN_MAX_ADDRESS];
	} media;
	struct {
		char program[LECTERN_MAX_PATH]; /* "": nothing is recorded */
		unsigned grace_s; /* how long the recorder waits for a server that died to come back
				   */
	} recorder;
	struct {
		unsigned memory_kib, passes; /* of Argon2id */
	} password;
	struct {
		char url[LECTERN_MAX_URL]; /* smtp:// or smtps://; "": no mail leaves */
		char user[LECTERN_MAX_SECRET], password[LECTERN_MAX_SECRET]; /* "": no sign-in */
		char password_file[LECTERN_MAX_PATH]; /* its first line; instead of password */
		char from[LECTERN_MAX_URL];	      /* an address alone */
		char organisation[LECTERN_MAX_NAME];
		enum lectern_mail_tls tls;
	} mail;
	struct {
		bool allow_private; /* hosts of the own network may be told as well */
	} webhooks;
	int log_level; /* enum log_level */
};

/* An address for media.announce. -EINVAL: no IP address, or one that stands for all of them. */
int lectern_config_announce(struct lectern_config *config, const char *address);

void lectern_config_defaults(struct lectern_config *config);
/*
 * Overwrites what the file sets. On failure `why` (LECTERN_MAX_WHY) holds one line,
 * "file:line: what is wrong, what to do". -EINVAL, or the errno of opening the file.
 */
int lectern_config_read(struct lectern_config *config, const char *path, char *why);
/* The same for text that is called `name` in messages. */
int lectern_config_parse(
	struct lectern_config *config, const char *text, const char *name, char *why);

/* Without a certificate the server binds to localhost only, whatever http.address says. */
static inline bool lectern_config_tls(const struct lectern_config *config)
{
	return config->http.certificate[0] != '\0';
}

/* What every address that we give away begins with, with no slash at its end: http.url, else what
 * reaches us from this machine. `out` holds LECTERN_MAX_URL bytes; returns out. */
const char *lectern_config_url(const struct lectern_config *config, char *out);
/* http:// or https:// and a host: what may stand in http.url. */
bool lectern_config_url_is_good(const char *url);

#endif
