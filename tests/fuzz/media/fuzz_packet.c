/* SPDX-License-Identifier: MIT */
/* RTP packets: what parses lies within its own lengths. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "rtp/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct rtp_exts exts = {1, 2, 3, 4, 5, 6, 7};
	static uint8_t bytes[PKT_ROOM];
	static struct pkt pkt = {.data = bytes};
	struct rtp_names names;

	if (size > sizeof(bytes))
		return 0;
	memcpy(pkt.data, data, size);
	pkt.len = (uint32_t)size;
	(void)rtp_is_rtcp(pkt.data, size);
	if (rtp_packet_parse(&pkt, &exts, &names))
		return 0;
	assert((size_t)pkt.rtp.header_len + pkt.rtp.payload_len + pkt.rtp.padding == size);
	assert(memchr(names.mid, 0, sizeof(names.mid)) && memchr(names.rid, 0, sizeof(names.rid)) &&
		memchr(names.rrid, 0, sizeof(names.rrid)));
	assert((size_t)pkt.rtp.dd_at + pkt.rtp.dd_len <= pkt.rtp.header_len);
	return 0;
}
