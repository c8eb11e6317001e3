/* SPDX-License-Identifier: MIT */
#include "srtp/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "srtp/aead.h"
#include "srtp/gcm.h"
#include "srtp/libsrtp.h"

struct srtp_session {
	struct gcm *gcm; /* one of the two */
	struct libsrtp *libsrtp;
};

int srtp_library_start(void)
{
	aead_start();
	return libsrtp_start();
}

void srtp_library_stop(void)
{
	libsrtp_stop();
}

/* NULL: not one of the ciphers for GCM, or not on this machine. */
static const struct aead *find_aead(enum srtp_backend backend)
{
	switch (backend) {
	case SRTP_BACKEND_BEST:
		return aead_ipsec_mb() ? aead_ipsec_mb() : aead_openssl();
	case SRTP_BACKEND_IPSEC_MB:
		return aead_ipsec_mb();
	case SRTP_BACKEND_OPENSSL:
		return aead_openssl();
	case SRTP_BACKEND_LIBSRTP:
		break;
	}
	return NULL;
}

const char *srtp_gcm_backend(void)
{
	return find_aead(SRTP_BACKEND_BEST)->name;
}

static int make_gcm(const struct aead *aead, const uint8_t *receive_key, const uint8_t *send_key,
	struct gcm **ret_gcm)
{
	struct gcm_keys receive, send;
	int err = gcm_keys_derive(receive_key, &receive);

	if (!err)
		err = gcm_keys_derive(send_key, &send);
	if (!err)
		err = gcm_create(aead, &receive, &send, ret_gcm);
	explicit_bzero(&receive, sizeof(receive));
	explicit_bzero(&send, sizeof(send));
	return err;
}

int srtp_session_create_on(enum srtp_backend backend, enum srtp_suite suite,
	const uint8_t *receive_key, const uint8_t *send_key, struct srtp_session **ret_session)
{
	const struct aead *aead = find_aead(backend);
	struct srtp_session *session;
	int err;

	if (suite == SRTP_AES128_CM_SHA1_80_SUITE && backend == SRTP_BACKEND_BEST)
		backend = SRTP_BACKEND_LIBSRTP;
	if (backend != SRTP_BACKEND_LIBSRTP && (suite != SRTP_AEAD_AES_128_GCM_SUITE || !aead))
		return -ENOTSUP;
	session = calloc(1, sizeof(*session));
	if (!session)
		return -ENOMEM;
	if (backend == SRTP_BACKEND_LIBSRTP)
		err = libsrtp_create(suite, receive_key, send_key, &session->libsrtp);
	else
		err = make_gcm(aead, receive_key, send_key, &session->gcm);
	if (err) {
		srtp_session_destroy(session);
		return err;
	}
	*ret_session = session;
	return 0;
}

int srtp_session_create(enum srtp_suite suite, const uint8_t *receive_key, const uint8_t *send_key,
	struct srtp_session **ret_session)
{
	return srtp_session_create_on(SRTP_BACKEND_BEST, suite, receive_key, send_key, ret_session);
}

void srtp_session_destroy(struct srtp_session *session)
{
	if (!session)
		return;
	gcm_destroy(session->gcm);
	libsrtp_destroy(session->libsrtp);
	free(session);
}

int srtp_unprotect_rtp(struct srtp_session *session, uint8_t *packet, size_t *len)
{
	return session->gcm ? gcm_open_rtp(session->gcm, packet, len)
			    : libsrtp_open_rtp(session->libsrtp, packet, len);
}

int srtp_unprotect_rtcp_compound(struct srtp_session *session, uint8_t *packet, size_t *len)
{
	return session->gcm ? gcm_open_rtcp(session->gcm, packet, len)
			    : libsrtp_open_rtcp(session->libsrtp, packet, len);
}

int srtp_protect_rtp(struct srtp_session *session, uint8_t *packet, size_t *len, size_t room)
{
	return session->gcm ? gcm_seal_rtp(session->gcm, packet, len, room)
			    : libsrtp_seal_rtp(session->libsrtp, packet, len, room);
}

int srtp_protect_rtcp_compound(
	struct srtp_session *session, uint8_t *packet, size_t *len, size_t room)
{
	return session->gcm ? gcm_seal_rtcp(session->gcm, packet, len, room)
			    : libsrtp_seal_rtcp(session->libsrtp, packet, len, room);
}

struct srtp_hot srtp_session_hot(const struct srtp_session *session)
{
	return session->gcm ? gcm_hot(session->gcm) : (struct srtp_hot){NULL, NULL};
}

void srtp_prefetch(const struct srtp_hot *hot)
{
	if (hot->key)
		gcm_prefetch(hot);
}
