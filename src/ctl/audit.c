/* SPDX-License-Identifier: MIT */
/* lecternctl audit verify: whether any line of the audit was changed, put in or taken out. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "academy/audit.h"
#include "ctl/ctl.h"
#include "data_folder.h"
#include "store/id.h"
#include "store/store.h"

enum { WHY = 2048 };

struct audit_options {
	struct ctl_place place;
	bool verify;
};

static const struct argp_option table[] = {CTL_PLACE_OPTIONS, {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct audit_options *options = state->input;

	if (ctl_take_place(&options->place, key, arg))
		return 0;
	switch (key) {
	case ARGP_KEY_ARG:
		if (strcmp(arg, "verify") != 0)
			argp_error(state, "there is only `verify'");
		options->verify = true;
		return 0;
	case ARGP_KEY_END:
		if (!options->verify)
			argp_error(state, "say `verify'");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void tell(const struct audit_verdict *verdict, void *arg)
{
	bool *broken = arg;
	char id[ID_TEXT];

	printf("%s %lld lines, last %s", verdict->site ? id_text(verdict->site, id) : "network",
		(long long)verdict->lines, verdict->head);
	if (verdict->broken_at != 0) {
		printf(", BROKEN at line %lld", (long long)verdict->broken_at);
		*broken = true;
	}
	putchar('\n');
}

int ctl_audit(int argc, char **argv)
{
	static const struct argp argp = {
		.options = table,
		.parser = parse,
		.args_doc = "verify",
		.doc = "Work out the chain of every site's audit anew. Who keeps the last hash "
		       "that is "
		       "printed can also see whether lines went missing at the end.",
	};
	struct audit_options options = {0};
	struct lectern_config config;
	struct data_folder folder;
	struct store *store;
	bool broken = false;
	char why[WHY];
	int r;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (ctl_configure(&options.place, &config) < 0)
		return 1;
	r = data_folder_init(&folder, &config, why);
	if (r == 0)
		r = store_open(folder.database, STORE_READ, &store, why);
	if (r < 0)
		return ctl_fail("%s", why);
	r = audit_verify(store, tell, &broken);
	store_close(store);
	if (r < 0)
		return ctl_fail("cannot read the audit: %s", strerror(-r));
	return broken ? ctl_fail("the audit is not as it was written") : 0;
}
