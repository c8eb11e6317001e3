/* SPDX-License-Identifier: MIT */
#include "srtp/gcm.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "srtp/kdf.h"
#include "srtp/session.h"
#include "srtp/window.h"

enum {
	RTCP_HEADER = 8, /* in the clear: the first header and its SSRC (RFC 7714 9.2) */
	RTCP_INDEX = 4,
	RTCP_AAD = RTCP_HEADER + RTCP_INDEX,
	SENT_WORDS = SRTP_SENT_WINDOW / 64,
	WINDOW_WORDS = SRTP_WINDOW / 64,
	PREFETCH_KEY = 1024, /* bytes: the round keys and the powers of H that short packets need */
};

#define RTCP_ENCRYPTED (UINT32_C(1) << 31) /* the E bit (RFC 3711 3.4) */
#define RTCP_MAX_INDEX (RTCP_ENCRYPTED - 1)

struct key {
	void *aead_key; /* in the same block as struct gcm */
	uint8_t salt[GCM_SALT];
};

struct window {
	uint64_t next;
	uint64_t bits[WINDOW_WORDS];
};

struct received {
	struct window *rtp, *rtcp; /* NULL until one came */
};

struct sent {
	uint64_t next;
	uint64_t bits[SENT_WORDS];
};

struct gcm {
	/* what sending reads, together */
	const struct aead *aead;
	unsigned sent_count, sent_last;
	/* One for all SSRCs: so no (SSRC, index) comes twice, and any number of them may report. */
	uint32_t rtcp_next;
	struct key out_rtp, out_rtcp;
	/* an SSRC has the same place in both arrays */
	uint32_t sent_ssrcs[SRTP_MAX_SENT];
	struct sent sent[SRTP_MAX_SENT];

	/* state of receiving, likewise */
	struct key in_rtp, in_rtcp;
	unsigned received_count;
	uint32_t received_ssrcs[SRTP_MAX_SSRCS];
	struct received received[SRTP_MAX_SSRCS];
};

int gcm_keys_derive(const uint8_t *master, struct gcm_keys *ret_keys)
{
	uint8_t salt[KDF_MASTER_SALT] = {0};
	struct gcm_keys keys;
	int err;

	memcpy(salt, master + KDF_MASTER_KEY, GCM_SALT);
	err = kdf_derive(master, salt, KDF_RTP_KEY, keys.rtp, sizeof(keys.rtp));
	if (!err)
		err = kdf_derive(master, salt, KDF_RTP_SALT, keys.rtp_salt, sizeof(keys.rtp_salt));
	if (!err)
		err = kdf_derive(master, salt, KDF_RTCP_KEY, keys.rtcp, sizeof(keys.rtcp));
	if (!err)
		err = kdf_derive(
			master, salt, KDF_RTCP_SALT, keys.rtcp_salt, sizeof(keys.rtcp_salt));
	if (!err)
		*ret_keys = keys;
	explicit_bzero(&keys, sizeof(keys));
	explicit_bzero(salt, sizeof(salt));
	return err;
}

/* ---- life ---- */

static int key_init(struct gcm *gcm, struct key *key, enum aead_direction direction,
	const uint8_t *bytes, const uint8_t *salt)
{
	memcpy(key->salt, salt, GCM_SALT);
	return gcm->aead->key_init(key->aead_key, direction, bytes);
}

static int set_keys(struct gcm *gcm, const struct gcm_keys *receive, const struct gcm_keys *send)
{
	int err = key_init(gcm, &gcm->in_rtp, AEAD_OPEN, receive->rtp, receive->rtp_salt);

	if (!err)
		err = key_init(gcm, &gcm->in_rtcp, AEAD_OPEN, receive->rtcp, receive->rtcp_salt);
	if (!err)
		err = key_init(gcm, &gcm->out_rtp, AEAD_SEAL, send->rtp, send->rtp_salt);
	if (!err)
		err = key_init(gcm, &gcm->out_rtcp, AEAD_SEAL, send->rtcp, send->rtcp_salt);
	return err;
}

