/* SPDX-License-Identifier: MIT */
/*
 * What a packet costs in each of the ciphers behind srtp/session.h, as ratios to the best one.
 *
 * The ciphers take turns in short runs on packets that stay in the cache, and the median of the
 * runs' CPU times counts: so that what else the machine does falls on all of them alike. Absolute
 * numbers are those of this machine at this moment.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "srtp/session.h"

enum {
	PACKETS = 64, /* of a run: 80 KiB at most */
	RUNS = 3001,
	ROOM = 1300,
	HEADER = 12,
	RTCP_SSRC_AT = 4,
};

static const struct {
	enum srtp_backend backend;
	const char *name;
} backends[] = {
	{SRTP_BACKEND_LIBSRTP, "libsrtp"},
	{SRTP_BACKEND_OPENSSL, "openssl"},
	{SRTP_BACKEND_IPSEC_MB, "ipsec-mb"},
};

enum { BACKENDS = sizeof(backends) / sizeof(backends[0]) };

struct subject {
	struct srtp_session *session; /* NULL: not on this machine */
	uint16_t seq;
	double seal_ns[RUNS], open_ns[RUNS]; /* of a packet */
};

typedef int seal_fn(struct srtp_session *session, uint8_t *packet, size_t *len, size_t room);
typedef int open_fn(struct srtp_session *session, uint8_t *packet, size_t *len);

struct kind {
	const char *name;
	seal_fn *seal;
	open_fn *open;
};

static uint8_t packets[PACKETS][ROOM];
static size_t lens[PACKETS];

static double cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void check(int err, const char *what)
{
	if (!err)
		return;
	fprintf(stderr, "bench_srtp: %s: %s\n", what, strerror(-err));
	exit(1);
}

/* A header that is right for RTP, and whose first 8 bytes will do for RTCP. */
static void number_packets(struct subject *subject, size_t len)
{
	for (unsigned i = 0; i < PACKETS; i++) {
		memset(packets[i], 0, HEADER);
		packets[i][0] = 0x80;
		packets[i][1] = 96;
		packets[i][2] = (uint8_t)(subject->seq >> 8);
		packets[i][3] = (uint8_t)subject->seq++;
		packets[i][RTCP_SSRC_AT] = 1;
		packets[i][HEADER - 1] = 7;
		lens[i] = len;
	}
}

static void run(struct subject *subject, const struct kind *kind, size_t len, unsigned turn)
{
	double start;
	int err = 0;

	number_packets(subject, len);
	start = cpu_ns();
	for (unsigned i = 0; i < PACKETS; i++)
		err |= kind->seal(subject->session, packets[i], &lens[i], ROOM);
	subject->seal_ns[turn] = (cpu_ns() - start) / PACKETS;
	check(err, kind->name);

	start = cpu_ns();
	for (unsigned i = 0; i < PACKETS; i++)
		err |= kind->open(subject->session, packets[i], &lens[i]);
	subject->open_ns[turn] = (cpu_ns() - start) / PACKETS;
	check(err, kind->name);
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double median(double *values)
{
	qsort(values, RUNS, sizeof(*values), compare);
	return values[RUNS / 2];
}

static void print_row(const double *ns, const struct kind *kind, size_t len, const char *what)
{
	double best = 0;

	for (unsigned i = 0; i < BACKENDS; i++) {
		if (ns[i] > 0 && (best == 0 || ns[i] < best))
			best = ns[i];
	}
	printf("%-5s %-5s %5zu", kind->name, what, len);
	for (unsigned i = 0; i < BACKENDS; i++)
		printf("   %8.0f ns %5.2f", ns[i], ns[i] / best);
	printf("\n");
}

static void measure(const struct kind *kind, size_t len)
{
	static const uint8_t key[32] = {1, 2, 3};
	static struct subject subjects[BACKENDS];
	double seal[BACKENDS], open[BACKENDS];

	memset(subjects, 0, sizeof(subjects));
	for (unsigned i = 0; i < BACKENDS; i++) {
		int err = srtp_session_create_on(backends[i].backend, SRTP_AEAD_AES_128_GCM_SUITE,
			key, key, &subjects[i].session);

		if (err && backends[i].backend != SRTP_BACKEND_IPSEC_MB)
			check(err, backends[i].name);
	}
	for (unsigned turn = 0; turn < RUNS; turn++) {
		for (unsigned i = 0; i < BACKENDS; i++) {
			if (subjects[i].session)
				run(&subjects[i], kind, len, turn);
		}
	}
	for (unsigned i = 0; i < BACKENDS; i++) {
		seal[i] = median(subjects[i].seal_ns);
		open[i] = median(subjects[i].open_ns);
		srtp_session_destroy(subjects[i].session);
	}
	print_row(seal, kind, len, "seal");
	print_row(open, kind, len, "open");
}

int main(void)
{
	static const struct kind kinds[] = {
		{"rtp", srtp_protect_rtp, srtp_unprotect_rtp},
		{"rtcp", srtp_protect_rtcp_compound, srtp_unprotect_rtcp_compound},
	};
	static const size_t sizes[] = {120, 1200};

	check(srtp_library_start(), "start");
	printf("AES-128-GCM, CPU time of a packet and its ratio to the best; 0: not here\n");
	printf("%-5s %-5s %5s", "", "", "bytes");
	for (unsigned i = 0; i < BACKENDS; i++)
		printf("   %17s", backends[i].name);
	printf("\n");
	for (unsigned k = 0; k < 2; k++) {
		for (unsigned s = 0; s < 2; s++)
			measure(&kinds[k], sizes[s]);
	}
	srtp_library_stop();
	return 0;
}
