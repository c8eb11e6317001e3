/* SPDX-License-Identifier: MIT */
#include "dtls/gate.h"

#include "base/bytes.h"

enum {
	CONTENT_HANDSHAKE = 22,
	CLIENT_HELLO = 1,
	VERSION_DTLS_1_0 = 0xfeff, /* on the first record whatever is offered in it */
	VERSION_DTLS_1_2 = 0xfefd,
	MAX_CLIENT_HELLO = 8192, /* as SSL_CTX_set_max_cert_list */
};

bool dtls_opens(const uint8_t *data, size_t len)
{
	struct reader r = reader_of(data, len), body;
	uint8_t content = read_u8(&r), handshake;
	uint16_t version = read_u16(&r), epoch = read_u16(&r);
	uint32_t whole, offset, fragment;

	read_be(&r, 6); /* record sequence number */
	body = read_sub(&r, read_u16(&r));
	handshake = read_u8(&body);
	whole = read_u24(&body);
	read_u16(&body); /* message sequence number */
	offset = read_u24(&body);
	fragment = read_u24(&body);
	read_bytes(&body, fragment);
	if (r.bad || body.bad)
		return false;
	return content == CONTENT_HANDSHAKE && epoch == 0 &&
	       (version == VERSION_DTLS_1_0 || version == VERSION_DTLS_1_2) &&
	       handshake == CLIENT_HELLO && whole <= MAX_CLIENT_HELLO && offset <= whole &&
	       fragment <= whole - offset;
}
