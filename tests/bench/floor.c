/* SPDX-License-Identifier: MIT */
#include "tests/bench/floor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/udp.h>

#include "tests/bench/floor_gcm.h"

enum {
	BATCH = 64, /* datagrams of one recvmmsg */
	ROOM = 2048,
	MESSAGES = 64,	     /* of one sendmmsg */
	STAGING = 128 << 10, /* bytes that they hold: small enough to stay in cache */
	SEGMENTS = 48,	     /* of one message */
	FIRST_ADDRESS = 0x7f010001,
	BUFFER = 32 << 20,
};

struct track {
	uint32_t ssrc;
	uint64_t highest; /* extended sequence number */
};

/* A packet that was decrypted, and now goes to everybody. */
struct plain {
	unsigned publisher;
	uint64_t index;
	uint8_t *header, *payload;
	size_t header_len, payload_len, padding;
	uint32_t timestamp;
	size_t twcc_at; /* in the header; 0: none */
};

struct receiver {
	struct floor_gcm *gcm;
	struct sockaddr_in at;
	uint16_t twcc;
};

struct sending {
	unsigned count;
	size_t used;
	size_t segment[MESSAGES], segments[MESSAGES];
	struct mmsghdr messages[MESSAGES];
	struct iovec parts[MESSAGES];
	uint8_t control[MESSAGES][CMSG_SPACE(sizeof(uint16_t))] __attribute__((aligned(8)));
	uint8_t data[STAGING];
};

struct floor_loop {
	int fd;
	bool meeting, gso, padding;
	unsigned publishers, receiver_count;
	struct floor_gcm *from[FLOOR_TRACKS];
	unsigned track_count;
	struct track tracks[FLOOR_TRACKS];
	struct receiver receivers[FLOOR_MEMBERS];
	unsigned plain_count;
	struct plain plains[BATCH];
	struct mmsghdr messages[BATCH];
	struct iovec parts[BATCH];
	struct sockaddr_in sources[BATCH];
	uint8_t data[BATCH][ROOM];
	struct sending sending;
};

void floor_key(unsigned member, bool up, uint8_t out[FLOOR_KEY])
{
	for (int i = 0; i < FLOOR_KEY; i++)
		out[i] = (uint8_t)(member * 31 + (member >> 8) * 7 + (unsigned)i * 17 +
				   (up ? 101 : 3));
}

unsigned floor_member_of(in_addr_t ip)
{
	return ntohl(ip) - FIRST_ADDRESS;
}

