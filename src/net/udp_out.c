/* SPDX-License-Identifier: MIT */
/* What goes: packets staged one behind the other, and sent in as few messages as they allow. */
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>

#include "net/udp_priv.h"

int udp_out_init(struct udp *udp)
{
	struct udp_out *out = &udp->out;
	int none = 0;

	out->bytes = malloc(UDP_OUT_BYTES);
	if (!out->bytes)
		return -ENOMEM;
	for (unsigned i = 0; i < UDP_OUT_MESSAGES; i++)
		out->heads[i].msg_hdr = (struct msghdr){
			.msg_name = &out->messages[i].wire_to.u,
			.msg_iov = &out->places[i],
			.msg_iovlen = 1,
		};
	/* A kernel without it (before 4.18) would send the message whole, not refuse it. */
	out->segmenting = setsockopt(udp->fd, IPPROTO_UDP, UDP_SEGMENT, &none, sizeof(none)) == 0;
	return 0;
}

void udp_out_finish(struct udp *udp)
{
	free(udp->out.bytes);
}

void udp_set_segmenting(struct udp *udp, bool on)
{
	udp->out.segmenting = on;
}

/* ---- destinations that refuse ---- */

static struct addr *refusal_place(struct udp_out *out, const struct addr *to)
{
	return &out->refusals[addr_hash(to) & (UDP_REFUSALS - 1)];
}

static bool is_refused(struct udp_out *out, const struct addr *to)
{
	const struct addr *refused;

	if (!out->refusal_count)
		return false;
	refused = refusal_place(out, to);
	return refused->len && addr_equal(refused, to);
}

static void remember_refusal(struct udp_out *out, const struct addr *to)
{
	*refusal_place(out, to) = *to;
	out->refusal_count++;
}

/* The kernel has no way to take this message apart for its way out: segments longer than the MTU
 * (EINVAL, EMSGSIZE), no checksums by the device or a transformed route (EIO), or no such thing. */
static bool is_refusal(int error)
{
	return error == EINVAL || error == EMSGSIZE || error == EIO || error == EOPNOTSUPP ||
	       error == ENOPROTOOPT;
}

/* ---- staging ---- */

uint8_t *udp_place(struct udp *udp, const struct addr *to)
{
	struct udp_out *out = &udp->out;

	if (out->used + PKT_ROOM > UDP_OUT_BYTES || out->count == UDP_OUT_MESSAGES)
		udp_flush(udp);
	out->to = *to;
	return out->bytes + out->used;
}

static bool joins(const struct udp_out *out, const struct udp_message *message, size_t len)
{
	return !message->ended && len <= message->segment &&
	       message->len + len <= UDP_MESSAGE_BYTES && addr_equal(&message->to, &out->to);
}

static void begin_message(struct udp *udp, size_t len)
{
	struct udp_out *out = &udp->out;
	struct udp_message *message = &out->messages[out->count];

	message->to = out->to;
	message->wire_to = udp->dual ? addr_map(&out->to) : out->to;
	message->len = (uint32_t)len;
	message->segment = (uint16_t)len;
	message->count = 1;
	message->ended = !out->segmenting || is_refused(out, &out->to);
	out->places[out->count].iov_base = out->bytes + out->used;
	out->count++;
}

void udp_commit(struct udp *udp, size_t len)
{
	struct udp_out *out = &udp->out;
	struct udp_message *last = out->count ? &out->messages[out->count - 1] : NULL;

	assert(len > 0 && len <= PKT_ROOM);
	if (last && joins(out, last, len)) {
		last->len += (uint32_t)len;
		last->count++;
		last->ended = len < last->segment || last->count == UDP_SEGMENTS;
	} else {
		begin_message(udp, len);
	}
	out->used += len;
}

/* ---- sending ---- */

static void write_head(struct udp_out *out, unsigned i)
{
	const struct udp_message *message = &out->messages[i];
	struct msghdr *head = &out->heads[i].msg_hdr;
	struct cmsghdr *control = &out->controls[i].header;

	head->msg_namelen = message->wire_to.len;
	out->places[i].iov_len = message->len;
	head->msg_control = NULL;
	head->msg_controllen = 0;
	if (message->count == 1)
		return;
	head->msg_control = control;
	head->msg_controllen = CMSG_SPACE(sizeof(message->segment));
	control->cmsg_level = IPPROTO_UDP;
	control->cmsg_type = UDP_SEGMENT;
	control->cmsg_len = CMSG_LEN(sizeof(message->segment));
	memcpy(CMSG_DATA(control), &message->segment, sizeof(message->segment));
}

static void count_sent(struct udp *udp, const struct udp_message *message)
{
	udp->counters.messages++;
	udp->counters.sent += message->count;
	*(message->count > 1 ? &udp->counters.segments : &udp->counters.single) += message->count;
}

/* Our own interface has a small MTU: from now on what is longer goes in fragments. */
static bool is_too_long(struct udp *udp, int error)
{
	if (error != EMSGSIZE || !udp->whole)
		return false;
	udp_set_whole(udp, false);
	return true;
}

static void send_singly(struct udp *udp, unsigned i)
{
	const struct udp_message *message = &udp->out.messages[i];
	const uint8_t *at = udp->out.places[i].iov_base;

	for (uint32_t left = message->len; left > 0;) {
		size_t len = left < message->segment ? left : message->segment;
		ssize_t sent;

		do {
			sent = sendto(
				udp->fd, at, len, 0, &message->wire_to.u.sa, message->wire_to.len);
		} while (sent < 0 && (errno == EINTR || is_too_long(udp, errno)));
		udp->counters.send_calls++;
		udp->counters.messages++;
		*(sent < 0 ? &udp->counters.not_sent : &udp->counters.sent) += 1;
		udp->counters.single += sent >= 0;
		at += len;
		left -= (uint32_t)len;
	}
}

/* The first message that was not sent, and why. */
static void take_error(struct udp *udp, unsigned i, int error)
{
	const struct udp_message *message = &udp->out.messages[i];

	if (message->count > 1 && is_refusal(error)) {
		udp->counters.refused++;
		remember_refusal(&udp->out, &message->to);
		send_singly(udp, i);
	} else {
		/* this destination alone is at fault (ECONNREFUSED, EHOSTUNREACH, ...) */
		udp->counters.not_sent += message->count;
	}
}

void udp_flush(struct udp *udp)
{
	struct udp_out *out = &udp->out;
	unsigned done = 0;

	for (unsigned i = 0; i < out->count; i++)
		write_head(out, i);
	while (done < out->count) {
		int sent = sendmmsg(udp->fd, out->heads + done, out->count - done, 0);

		udp->counters.send_calls++;
		for (int i = 0; i < sent; i++)
			count_sent(udp, &out->messages[done++]);
		if (sent >= 0 || errno == EINTR)
			continue;
		if (errno == EAGAIN || errno == ENOBUFS) {
			while (done < out->count)
				udp->counters.not_sent += out->messages[done++].count;
		} else if (out->messages[done].count > 1 || !is_too_long(udp, errno)) {
			take_error(udp, done++, errno);
		}
	}
	out->count = 0;
	out->used = 0;
}