int gcm_create(const struct aead *aead, const struct gcm_keys *receive, const struct gcm_keys *send,
	struct gcm **ret_gcm)
{
	size_t own = (sizeof(struct gcm) + AEAD_ALIGN - 1) / AEAD_ALIGN * AEAD_ALIGN;
	size_t size = own + 4 * aead->key_room;
	struct gcm *gcm = aligned_alloc(AEAD_ALIGN, size);
	uint8_t *keys = (uint8_t *)gcm + own;
	int err;

	if (!gcm)
		return -ENOMEM;
	memset(gcm, 0, size);
	gcm->aead = aead;
	gcm->in_rtp.aead_key = keys;
	gcm->in_rtcp.aead_key = keys + aead->key_room;
	gcm->out_rtp.aead_key = keys + 2 * aead->key_room;
	gcm->out_rtcp.aead_key = keys + 3 * aead->key_room;
	err = set_keys(gcm, receive, send);
	if (err) {
		gcm_destroy(gcm);
		return err;
	}
	*ret_gcm = gcm;
	return 0;
}

void gcm_destroy(struct gcm *gcm)
{
	if (!gcm)
		return;
	gcm->aead->key_finish(gcm->in_rtp.aead_key);
	gcm->aead->key_finish(gcm->in_rtcp.aead_key);
	gcm->aead->key_finish(gcm->out_rtp.aead_key);
	gcm->aead->key_finish(gcm->out_rtcp.aead_key);
	for (unsigned i = 0; i < gcm->received_count; i++) {
		free(gcm->received[i].rtp);
		free(gcm->received[i].rtcp);
	}
	explicit_bzero(gcm, sizeof(*gcm));
	free(gcm);
}

/* ---- packets ---- */

struct head {
	uint32_t ssrc;
	uint16_t seq;
	size_t len; /* with CSRCs and extension: all that stays in the clear (RFC 7714 8) */
};

static int parse_rtp(const uint8_t *packet, size_t len, struct head *ret_head)
{
	struct reader r = reader_of(packet, len);
	struct head head;
	uint8_t first = read_u8(&r);

	read_bytes(&r, 1);
	head.seq = read_u16(&r);
	read_bytes(&r, 4);
	head.ssrc = read_u32(&r);
	read_bytes(&r, (first & 0x0f) * 4U);
	if (first & 0x10) {
		read_bytes(&r, 2);
		read_bytes(&r, read_u16(&r) * 4U);
	}
	if (r.bad)
		return -EBADMSG;
	head.len = r.pos;
	*ret_head = head;
	return 0;
}

/* RFC 7714 8.1, 9.1: 00 00 || SSRC || 48 bits of index, xor salt. */
static void make_iv(const struct key *key, uint32_t ssrc, uint64_t index, uint8_t iv[AEAD_IV])
{
	struct writer w = writer_of(iv, AEAD_IV);

	write_u16(&w, 0);
	write_u32(&w, ssrc);
	write_be(&w, index, 6);
	for (unsigned i = 0; i < AEAD_IV; i++)
		iv[i] ^= key->salt[i];
}

/* ---- receiving ---- */

/* NULL: it has not begun. */
static struct received *find_received(struct gcm *gcm, uint32_t ssrc)
{
	for (unsigned i = 0; i < gcm->received_count; i++) {
		if (gcm->received_ssrcs[i] == ssrc)
			return &gcm->received[i];
	}
	return NULL;
}

/* The stream has just proved to be authentic. */
static struct received *begin_received(struct gcm *gcm, uint32_t ssrc)
{
	assert(gcm->received_count < SRTP_MAX_SSRCS);
	gcm->received_ssrcs[gcm->received_count] = ssrc;
	return &gcm->received[gcm->received_count++];
}

