/* SPDX-License-Identifier: MIT */
/* lectern-bench: one case, one JSON object. */
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/bench/floor.h"
#include "tests/bench/stage.h"

enum {
	JOIN_PATIENCE_S = 30,
	OVERRUN_PATIENCE_S = 8, /* behind already, it will not catch up */
	JOIN_APART_MS = 1000,	/* a server may ask for few keyframes a second */
	RSS_SLACK = 2 << 20,	/* that a soak may grow by */
};

enum {
	SERVER = 256,
	WORKERS,
	JOINS,
	PUBLISHERS,
	SECONDS,
	WARM_UP,
	STEP,
	NO_GRO,
	NO_GSO,
	NO_PADDING,
	SRTP,
	SAMPLE,
	MAX_LOSS,
	ALLOCATIONS,
	PORT,
	PROGRAMS,
	KEEP,
};

static const struct argp_option option_table[] = {
	{"server", SERVER, "NAME", 0, "lectern (default), janus or floor", 0},
	{"subscribers", 'n', "N", 0, "Receivers; 200", 0},
	{"publishers", PUBLISHERS, "N", 0, "Of a meeting, who receive too; 8", 0},
	{"workers", WORKERS, "N", 0, "Media threads; 0: the server's default; 1", 0},
	{"joins", JOINS, "N", 0, "Of the case join; 20", 0},
	{"seconds", SECONDS, "S", 0, "Of the measured window; 10, of a soak 300", 0},
	{"warm-up", WARM_UP, "S", 0, "Before it; 2", 0},
	{"step", STEP, "S", 0, "Between the points of a soak; 10", 0},
	{"srtp", SRTP, "SUITE", 0, "gcm (default) or cm", 0},
	{"sample", SAMPLE, "N", 0,
		"Decrypt and compare one packet in N; half the subscribers, at most 256", 0},
	{"max-loss", MAX_LOSS, "SHARE", 0, "Fail above it; 0.001", 0},
	{"no-gro", NO_GRO, NULL, 0, "Receive without UDP_GRO", 0},
	{"no-gso", NO_GSO, NULL, 0, "The floor sends without UDP_SEGMENT", 0},
	{"no-padding", NO_PADDING, NULL, 0, "The floor leaves packets as long as they are", 0},
	{"count-allocations", ALLOCATIONS, NULL, 0, "Of the server's media threads", 0},
	{"port", PORT, "N", 0, "The first of about ten ports; 21700", 0},
	{"programs", PROGRAMS, "DIR", 0, "The build folder; found beside this program", 0},
	{"keep", KEEP, NULL, 0, "Keep the folder of data and logs, and say where it is", 0},
	{0},
};

struct bench_case {
	const char *name;
	int (*run)(struct stage *stage);
	bool meeting, no_video;
};

struct line {
	struct stage_options options;
	const struct bench_case *chosen;
	char programs[512];
};

static int gather(struct stage *stage)
{
	int err = stage_receivers(stage, stage->options->subscribers);

	return err ? err
		   : stage_await(stage, stage->overrun ? OVERRUN_PATIENCE_S : JOIN_PATIENCE_S);
}

static int measure(struct stage *stage)
{
	int err = gather(stage);

	stage_note_joins(stage, stage->options->publishers);
	/* A server that cannot carry them all is measured all the same, and then fails. */
	if (err && err != -ETIMEDOUT)
		return err;
	stage_sleep(stage->options->warm_up);
	err = stage_window(stage, stage->options->seconds);
	return err ? err : stage_judge(stage);
}

/* One after another into a class that is there already. */
static int run_join(struct stage *stage)
{
	const struct stage_options *options = stage->options;
	unsigned first = stage->options->publishers + options->subscribers;
	int err = gather(stage);

	if (err)
		return err;
	stage_sleep(options->warm_up);
	load_reset_latency(stage->load);
	stage_read(stage, &stage->result.from);
	for (unsigned i = 0; i < options->joins && !err; i++) {
		stage_sleep(JOIN_APART_MS / 1000.0);
		err = stage_receivers(stage, 1);
		if (!err)
			err = stage_await(stage, JOIN_PATIENCE_S);
	}
	stage_note_joins(stage, first);
	stage_read(stage, &stage->result.to);
	load_copy_latency(stage->load, &stage->result.latency);
	stage->result.rss = process_rss(&stage->server.process);
	stage->result.rss_before = 0; /* what was there before is not known by now */
	return err ? err : stage_judge(stage);
}

