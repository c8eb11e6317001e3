/* SPDX-License-Identifier: MIT */
#include "ctl/ctl.h"

#include <argp.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "data_folder.h"
#include "store/store.h"

static const struct command {
	const char *name, *what;
	ctl_command_fn *run;
} commands[] = {
	{"audit", "Verify the chain of the audit", ctl_audit},
	{"backup", "Copy the database to a file", ctl_backup},
	{"person", "Make an administrator of a site, and print a link to sign in by", ctl_person},
	{"restore", "Put a copy back in place", ctl_restore},
	{"room", "Make a room for WHIP and WHEP and print its addresses and tokens", ctl_room},
	{"site", "Make a site", ctl_site},
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]), WHY = 2048 };

int ctl_fail(const char *format, ...)
{
	va_list args;

	fputs("lecternctl: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return 1;
}

bool ctl_take_place(struct ctl_place *place, int key, const char *arg)
{
	if (key == CTL_CONFIG)
		place->config = arg;
	else if (key == CTL_DATA)
		place->data = arg;
	return key == CTL_CONFIG || key == CTL_DATA;
}

int ctl_configure(const struct ctl_place *place, struct lectern_config *config)
{
	char why[LECTERN_MAX_WHY];

	lectern_config_defaults(config);
	if (place->config && lectern_config_read(config, place->config, why) < 0)
		return -ctl_fail("%s", why);
	if (!place->data)
		return 0;
	if ((size_t)snprintf(config->data, sizeof(config->data), "%s", place->data) >=
		sizeof(config->data))
		return -ctl_fail("--data is too long: at most %zu bytes", sizeof(config->data) - 1);
	return 0;
}

int ctl_open(const struct lectern_config *config, struct store **ret_store)
{
	struct data_folder folder;
	char why[WHY];
	int r = data_folder_init(&folder, config, why);

	if (r == 0)
		r = data_folder_make(&folder, why);
	if (r == 0)
		r = store_open(folder.database, STORE_SETUP, ret_store, why);
	return r < 0 ? -ctl_fail("%s", why) : 0;
}

struct line {
	int at; /* of the command in argv; 0: none */
	const struct command *command;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct line *line = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		for (size_t i = 0; i < COMMANDS; i++)
			if (strcmp(commands[i].name, arg) == 0)
				line->command = &commands[i];
		if (!line->command)
			argp_error(state, "there is no command '%s'; see --help", arg);
		line->at = state->next - 1;
		state->next = state->argc; /* the rest is the command's */
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "name a command; see --help");
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The commands, below the options in --help. */
static char *list_commands(int key, const char *text, void *input)
{
	char *out = NULL;
	size_t size;
	FILE *stream;

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)(uintptr_t)text;
	stream = open_memstream(&out, &size);
	if (!stream)
		return NULL;
	fputs("Commands:\n", stream);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(stream, "  %-10s %s\n", commands[i].name, commands[i].what);
	fputs("\n`lecternctl COMMAND --help' tells the options of each.", stream);
	fclose(stream);
	return out; /* argp frees it */
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.parser = parse,
		.args_doc = "COMMAND [OPTION...]",
		.doc = "Administration of Lectern from a shell.\v",
		.help_filter = list_commands,
	};
	struct line line = {0};
	char name[64];

	argp_program_version = "lecternctl " LECTERN_VERSION;
	argp_err_exit_status = 1;
	if (sodium_init() < 0)
		return ctl_fail("the cryptographic library cannot start");
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &line);
	snprintf(name, sizeof(name), "lecternctl %s", line.command->name);
	argv[line.at] = name;
	return line.command->run(argc - line.at, argv + line.at);
}
