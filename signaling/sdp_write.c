/* SPDX-License-Identifier: MIT */
/* Writing the answer: line by line, in the order in which browsers write theirs. */
#include "signaling/sdp.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct answer {
	char *out;
	size_t len;
	bool full;
	const struct sdp_offer *offer;
	const struct lectern_peer_params *params;
	const struct lectern_endpoint *endpoint;
};

static void __attribute__((format(printf, 2, 3))) put(struct answer *a, const char *format, ...)
{
	size_t left = SDP_MAX_ANSWER - a->len;
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(a->out + a->len, left, format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= left) {
		a->full = true;
		return;
	}
	a->len += (size_t)len;
}

/* Rejected: port 0 and out of the group. An inactive section that we could use stays in it. */
static bool is_rejected(const struct answer *a, size_t i)
{
	const struct sdp_section *offered = &a->offer->sections[i];

	return a->params->sections[i].use == LECTERN_SECTION_UNUSED &&
	       (offered->rejected || offered->direction != SDP_INACTIVE || !offered->mux ||
		       offered->medium == SDP_OTHER);
}

static uint32_t session_id(const struct lectern_peer_params *params)
{
	uint32_t id = 2166136261u; /* FNV-1a of the CNAME, which is random */

	for (const char *at = params->cname; *at; at++)
		id = (id ^ (uint8_t)*at) * 16777619u;
	return id;
}

static void put_group(struct answer *a)
{
	put(a, "a=group:BUNDLE");
	for (size_t i = 0; i < a->params->section_count; i++) {
		if (!is_rejected(a, i))
			put(a, " %s", a->params->sections[i].mid);
	}
	put(a, "\r\n");
}

static void put_session(struct answer *a, unsigned version)
{
	/* RFC 8866 5.2: the session id stays while this peer does, and the version counts. */
	put(a, "v=0\r\no=- %" PRIu32 " %u IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n",
		session_id(a->params), version);
	put(a, "a=ice-lite\r\n");
	if (a->offer->has_bundle)
		put_group(a);
	if (a->offer->allow_mixed)
		put(a, "a=extmap-allow-mixed\r\n");
	put(a, "a=msid-semantic: WMS *\r\n");
}

/*
 * A host candidate of component 1. Its priority is that of RFC 8445 5.1.2.1: earlier addresses first,
 * and all of TCP, which is for networks that let no UDP through, behind all of UDP. For TCP the
 * direction is part of the local preference (RFC 6544 4.2: passive is 4).
 */
static void put_candidate(struct answer *a, size_t i, bool tcp)
{
	uint32_t foundation = (uint32_t)(tcp ? a->endpoint->candidate_count + i : i) + 1;
	uint32_t type = tcp ? 90 : 126, local = (tcp ? (4u << 13) + 8191u : 65535u) - (uint32_t)i;

	put(a, "a=candidate:%" PRIu32 " 1 %s %" PRIu32 " %s %u typ host%s\r\n", foundation,
		tcp ? "tcp" : "udp", type << 24 | local << 8 | 255u,
		a->endpoint->candidates[i].address, a->endpoint->candidates[i].port,
		tcp ? " tcptype passive" : "");
}

static void put_candidates(struct answer *a)
{
	for (size_t i = 0; i < a->endpoint->candidate_count; i++)
		put_candidate(a, i, false);
	for (size_t i = 0; i < a->endpoint->candidate_count; i++)
		put_candidate(a, i, true);
	put(a, "a=end-of-candidates\r\n");
}