static uint16_t u16_at(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static void put_u16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put_u32(uint8_t *at, uint32_t value)
{
	put_u16(at, (uint16_t)(value >> 16));
	put_u16(at + 2, (uint16_t)value);
}

static uint32_t u32_at(const uint8_t *at)
{
	return (uint32_t)u16_at(at) << 16 | u16_at(at + 2);
}

static uint64_t extend(struct floor_loop *loop, uint32_t ssrc, uint16_t seq)
{
	struct track *track = loop->tracks;

	while (track < loop->tracks + loop->track_count && track->ssrc != ssrc)
		track++;
	if (track == loop->tracks + loop->track_count) {
		if (loop->track_count == FLOOR_TRACKS)
			return seq;
		loop->track_count++;
		*track = (struct track){.ssrc = ssrc, .highest = seq};
	}
	track->highest += (uint64_t)(int64_t)(int16_t)(seq - (uint16_t)track->highest);
	return track->highest;
}

/* Transport-wide number: id 3 in the one-byte form, as our own publishers send it. */
static size_t find_twcc(const uint8_t *packet, size_t header_len)
{
	for (size_t at = 16; at + 2 < header_len;) {
		if (!packet[at]) {
			at++;
			continue;
		}
		if (packet[at] >> 4 == 3)
			return at + 1;
		at += 2 + (packet[at] & 0x0f);
	}
	return 0;
}

static void take_datagram(struct floor_loop *loop, unsigned i)
{
	uint8_t *data = loop->data[i];
	size_t len = loop->messages[i].msg_len, head;
	unsigned member = floor_member_of(loop->sources[i].sin_addr.s_addr);
	struct plain *plain = &loop->plains[loop->plain_count];
	struct floor_packet packet;

	if (member >= loop->publishers || len < 12 + 4 + FLOOR_TAG || data[0] >> 6 != 2 ||
		(data[1] >= 192 && data[1] <= 223))
		return; /* feedback */
	head = 12 + (data[0] & 0x10 ? 4 + 4 * (size_t)u16_at(data + 14) : 0);
	if (head + FLOOR_TAG > len)
		return;
	packet = (struct floor_packet){
		.header = data,
		.header_len = head,
		.index = extend(loop, u32_at(data + 8), u16_at(data + 2)),
		.in = data + head,
		.len = len - head - FLOOR_TAG,
		.out = data + head,
	};
	if (floor_gcm_open(loop->from[member], &packet) < 0)
		return;
	*plain = (struct plain){
		.publisher = member,
		.index = packet.index,
		.header = data,
		.payload = data + head,
		.header_len = head,
		.payload_len = packet.len,
		.timestamp = u32_at(data + 4),
		.twcc_at = find_twcc(data, head),
	};
	loop->plain_count++;
}

static bool same_frame(const struct plain *a, const struct plain *b)
{
	return a->publisher == b->publisher && a->timestamp == b->timestamp &&
	       u32_at(a->header + 8) == u32_at(b->header + 8);
}

/* The packets of a frame to the length of its longest (RFC 3550 5.1: the last byte counts). */
static void pad_frames(struct floor_loop *loop)
{
	for (unsigned i = 0; i < loop->plain_count; i++) {
		struct plain *plain = &loop->plains[i];
		size_t most = plain->payload_len;

		for (unsigned j = 0; j < loop->plain_count; j++) {
			if (same_frame(plain, &loop->plains[j]) &&
				loop->plains[j].payload_len > most)
				most = loop->plains[j].payload_len;
		}
		plain->padding = most - plain->payload_len;
		if (!plain->padding)
			continue;
		memset(plain->payload + plain->payload_len, 0, plain->padding);
		plain->payload[most - 1] = (uint8_t)plain->padding;
	}
}

static size_t size_of(const struct plain *plain)
{
	return plain->header_len + plain->payload_len + plain->padding + FLOOR_TAG;
}

/* Longer ones first, in their order: one shorter segment may end a run. */
static void order(struct floor_loop *loop)
{
	for (unsigned i = 1; i < loop->plain_count; i++) {
		struct plain moved = loop->plains[i];
		unsigned at = i;

		for (; at && size_of(&loop->plains[at - 1]) < size_of(&moved); at--)
			loop->plains[at] = loop->plains[at - 1];
		loop->plains[at] = moved;
	}
}

static void flush(struct floor_loop *loop)
{
	struct sending *sending = &loop->sending;
	unsigned done = 0;

	for (unsigned i = 0; i < sending->count; i++) {
		struct msghdr *head = &sending->messages[i].msg_hdr;
		uint16_t segment = (uint16_t)sending->segment[i];
		struct cmsghdr *control = (struct cmsghdr *)(void *)sending->control[i];

		head->msg_control = sending->segments[i] > 1 ? control : NULL;
		head->msg_controllen = sending->segments[i] > 1 ? sizeof(sending->control[i]) : 0;
		control->cmsg_level = SOL_UDP;
		control->cmsg_type = UDP_SEGMENT;
		control->cmsg_len = CMSG_LEN(sizeof(segment));
		memcpy(CMSG_DATA(control), &segment, sizeof(segment));
	}
	while (done < sending->count) {
		int sent = sendmmsg(loop->fd, sending->messages + done, sending->count - done, 0);

		done += sent > 0 ? (unsigned)sent : 1;
	}
	sending->count = 0;
	sending->used = 0;
}

/* A place for `len` bytes to this receiver: in its last message, or in a new one. */
static uint8_t *place(struct floor_loop *loop, struct receiver *receiver, size_t len)
{
	struct sending *sending = &loop->sending;
	unsigned last = sending->count - 1;
	bool fits =
		loop->gso && sending->count &&
		sending->messages[last].msg_hdr.msg_name == &receiver->at &&
		sending->segments[last] < SEGMENTS && len <= sending->segment[last] &&
		sending->parts[last].iov_len == sending->segment[last] * sending->segments[last] &&
		sending->used + len <= STAGING;
	uint8_t *at;

	if (!fits) {
		if (sending->count == MESSAGES || sending->used + len > STAGING)
			flush(loop);
		last = sending->count++;
		sending->segment[last] = len;
		sending->segments[last] = 0;
		sending->parts[last] = (struct iovec){sending->data + sending->used, 0};
		sending->messages[last].msg_hdr = (struct msghdr){
			.msg_name = &receiver->at,
			.msg_namelen = sizeof(receiver->at),
			.msg_iov = &sending->parts[last],
			.msg_iovlen = 1,
		};
	}
	at = sending->data + sending->used;
	sending->used += len;
	sending->parts[last].iov_len += len;
	sending->segments[last]++;
	return at;
}

static void forward(struct floor_loop *loop, const struct plain *plain, struct receiver *receiver)
{
	uint8_t *out = place(loop, receiver, size_of(plain));
	struct floor_packet packet = {
		.header = out,
		.header_len = plain->header_len,
		.index = plain->index,
		.in = plain->payload,
		.len = plain->payload_len + plain->padding,
		.out = out + plain->header_len,
	};

	memcpy(out, plain->header, plain->header_len);
	if (plain->padding)
		out[0] |= 0x20;
	put_u32(out + 8, u32_at(plain->header + 8) + FLOOR_SSRC);
	if (plain->twcc_at)
		put_u16(out + plain->twcc_at, receiver->twcc++);
	floor_gcm_seal(receiver->gcm, &packet);
}

static void turn(struct floor_loop *loop)
{
	int count = recvmmsg(loop->fd, loop->messages, BATCH, MSG_WAITFORONE, NULL);

	loop->plain_count = 0;
	for (int i = 0; i < count; i++) {
		take_datagram(loop, (unsigned)i);
		loop->messages[i].msg_hdr.msg_namelen = sizeof(loop->sources[i]);
	}
	if (!loop->plain_count)
		return;
	if (loop->padding)
		pad_frames(loop);
	order(loop);
	for (unsigned r = 0; r < loop->receiver_count; r++) {
		for (unsigned i = 0; i < loop->plain_count; i++) {
			if (!loop->meeting || loop->plains[i].publisher != r)
				forward(loop, &loop->plains[i], &loop->receivers[r]);
		}
	}
	flush(loop);
}

static int open_socket(uint16_t port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = BUFFER;
	int probe = IP_PMTUDISC_PROBE; /* never fragmented, so no IP identification is drawn */

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		return -errno;
	setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &probe, sizeof(probe));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	return fd;
}

