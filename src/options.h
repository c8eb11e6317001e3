/* SPDX-License-Identifier: MIT */
/* The command line of lecternd. Strings are those of argv. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

struct lectern_config;

struct options {
	const char *config, *data, *port, *announce, *web_client, *recorder; /* NULL: not given */
	const char *link; /* an e-mail address: print a sign-in link and end */
	bool demo, check;
};

/* Ends the process on --help, --version and on what it does not understand. */
void options_parse(struct options *options, int argc, char **argv);
/* The command line counts more than the file. -EINVAL; `why` (LECTERN_MAX_WHY) says what is wrong.
 */
int options_override(const struct options *options, struct lectern_config *config, char *why);

#endif