static int note_received(struct window **window, uint64_t index)
{
	if (!*window)
		*window = calloc(1, sizeof(**window));
	if (!*window)
		return -ENOMEM;
	window_add(&(*window)->next, (*window)->bits, SRTP_WINDOW, index);
	return 0;
}

static bool is_replay(const struct window *window, uint64_t index)
{
	return window && !window_is_new(window->next, window->bits, SRTP_WINDOW, index);
}

int gcm_open_rtp(struct gcm *gcm, uint8_t *packet, size_t *len)
{
	struct received *stream;
	struct aead_text text;
	struct head head;
	uint8_t iv[AEAD_IV];
	int64_t index;
	int err = parse_rtp(packet, *len, &head);

	if (err || *len - head.len < AEAD_TAG)
		return -EBADMSG;
	stream = find_received(gcm, head.ssrc);
	if (!stream && gcm->received_count == SRTP_MAX_SSRCS)
		return -ENOSPC;
	index = window_guess(stream && stream->rtp ? stream->rtp->next : 0, head.seq);
	if (index < 0)
		index += 65536; /* nothing is before the first: a leap ahead */
	if (index > WINDOW_MAX_RTP_INDEX)
		return -EBADMSG;
	if (stream && is_replay(stream->rtp, (uint64_t)index))
		return -EALREADY;
	make_iv(&gcm->in_rtp, head.ssrc, (uint64_t)index, iv);
	text = (struct aead_text){packet, head.len, packet + head.len, *len - head.len - AEAD_TAG};
	err = gcm->aead->open(gcm->in_rtp.aead_key, iv, &text, text.data + text.len);
	if (err)
		return err;
	if (!stream)
		stream = begin_received(gcm, head.ssrc);
	err = note_received(&stream->rtp, (uint64_t)index);
	if (!err)
		*len -= AEAD_TAG;
	return err;
}

int gcm_open_rtcp(struct gcm *gcm, uint8_t *packet, size_t *len)
{
	struct reader r = reader_of(packet, *len), tail;
	struct received *stream;
	struct aead_text text;
	uint8_t iv[AEAD_IV], aad[RTCP_AAD];
	uint32_t ssrc, word;
	int err;

	read_bytes(&r, 4);
	ssrc = read_u32(&r);
	if (r.bad || reader_left(&r) < AEAD_TAG + RTCP_INDEX)
		return -EBADMSG;
	tail = reader_of(packet + *len - RTCP_INDEX, RTCP_INDEX);
	word = read_u32(&tail);
	/* In the clear though authentic: not what was agreed on in the handshake. */
	if (!(word & RTCP_ENCRYPTED))
		return -EBADMSG;
	stream = find_received(gcm, ssrc);
	if (!stream && gcm->received_count == SRTP_MAX_SSRCS)
		return -ENOSPC;
	if (stream && is_replay(stream->rtcp, word & RTCP_MAX_INDEX))
		return -EALREADY;
	make_iv(&gcm->in_rtcp, ssrc, word & RTCP_MAX_INDEX, iv);
	memcpy(aad, packet, RTCP_HEADER);
	memcpy(aad + RTCP_HEADER, packet + *len - RTCP_INDEX, RTCP_INDEX);
	text = (struct aead_text){
		aad, RTCP_AAD, packet + RTCP_HEADER, *len - RTCP_HEADER - AEAD_TAG - RTCP_INDEX};
	err = gcm->aead->open(gcm->in_rtcp.aead_key, iv, &text, text.data + text.len);
	if (err)
		return err;
	if (!stream)
		stream = begin_received(gcm, ssrc);
	err = note_received(&stream->rtcp, word & RTCP_MAX_INDEX);
	if (!err)
		*len -= AEAD_TAG + RTCP_INDEX;
	return err;
}

/* ---- sending ---- */

/* NULL: more than there may be. Most packets are of the same stream as the last. */
static struct sent *find_sent(struct gcm *gcm, uint32_t ssrc)
{
	unsigned i = gcm->sent_last;