static json_t *soak_point(
	const struct stage *stage, const struct result_reading *begin, uint64_t rss)
{
	struct result step = stage->result;
	double at = (double)(step.to.load.at_ns - begin->load.at_ns) / 1e9;

	return json_pack("{s:f,s:I,s:f,s:f,s:f}", "at_s", at, "rss_bytes", (json_int_t)rss, "loss",
		result_loss(&step), "cpu_us_per_packet", result_us_per_packet(&step),
		"latency_us_p99", spread_at(&step.latency, 0.99));
}

/* Windows one after another; the last one's end and the first one's beginning are the result. */
static int run_soak(struct stage *stage)
{
	const struct stage_options *options = stage->options;
	struct result *result = &stage->result;
	struct result_reading begin = {0};
	uint64_t rss_first = 0;
	double done = 0;
	int err = gather(stage);

	stage_note_joins(stage, options->publishers);
	stage_sleep(options->warm_up);
	result->series = json_array();
	while (!err && done < options->seconds) {
		err = stage_window(stage, options->sample_seconds);
		if (!rss_first) {
			rss_first = result->rss;
			begin = result->from;
		}
		json_array_append_new(result->series, soak_point(stage, &begin, result->rss));
		done += options->sample_seconds;
	}
	if (err)
		return err;
	result->from = begin;
	err = stage_judge(stage);
	if (!err && result->rss > rss_first + rss_first / 50 + RSS_SLACK)
		err = stage_fail(stage, -ENOMEM, "resident memory grew from %llu to %llu bytes",
			(unsigned long long)rss_first, (unsigned long long)result->rss);
	return err;
}

/* Sorted. */
static const struct bench_case cases[] = {
	{"audio", measure, .no_video = true},
	{"fanout", measure},
	{"floor", measure},
	{"join", run_join},
	{"meeting", measure, .meeting = true},
	{"soak", run_soak},
};

static double number(const char *text, double least, double most, struct argp_state *state)
{
	char *rest;
	double value = strtod(text, &rest);

	if (!*text || *rest || value < least || value > most)
		argp_error(state, "'%s' is not a number from %g to %g", text, least, most);
	return value;
}

