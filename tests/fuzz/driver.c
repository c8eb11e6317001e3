/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target without libFuzzer: replays the files and folders named on the command line,
 * then mutates what it read at random.
 *
 * FUZZ_RUNS: how many mutated inputs, 20000 if not set. FUZZ_SEED: where the random numbers begin.
 * When the target dies, the input that it died of is left in `fuzz-crash` in the current folder.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FUZZ_MAX_INPUT = 256 * 1024, FUZZ_MAX_SEEDS = 4096, FUZZ_DEFAULT_RUNS = 20000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
	uint8_t *data;
	size_t size;
} seeds[FUZZ_MAX_SEEDS];

static size_t seed_count;
static uint64_t state = 1;
static uint8_t input[FUZZ_MAX_INPUT];
static size_t input_size;

static size_t roll(size_t sides)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(state >> 33) % sides;
}

static void on_death(int number)
{
	int fd = open("fuzz-crash", O_CREAT | O_TRUNC | O_WRONLY, 0600);
	ssize_t written = fd < 0 ? 0 : write(fd, input, input_size);

	(void)written;
	signal(number, SIG_DFL);
	raise(number);
}

static void run(void)
{
	/* A copy of exactly this size, so that a read past the end is seen by ASan. */
	uint8_t *copy = malloc(input_size ? input_size : 1);

	if (!copy)
		abort();
	memcpy(copy, input, input_size);
	LLVMFuzzerTestOneInput(copy, input_size);
	free(copy);
}

static void read_file(const char *path)
{
	FILE *file = fopen(path, "rb");

	if (!file) {
		perror(path);
		exit(1);
	}
	input_size = fread(input, 1, sizeof(input), file);
	fclose(file);
	run();
	if (seed_count == FUZZ_MAX_SEEDS)
		return;
	seeds[seed_count].data = malloc(input_size ? input_size : 1);
	if (!seeds[seed_count].data)
		abort();
	memcpy(seeds[seed_count].data, input, input_size);
	seeds[seed_count++].size = input_size;
}

static void read_path(const char *path)
{
	struct stat info;
	struct dirent **names;
	int count;

	if (stat(path, &info) == 0 && !S_ISDIR(info.st_mode)) {
		read_file(path);
		return;
	}
	count = scandir(path, &names, NULL, alphasort);
	if (count < 0) {
		perror(path);
		exit(1);
	}
	for (int i = 0; i < count; i++) {
		char name[4096];

		snprintf(name, sizeof(name), "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] != '.')
			read_file(name);
		free(names[i]);
	}
	free(names);
}

static void load(size_t seed)
{
	memcpy(input, seeds[seed].data, seeds[seed].size);
	input_size = seeds[seed].size;
}

/* A piece of a seed is copied over the input, or pushed in between. */
static void splice_piece(int push)
{
	size_t from = roll(seed_count), at = roll(input_size + 1), start, len;

	if (!seeds[from].size)
		return;
	start = roll(seeds[from].size);
	len = 1 + roll(seeds[from].size - start);
	if (len > 64)
		len = 1 + len % 64;
	if (at + len > FUZZ_MAX_INPUT || (push && input_size + len > FUZZ_MAX_INPUT))
		return;
	if (push) {
		memmove(input + at + len, input + at, input_size - at);
		input_size += len;
	}
	memcpy(input + at, seeds[from].data + start, len);
	if (at + len > input_size)
		input_size = at + len;
}

static void cut(void)
{
	size_t at, len;

	if (!input_size)
		return;
	at = roll(input_size);
	len = 1 + roll(input_size - at < 32 ? input_size - at : 32);
	memmove(input + at, input + at + len, input_size - at - len);
	input_size -= len;
}

static void mutate(void)
{
	switch (roll(8)) {
	case 0 ... 2:
		if (input_size)
			input[roll(input_size)] ^= (uint8_t)(1u << roll(8));
		break;
	case 3:
		if (input_size)
			input[roll(input_size)] = (uint8_t)roll(256);
		break;
	case 4:
		cut();
		break;
	case 5:
		splice_piece(0);
		break;
	case 6:
		splice_piece(1);
		break;
	case 7:
		if (roll(4) == 0)
			input_size = roll(input_size + 1);
		break;
	}
}

int main(int argc, char **argv)
{
	const char *runs_text = getenv("FUZZ_RUNS"), *seed_text = getenv("FUZZ_SEED");
	unsigned long runs = runs_text ? strtoul(runs_text, NULL, 10) : FUZZ_DEFAULT_RUNS;

	if (seed_text)
		state = strtoull(seed_text, NULL, 10);
	signal(SIGABRT, on_death);
	signal(SIGSEGV, on_death);
	signal(SIGBUS, on_death);
	signal(SIGFPE, on_death);
	for (int i = 1; i < argc; i++)
		read_path(argv[i]);
	for (unsigned long i = 0; i < runs && seed_count; i++) {
		load(roll(seed_count));
		for (size_t n = 1 + roll(8); n > 0; n--)
			mutate();
		run();
	}
	printf("%zu seeds, %lu mutated inputs\n", seed_count, seed_count ? runs : 0);
	return 0;
}