	if (i < gcm->sent_count && gcm->sent_ssrcs[i] == ssrc)
		return &gcm->sent[i];
	for (i = 0; i < gcm->sent_count; i++) {
		if (gcm->sent_ssrcs[i] == ssrc)
			break;
	}
	if (i == SRTP_MAX_SENT)
		return NULL;
	if (i == gcm->sent_count)
		gcm->sent_ssrcs[gcm->sent_count++] = ssrc;
	gcm->sent_last = i;
	return &gcm->sent[i];
}

struct srtp_hot gcm_hot(const struct gcm *gcm)
{
	return (struct srtp_hot){gcm, gcm->out_rtp.aead_key};
}

void gcm_prefetch(const struct srtp_hot *hot)
{
	const struct gcm *gcm = hot->state;

	__builtin_prefetch(gcm, 1);
	__builtin_prefetch(gcm->sent_ssrcs);
	__builtin_prefetch(gcm->sent, 1);
	__builtin_prefetch(gcm->sent + 1, 1);
	for (size_t at = 0; at < PREFETCH_KEY; at += AEAD_ALIGN)
		__builtin_prefetch((const uint8_t *)hot->key + at);
}

int gcm_seal_rtp(struct gcm *gcm, uint8_t *packet, size_t *len, size_t room)
{
	struct aead_text text;
	struct sent *stream;
	struct head head;
	uint8_t iv[AEAD_IV];
	int64_t index;
	int err;

	if (*len + SRTP_TRAILER > room)
		return -ENOSPC;
	err = parse_rtp(packet, *len, &head);
	if (err)
		return err;
	stream = find_sent(gcm, head.ssrc);
	if (!stream)
		return -ENOSPC;
	index = window_guess(stream->next, head.seq);
	if (index < 0 || index > WINDOW_MAX_RTP_INDEX)
		return -ERANGE;
	if (!window_is_new(stream->next, stream->bits, SRTP_SENT_WINDOW, (uint64_t)index))
		return -EEXIST;
	/* Before the cipher runs: whatever happens there, this index is spent. */
	window_add(&stream->next, stream->bits, SRTP_SENT_WINDOW, (uint64_t)index);
	make_iv(&gcm->out_rtp, head.ssrc, (uint64_t)index, iv);
	text = (struct aead_text){packet, head.len, packet + head.len, *len - head.len};
	err = gcm->aead->seal(gcm->out_rtp.aead_key, iv, &text, packet + *len);
	if (!err)
		*len += AEAD_TAG;
	return err;
}

int gcm_seal_rtcp(struct gcm *gcm, uint8_t *packet, size_t *len, size_t room)
{
	struct reader r = reader_of(packet, *len);
	struct aead_text text;
	struct writer w;
	uint8_t iv[AEAD_IV], aad[RTCP_AAD];
	uint32_t ssrc;
	int err;

	if (*len + SRTP_TRAILER > room)
		return -ENOSPC;
	read_bytes(&r, 4);
	ssrc = read_u32(&r);
	if (r.bad)
		return -EBADMSG;
	if (gcm->rtcp_next > RTCP_MAX_INDEX)
		return -ERANGE;
	make_iv(&gcm->out_rtcp, ssrc, gcm->rtcp_next, iv);
	w = writer_of(aad, RTCP_AAD);
	write_bytes(&w, packet, RTCP_HEADER);
	write_u32(&w, RTCP_ENCRYPTED | gcm->rtcp_next);
	gcm->rtcp_next++;
	text = (struct aead_text){aad, RTCP_AAD, packet + RTCP_HEADER, *len - RTCP_HEADER};
	err = gcm->aead->seal(gcm->out_rtcp.aead_key, iv, &text, packet + *len);
	if (err)
		return err;
	memcpy(packet + *len + AEAD_TAG, aad + RTCP_HEADER, RTCP_INDEX);
	*len += AEAD_TAG + RTCP_INDEX;
	return 0;
}