static void put_transport(struct answer *a, bool first)
{
	put(a, "c=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n");
	if (first)
		put_candidates(a);
	put(a, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", a->params->local_ufrag, a->params->local_pwd);
	put(a, "a=fingerprint:sha-256 %s\r\na=setup:passive\r\n", a->endpoint->fingerprint);
}

static void put_extension(struct answer *a, uint8_t id, const char *uri)
{
	if (id)
		put(a, "a=extmap:%u %s\r\n", id, uri);
}

static void put_extensions(struct answer *a, const struct lectern_section *section)
{
	put_extension(a, section->ext_level, "urn:ietf:params:rtp-hdrext:ssrc-audio-level");
	put_extension(a, section->ext_abs_send_time,
		"http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time");
	put_extension(a, section->ext_twcc,
		"http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01");
	put_extension(a, section->ext_dd,
		"https://aomediacodec.github.io/av1-rtp-spec/"
		"#dependency-descriptor-rtp-header-extension");
	put_extension(a, section->ext_mid, "urn:ietf:params:rtp-hdrext:sdes:mid");
	put_extension(a, section->ext_rid, "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id");
	put_extension(
		a, section->ext_rrid, "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id");
}

static const struct sdp_format *offered_format(const struct sdp_section *offered, uint8_t pt)
{
	for (size_t i = 0; i < offered->format_count; i++) {
		if (offered->formats[i].pt == pt)
			return &offered->formats[i];
	}
	return NULL;
}

static void put_opus(struct answer *a, const struct sdp_format *offered, unsigned pt)
{
	put(a, "a=rtpmap:%u opus/48000/2\r\n", pt);
	put(a, "a=fmtp:%u minptime=10%s%s\r\n", pt, offered->fec ? ";useinbandfec=1" : "",
		offered->dtx ? ";usedtx=1" : "");
}

static void put_red(struct answer *a, const struct sdp_section *offered,
	const struct lectern_section *section, const struct lectern_format *format)
{
	put(a, "a=rtpmap:%u red/48000/2\r\na=fmtp:%u %u/%u\r\n", format->red_pt, format->red_pt,
		format->pt, format->pt);
	if (section->twcc && offered_format(offered, format->red_pt)->twcc)
		put(a, "a=rtcp-fb:%u transport-cc\r\n", format->red_pt);
}

static void put_codec(struct answer *a, const struct sdp_format *offered, enum lectern_codec codec)
{
	unsigned pt = offered->pt;

	switch (codec) {
	case LECTERN_CODEC_NONE:
		break;
	case LECTERN_CODEC_OPUS:
		put_opus(a, offered, pt);
		break;
	case LECTERN_CODEC_VP8:
		put(a, "a=rtpmap:%u VP8/90000\r\n", pt);
		break;
	case LECTERN_CODEC_VP9:
		put(a, "a=rtpmap:%u VP9/90000\r\n", pt);
		if (offered->has_profile)
			put(a, "a=fmtp:%u profile-id=%u\r\n", pt, offered->profile);
		break;
	case LECTERN_CODEC_AV1:
		put(a, "a=rtpmap:%u AV1/90000\r\n", pt);
		if (offered->has_profile)
			put(a, "a=fmtp:%u profile=%u\r\n", pt, offered->profile);
		break;
	case LECTERN_CODEC_H264:
		put(a, "a=rtpmap:%u H264/90000\r\na=fmtp:%u level-asymmetry-allowed=1;", pt, pt);
		put(a, "packetization-mode=1");
		if (offered->has_level_id)
			put(a, ";profile-level-id=%06" PRIx32, offered->level_id);
		put(a, "\r\n");
		break;
	}
}

static void put_format(struct answer *a, const struct sdp_section *offered,
	const struct lectern_section *section, const struct lectern_format *format)
{
	unsigned pt = format->pt;

	put_codec(a, offered_format(offered, format->pt), format->codec);
	if (section->twcc)
		put(a, "a=rtcp-fb:%u transport-cc\r\n", pt);
	if (section->nack)
		put(a, "a=rtcp-fb:%u nack\r\n", pt);
	if (section->pli)
		put(a, "a=rtcp-fb:%u nack pli\r\n", pt);
	if (section->fir)
		put(a, "a=rtcp-fb:%u ccm fir\r\n", pt);
	if (format->rtx_pt)
		put(a, "a=rtpmap:%u rtx/%s\r\na=fmtp:%u apt=%u\r\n", format->rtx_pt,
			format->codec == LECTERN_CODEC_OPUS ? "48000" : "90000", format->rtx_pt,
			pt);
	if (format->red_pt)
		put_red(a, offered, section, format);
}

static void put_up(struct answer *a, const struct lectern_section *section)
{
	put(a, "a=recvonly\r\n");
	for (unsigned i = 0; i < section->rid_count; i++)
		put(a, "a=rid:%s recv\r\n", section->rids[i]);
	for (unsigned i = 0; i < section->rid_count; i++)
		put(a, "%s%s", i ? ";" : "a=simulcast:recv ", section->rids[i]);
	if (section->rid_count)
		put(a, "\r\n");
}

/* The lead's microphone and camera are one stream, so that the browser plays them in step. */
static void put_msid(struct answer *a, const struct lectern_section *section)
{
	bool audio = section->kind == LECTERN_MIC;
	bool lead = section->slot == (audio ? 0u : 1u);
	const char *medium = audio ? "audio" : "video";

	if (lead)
		put(a, "a=msid:lead %s%u\r\n", medium, section->slot);
	else
		put(a, "a=msid:%s%u %s%u\r\n", medium, section->slot, medium, section->slot);
}

static void put_slot(struct answer *a, const struct lectern_section *section)
{
	const char *cname = a->params->cname;

	put(a, "a=sendonly\r\n");
	put_msid(a, section);
	if (section->rtx_ssrc)
		put(a, "a=ssrc-group:FID %" PRIu32 " %" PRIu32 "\r\n", section->ssrc,
			section->rtx_ssrc);
	put(a, "a=ssrc:%" PRIu32 " cname:%s\r\n", section->ssrc, cname);
	if (section->rtx_ssrc)
		put(a, "a=ssrc:%" PRIu32 " cname:%s\r\n", section->rtx_ssrc, cname);
}

static void put_rejected(struct answer *a, const struct sdp_section *offered)
{
	put(a, "m=%s 0 %s %s\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\n", offered->media, offered->proto,
		offered->formats_text);
	if (offered->mid[0])
		put(a, "a=mid:%s\r\n", offered->mid);
}

static void put_media(
	struct answer *a, const struct sdp_section *offered, const struct lectern_section *section)
{
	put(a, "m=%s 9 %s", offered->media, offered->proto);
	if (section->use == LECTERN_SECTION_UNUSED)
		put(a, " %s", offered->formats_text);
	for (unsigned i = 0; i < section->format_count; i++) {
		/* Who offers RED sends what the answer lists first. */
		if (section->formats[i].red_pt)
			put(a, " %u", section->formats[i].red_pt);
		put(a, " %u", section->formats[i].pt);
		if (section->formats[i].rtx_pt)
			put(a, " %u", section->formats[i].rtx_pt);
	}
	put(a, "\r\n");
}

static void put_section(struct answer *a, size_t i, bool first)
{
	const struct sdp_section *offered = &a->offer->sections[i];
	const struct lectern_section *section = &a->params->sections[i];

	put_media(a, offered, section);
	put_transport(a, first);
	if (section->mid[0])
		put(a, "a=mid:%s\r\n", section->mid);
	put(a, "a=rtcp-mux\r\n");
	if (offered->rsize)
		put(a, "a=rtcp-rsize\r\n");
	if (section->use == LECTERN_SECTION_UNUSED) {
		put(a, "a=inactive\r\n");
		return;
	}
	put_extensions(a, section);
	for (unsigned j = 0; j < section->format_count; j++)
		put_format(a, offered, section, &section->formats[j]);
	if (section->use == LECTERN_SECTION_UP)
		put_up(a, section);
	else
		put_slot(a, section);
}

int sdp_write(const struct sdp_offer *offer, const struct lectern_peer_params *params,
	const struct lectern_endpoint *endpoint, unsigned version, char *out)
{
	struct answer a = {.out = out, .offer = offer, .params = params, .endpoint = endpoint};
	bool first = true;

	put_session(&a, version);
	for (size_t i = 0; i < params->section_count; i++) {
		if (is_rejected(&a, i)) {
			put_rejected(&a, &offer->sections[i]);
			continue;
		}
		put_section(&a, i, first);
		first = false;
	}
	return a.full ? -ENOSPC : 0;
}

/* RFC 8840 4.4.1: the pseudo m-line and the mid of the section whose transport it is. */
int sdp_fragment_write(const struct lectern_peer_params *params,
	const struct lectern_endpoint *endpoint, char *out)
{
	struct answer a = {.out = out, .params = params, .endpoint = endpoint};
	size_t first = 0;

	while (first + 1 < params->section_count &&
		params->sections[first].use == LECTERN_SECTION_UNUSED)
		first++;
	put(&a, "a=ice-lite\r\nm=%s 9 UDP/TLS/RTP/SAVPF 0\r\n",
		params->sections[first].kind == LECTERN_MIC ? "audio" : "video");
	if (params->sections[first].mid[0])
		put(&a, "a=mid:%s\r\n", params->sections[first].mid);
	put(&a, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", params->local_ufrag, params->local_pwd);
	put_candidates(&a);
	return a.full ? -ENOSPC : 0;
}