static int parse_flag(int key, struct stage_options *options)
{
	switch (key) {
	case NO_GRO:
		options->gro = false;
		return 0;
	case NO_GSO:
		options->floor_gso = false;
		return 0;
	case NO_PADDING:
		options->floor_padding = false;
		return 0;
	case ALLOCATIONS:
		options->count_allocations = true;
		return 0;
	case KEEP:
		options->keep = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int parse_number(
	int key, const char *arg, struct argp_state *state, struct stage_options *options)
{
	switch (key) {
	case 'n':
		options->subscribers = (unsigned)number(arg, 1, 2000, state);
		return 0;
	case PUBLISHERS:
		options->publishers = (unsigned)number(arg, 1, 16, state);
		return 0;
	case WORKERS:
		options->workers = (unsigned)number(arg, 0, 64, state);
		return 0;
	case JOINS:
		options->joins = (unsigned)number(arg, 1, 100, state);
		return 0;
	case SECONDS:
		options->seconds = number(arg, 0.1, 1e6, state);
		return 0;
	case WARM_UP:
		options->warm_up = number(arg, 0, 1e4, state);
		return 0;
	case STEP:
		options->sample_seconds = number(arg, 0.1, 1e4, state);
		return 0;
	case SAMPLE:
		options->sample = (unsigned)number(arg, 1, 1e6, state);
		return 0;
	case MAX_LOSS:
		options->max_loss = number(arg, 0, 1, state);
		return 0;
	case PORT:
		options->port = (uint16_t)number(arg, 1024, 50000, state);
		return 0;
	default:
		return parse_flag(key, options);
	}
}

static void choose_case(struct line *line, const char *name, struct argp_state *state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (strcmp(cases[i].name, name) == 0)
			line->chosen = &cases[i];
	}
	if (!line->chosen)
		argp_error(state, "there is no case '%s'", name);
	line->options.name = line->chosen->name;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct line *line = state->input;
	struct stage_options *options = &line->options;

	switch (key) {
	case SERVER:
		options->kind = server_kind_of(arg);
		if (!options->kind)
			argp_error(state, "there is no server '%s'", arg);
		return 0;
	case SRTP:
		if (strcmp(arg, "gcm") != 0 && strcmp(arg, "cm") != 0)
			argp_error(state, "--srtp is gcm or cm, not '%s'", arg);
		options->suite = strcmp(arg, "cm") == 0 ? MEMBER_CM : MEMBER_GCM;
		return 0;
	case PROGRAMS:
		options->programs = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (line->chosen)
			argp_error(state, "one case at a time");
		choose_case(line, arg, state);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which case? audio, fanout, floor, join, meeting or soak");
		return EINVAL;
	default:
		return parse_number(key, arg, state, options);
	}
}

/* build/tests/bench/lectern-bench: three up. */
static void find_programs(struct line *line)
{
	ssize_t len = readlink("/proc/self/exe", line->programs, sizeof(line->programs) - 1);

	for (int i = 0; i < 3 && len > 0; i++) {
		line->programs[len] = '\0';
		len = strrchr(line->programs, '/') - line->programs;
	}
	line->programs[len > 0 ? len : 0] = '\0';
	line->options.programs = line->programs;
}

static void settle(struct line *line)
{
	struct stage_options *options = &line->options;

	options->meeting = line->chosen->meeting;
	options->audio = true;
	options->video = !line->chosen->no_video;
	if (!options->publishers)
		options->publishers = options->meeting ? 8 : 1;
	if (!options->meeting)
		options->publishers = 1;
	if (options->meeting)
		options->subscribers = options->publishers;
	if (line->chosen->run != run_join)
		options->joins = 0;
	if (!options->sample) /* a few hundred packets a second, however many come */
		options->sample = options->subscribers < 2     ? 1
				  : options->subscribers > 512 ? 256
							       : options->subscribers / 2;
	if (!options->seconds)
		options->seconds = line->chosen->run == run_soak ? 300 : 10;
	if (strcmp(line->chosen->name, "floor") == 0)
		options->kind = &server_floor;
}

static int run_case(const struct line *line)
{
	static struct stage stage;
	json_t *json;
	int err = stage_open(&stage, &line->options);

	if (!err)
		err = line->chosen->run(&stage);
	json = result_json(&stage.result);
	json_dumpf(json, stdout, JSON_COMPACT | JSON_REAL_PRECISION(10));
	putchar('\n');
	json_decref(json);
	json_decref(stage.result.series);
	if (err)
		fprintf(stderr, "lectern-bench: %s, %s: %s\n", stage.result.name,
			stage.result.server, stage.result.why);
	stage_close(&stage);
	if (line->options.keep)
		fprintf(stderr, "lectern-bench: data and logs are in %s\n", stage.folder);
	return err || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = option_table,
		.parser = parse,
		.args_doc = "CASE",
		.doc = "Measures a media server under load and prints one JSON object.\v"
		       "CASE is audio, fanout, floor, join, meeting or soak.",
	};
	struct line line = {.options = {
				    .kind = &server_lectern,
				    .subscribers = 200,
				    .workers = 1,
				    .joins = 20,
				    .warm_up = 2,
				    .sample_seconds = 10,
				    .gro = true,
				    .floor_gso = true,
				    .floor_padding = true,
				    .sample = 64,
				    .max_loss = 0.001,
				    .port = 21700,
			    }};
	struct rlimit files;

	if (argc > 1 && strcmp(argv[1], "floor-loop") == 0)
		return floor_main(argc, argv);
	find_programs(&line);
	argp_parse(&argp, argc, argv, 0, NULL, &line);
	settle(&line);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	signal(SIGPIPE, SIG_IGN);
	return run_case(&line);
}
