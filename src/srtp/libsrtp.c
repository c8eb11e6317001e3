/* SPDX-License-Identifier: MIT */
#include "srtp/libsrtp.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include <srtp2/srtp.h>

#include "base/bytes.h"

struct libsrtp {
	srtp_t in, out;
	unsigned ssrc_count; /* streams that have begun */
	uint32_t ssrcs[SRTP_MAX_SSRCS];
};

static int errno_of(srtp_err_status_t status)
{
	switch (status) {
	case srtp_err_status_ok:
		return 0;
	case srtp_err_status_replay_fail:
	case srtp_err_status_replay_old:
		return -EALREADY;
	case srtp_err_status_alloc_fail:
		return -ENOMEM;
	default:
		return -EBADMSG;
	}
}

/* libsrtp keeps state of the process and refuses to be started twice. */
static unsigned library_users;

int libsrtp_start(void)
{
	if (library_users == 0 && srtp_init() != srtp_err_status_ok)
		return -EIO;
	library_users++;
	return 0;
}

void libsrtp_stop(void)
{
	if (--library_users == 0)
		srtp_shutdown();
}

static int make_context(
	enum srtp_suite suite, const uint8_t *key, srtp_ssrc_type_t direction, srtp_t *ret_context)
{
	srtp_policy_t policy = {
		.ssrc.type = direction,
		.key = (uint8_t *)(uintptr_t)key, /* only read */
		.window_size = SRTP_WINDOW,
	};

	if (suite == SRTP_AEAD_AES_128_GCM_SUITE) {
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
	} else {
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
	}
	return errno_of(srtp_create(ret_context, &policy));
}

int libsrtp_create(enum srtp_suite suite, const uint8_t *receive_key, const uint8_t *send_key,
	struct libsrtp **ret_libsrtp)
{
	struct libsrtp *libsrtp = calloc(1, sizeof(*libsrtp));
	int err;

	if (!libsrtp)
		return -ENOMEM;
	err = make_context(suite, receive_key, ssrc_any_inbound, &libsrtp->in);
	if (err)
		goto failed;
	err = make_context(suite, send_key, ssrc_any_outbound, &libsrtp->out);
	if (err)
		goto failed;
	*ret_libsrtp = libsrtp;
	return 0;

failed:
	libsrtp_destroy(libsrtp);
	return err;
}

void libsrtp_destroy(struct libsrtp *libsrtp)
{
	if (!libsrtp)
		return;
	if (libsrtp->in)
		srtp_dealloc(libsrtp->in);
	if (libsrtp->out)
		srtp_dealloc(libsrtp->out);
	free(libsrtp);
}

static bool has_begun(const struct libsrtp *libsrtp, uint32_t ssrc)
{
	for (unsigned i = 0; i < libsrtp->ssrc_count; i++) {
		if (libsrtp->ssrcs[i] == ssrc)
			return true;
	}
	return false;
}

typedef srtp_err_status_t(transform_fn)(srtp_t context, void *packet, int *len);

/* `ssrc_at`: where the packet's SSRC lies (RFC 3550 5.1, 6.4.1). */
static int unprotect(
	struct libsrtp *libsrtp, uint8_t *packet, size_t *len, size_t ssrc_at, transform_fn *run)
{
	struct reader r = reader_of(packet, *len);
	int in_out = (int)*len, err;
	uint32_t ssrc;
	bool begun;

	read_bytes(&r, ssrc_at);
	ssrc = read_u32(&r);
	if (r.bad)
		return -EBADMSG;
	begun = has_begun(libsrtp, ssrc);
	if (!begun && libsrtp->ssrc_count == SRTP_MAX_SSRCS)
		return -ENOSPC;
	err = errno_of(run(libsrtp->in, packet, &in_out));
	if (err)
		return err;
	if (!begun)
		libsrtp->ssrcs[libsrtp->ssrc_count++] = ssrc;
	*len = (size_t)in_out;
	return 0;
}

int libsrtp_open_rtp(struct libsrtp *libsrtp, uint8_t *packet, size_t *len)
{
	return unprotect(libsrtp, packet, len, 8, srtp_unprotect);
}

int libsrtp_open_rtcp(struct libsrtp *libsrtp, uint8_t *packet, size_t *len)
{
	return unprotect(libsrtp, packet, len, 4, srtp_unprotect_rtcp);
}

static int protect(srtp_t context, uint8_t *packet, size_t *len, size_t room, transform_fn *run)
{
	int in_out = (int)*len, err;

	if (*len + SRTP_TRAILER > room)
		return -ENOSPC;
	err = errno_of(run(context, packet, &in_out));
	if (!err)
		*len = (size_t)in_out;
	return err == -EALREADY ? -EEXIST : err;
}

int libsrtp_seal_rtp(struct libsrtp *libsrtp, uint8_t *packet, size_t *len, size_t room)
{
	return protect(libsrtp->out, packet, len, room, srtp_protect);
}

int libsrtp_seal_rtcp(struct libsrtp *libsrtp, uint8_t *packet, size_t *len, size_t room)
{
	return protect(libsrtp->out, packet, len, room, srtp_protect_rtcp);
}
