/* SPDX-License-Identifier: MIT */
#include "academy/ticket.h"

#include <assert.h>
#include <errno.h>

#include "academy/vault.h"
#include "base/bytes.h"

enum { TICKET_BYTES = 3 * 8 + 1 + TOTP_SECRET };

static const char about[] = "ticket";

void ticket_seal(const struct vault *vault, const struct ticket *ticket, char out[TICKET_TEXT])
{
	unsigned char bytes[TICKET_BYTES];
	struct writer w = writer_of(bytes, sizeof(bytes));

	static_assert(VAULT_SEALED(TICKET_BYTES) <= TICKET_TEXT, "it fits");
	write_u64(&w, (uint64_t)ticket->person);
	write_u64(&w, (uint64_t)ticket->site);
	write_u64(&w, (uint64_t)ticket->issued_at);
	write_u8(&w, ticket->setup);
	write_bytes(&w, ticket->secret, TOTP_SECRET);
	assert(!w.bad);
	vault_seal(vault, about, bytes, w.len, out);
}

int ticket_open(
	const struct vault *vault, const char *text, int64_t now_ms, struct ticket *ret_ticket)
{
	unsigned char bytes[TICKET_BYTES];
	struct ticket ticket;
	struct reader r;
	size_t len;

	if (vault_unseal(vault, about, text, bytes, sizeof(bytes), &len) < 0)
		return -EACCES;
	r = reader_of(bytes, len);
	ticket.person = (int64_t)read_u64(&r);
	ticket.site = (int64_t)read_u64(&r);
	ticket.issued_at = (int64_t)read_u64(&r);
	ticket.setup = read_u8(&r) != 0;
	for (size_t i = 0; i < TOTP_SECRET; i++)
		ticket.secret[i] = read_u8(&r);
	if (r.bad || now_ms < ticket.issued_at || now_ms >= ticket.issued_at + TICKET_MS)
		return -EACCES;
	*ret_ticket = ticket;
	return 0;
}