static int prepare(struct floor_loop *loop, uint16_t port, uint16_t client_port)
{
	uint8_t key[FLOOR_KEY];

	for (unsigned i = 0; i < loop->publishers; i++) {
		floor_key(i, true, key);
		loop->from[i] = floor_gcm_create(key);
		if (!loop->from[i])
			return -ENOMEM;
	}
	for (unsigned i = 0; i < loop->receiver_count; i++) {
		struct receiver *receiver = &loop->receivers[i];

		floor_key(loop->publishers + i, false, key);
		receiver->gcm = floor_gcm_create(key);
		if (!receiver->gcm)
			return -ENOMEM;
		receiver->at = (struct sockaddr_in){
			.sin_family = AF_INET,
			.sin_port = htons(client_port),
			.sin_addr.s_addr = htonl(FIRST_ADDRESS + loop->publishers + i),
		};
	}
	for (unsigned i = 0; i < BATCH; i++) {
		loop->parts[i] = (struct iovec){loop->data[i], ROOM};
		loop->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &loop->sources[i],
			.msg_namelen = sizeof(loop->sources[i]),
			.msg_iov = &loop->parts[i],
			.msg_iovlen = 1,
		};
	}
	loop->fd = open_socket(port);
	return loop->fd < 0 ? loop->fd : 0;
}

int floor_main(int argc, char **argv)
{
	struct floor_loop *loop = calloc(1, sizeof(*loop));
	int err;

	if (argc != 9 || !loop)
		return EXIT_FAILURE;
	loop->publishers = (unsigned)strtoul(argv[4], NULL, 10);
	loop->receiver_count = (unsigned)strtoul(argv[5], NULL, 10);
	loop->meeting = strcmp(argv[6], "meeting") == 0;
	loop->gso = strcmp(argv[7], "gso") == 0;
	loop->padding = loop->gso && strcmp(argv[8], "pad") == 0;
	if (loop->publishers > FLOOR_TRACKS || loop->receiver_count > FLOOR_MEMBERS)
		return EXIT_FAILURE;
	err = prepare(
		loop, (uint16_t)strtoul(argv[2], NULL, 10), (uint16_t)strtoul(argv[3], NULL, 10));
	if (err) {
		fprintf(stderr, "floor: %s\n", strerror(-err));
		return EXIT_FAILURE;
	}
	for (;;)
		turn(loop);
}
