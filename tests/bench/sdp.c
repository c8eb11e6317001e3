/* SPDX-License-Identifier: MIT */
#include "tests/bench/sdp.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define URI_LEVEL "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
#define URI_TWCC "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
#define URI_MID "urn:ietf:params:rtp-hdrext:sdes:mid"

struct sdp_section *sdp_add(struct sdp *sdp, bool video, bool sends)
{
	struct sdp_section *section = &sdp->sections[sdp->count];

	*section = (struct sdp_section){
		.video = video,
		.sends = sends,
		.pt = video ? SDP_VP8 : SDP_OPUS,
		.rtx_pt = video ? SDP_VP8_RTX : 0,
		.ext_level = video ? 0 : SDP_EXT_LEVEL,
		.ext_twcc = SDP_EXT_TWCC,
		.ext_mid = SDP_EXT_MID,
		.nack = true,
		.pli = video,
	};
	snprintf(section->mid, sizeof(section->mid), "%u", sdp->count);
	sdp->count++;
	return section;
}

static const char *after(const char *line, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(line, prefix, len) == 0 ? line + len : NULL;
}

static void copy(char *out, size_t room, const char *text)
{
	size_t len = strlen(text);

	if (!out[0] && len < room)
		memcpy(out, text, len + 1);
}

static void read_candidate(struct sdp *sdp, const char *text)
{
	char transport[8], ip[64];
	unsigned port;

	if (sscanf(text, "%*[^ ] 1 %7[^ ] %*[^ ] %63[^ ] %u", transport, ip, &port) != 3 ||
		strcasecmp(transport, "udp") != 0 || strchr(ip, ':') || port > UINT16_MAX)
		return;
	if (sdp->ip[0] && (after(sdp->ip, "127.") || !after(ip, "127.")))
		return;
	snprintf(sdp->ip, sizeof(sdp->ip), "%s", ip);
	sdp->port = (uint16_t)port;
}

static void read_extension(struct sdp_section *section, const char *text)
{
	char uri[128];
	unsigned id;

	if (sscanf(text, "%u%*[^ ] %127[^ ]", &id, uri) != 2 &&
		sscanf(text, "%u %127[^ ]", &id, uri) != 2)
		return;
	if (id < 1 || id > 14)
		return;
	if (strcmp(uri, URI_LEVEL) == 0)
		section->ext_level = (uint8_t)id;
	else if (strcmp(uri, URI_TWCC) == 0)
		section->ext_twcc = (uint8_t)id;
	else if (strcmp(uri, URI_MID) == 0)
		section->ext_mid = (uint8_t)id;
}

static void read_format(struct sdp_section *section, const char *text)
{
	char name[32];
	unsigned pt;

	if (sscanf(text, "%u %31[^/\r\n]", &pt, name) != 2 || pt > 127 || section->pt)
		return;
	if (strcasecmp(name, section->video ? "VP8" : "opus") == 0)
		section->pt = (uint8_t)pt;
}

static void read_parameters(struct sdp_section *section, const char *text)
{
	unsigned pt, apt;

	if (sscanf(text, "%u apt=%u", &pt, &apt) == 2 && pt <= 127 && section->pt &&
		apt == section->pt)
		section->rtx_pt = (uint8_t)pt;
}

static void read_feedback(struct sdp_section *section, const char *text)
{
	const char *what = strchr(text, ' ');

	if (!what)
		return;
	if (strcmp(what, " nack") == 0)
		section->nack = true;
	else if (strcmp(what, " nack pli") == 0)
		section->pli = true;
}

static void read_source(struct sdp_section *section, const char *line)
{
	const char *rest = after(line, "a=ssrc-group:FID ");
	uint32_t ssrc, rtx;

	if (rest && sscanf(rest, "%" SCNu32 " %" SCNu32, &ssrc, &rtx) == 2) {
		section->ssrc = ssrc;
		section->rtx_ssrc = rtx;
	}
	rest = after(line, "a=ssrc:");
	if (rest && !section->ssrc && sscanf(rest, "%" SCNu32, &ssrc) == 1)
		section->ssrc = ssrc;
}

static void read_section_line(struct sdp_section *section, const char *line)
{
	const char *rest;

	if ((rest = after(line, "a=mid:")))
		copy(section->mid, sizeof(section->mid), rest);
	else if ((rest = after(line, "a=extmap:")))
		read_extension(section, rest);
	else if ((rest = after(line, "a=rtpmap:")))
		read_format(section, rest);
	else if ((rest = after(line, "a=fmtp:")))
		read_parameters(section, rest);
	else if ((rest = after(line, "a=rtcp-fb:")))
		read_feedback(section, rest);
	else if (strcmp(line, "a=sendonly") == 0 || strcmp(line, "a=sendrecv") == 0)
		section->sends = true;
	else
		read_source(section, line);
}

static void read_transport_line(struct sdp *sdp, const char *line)
{
	const char *rest;

	if ((rest = after(line, "a=ice-ufrag:")))
		copy(sdp->ufrag, sizeof(sdp->ufrag), rest);
	else if ((rest = after(line, "a=ice-pwd:")))
		copy(sdp->pwd, sizeof(sdp->pwd), rest);
	else if ((rest = after(line, "a=fingerprint:sha-256 ")))
		copy(sdp->fingerprint, sizeof(sdp->fingerprint), rest);
	else if ((rest = after(line, "a=setup:")))
		copy(sdp->setup, sizeof(sdp->setup), rest);
	else if ((rest = after(line, "a=candidate:")))
		read_candidate(sdp, rest);
	else if (strcmp(line, "a=ice-lite") == 0)
		sdp->lite = true;
}

static struct sdp_section *begin_section(struct sdp *sdp, const char *line)
{
	struct sdp_section *section;
	unsigned port = 0;

	if (sdp->count == SDP_SECTIONS)
		return NULL;
	section = &sdp->sections[sdp->count++];
	*section = (struct sdp_section){.video = after(line, "m=video ") != NULL};
	section->rejected = sscanf(line, "m=%*[^ ] %u", &port) != 1 || !port;
	return section;
}

int sdp_read(const char *text, struct sdp *ret_sdp)
{
	struct sdp sdp = {0};
	struct sdp_section *section = NULL;
	char line[1024];

	while (*text) {
		size_t len = strcspn(text, "\r\n");

		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		text += len;
		text += strspn(text, "\r\n");
		if (after(line, "m="))
			section = begin_section(&sdp, line);
		read_transport_line(&sdp, line);
		if (section)
			read_section_line(section, line);
	}
	if (!sdp.ufrag[0] || !sdp.pwd[0] || !sdp.fingerprint[0] || !sdp.ip[0] || !sdp.count)
		return -EBADMSG;
	*ret_sdp = sdp;
	return 0;
}

struct text {
	char *out;
	size_t room, len;
	bool full;
};

static void __attribute__((format(printf, 2, 3))) put(struct text *text, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text->out + text->len, text->room - text->len, format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= text->room - text->len)
		text->full = true;
	else
		text->len += (size_t)len;
}

static void put_formats(struct text *text, const struct sdp_section *section)
{
	unsigned pt = section->pt;

	put(text, "a=rtpmap:%u %s\r\n", pt, section->video ? "VP8/90000" : "opus/48000/2");
	if (section->ext_twcc)
		put(text, "a=rtcp-fb:%u transport-cc\r\n", pt);
	if (section->nack)
		put(text, "a=rtcp-fb:%u nack\r\n", pt);
	if (section->pli)
		put(text, "a=rtcp-fb:%u nack pli\r\na=rtcp-fb:%u ccm fir\r\n", pt, pt);
	if (!section->video)
		put(text, "a=fmtp:%u minptime=10;useinbandfec=1\r\n", pt);
	if (section->rtx_pt)
		put(text, "a=rtpmap:%u rtx/90000\r\na=fmtp:%u apt=%u\r\n", section->rtx_pt,
			section->rtx_pt, pt);
}

static void put_sources(struct text *text, const struct sdp_section *section)
{
	const char *kind = section->video ? "video" : "audio";

	if (!section->sends || !section->ssrc)
		return;
	put(text, "a=msid:load %s\r\n", kind);
	if (section->rtx_ssrc)
		put(text, "a=ssrc-group:FID %" PRIu32 " %" PRIu32 "\r\n", section->ssrc,
			section->rtx_ssrc);
	put(text, "a=ssrc:%" PRIu32 " cname:load\r\n", section->ssrc);
	if (section->rtx_ssrc)
		put(text, "a=ssrc:%" PRIu32 " cname:load\r\n", section->rtx_ssrc);
}

static void put_section(struct text *text, const struct sdp *sdp, const struct sdp_section *section)
{
	put(text, "m=%s %u UDP/TLS/RTP/SAVPF %u", section->video ? "video" : "audio",
		section->rejected ? 0u : 9u, section->pt);
	if (section->rtx_pt)
		put(text, " %u", section->rtx_pt);
	put(text, "\r\nc=IN IP4 0.0.0.0\r\n");
	if (sdp->ip[0])
		put(text,
			"a=candidate:1 1 udp 2130706431 %s %u typ host\r\n"
			"a=end-of-candidates\r\n",
			sdp->ip, sdp->port);
	put(text, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", sdp->ufrag, sdp->pwd);
	put(text, "a=fingerprint:sha-256 %s\r\na=setup:%s\r\na=mid:%s\r\n", sdp->fingerprint,
		sdp->setup, section->mid);
	put(text, "a=rtcp-mux\r\na=rtcp-rsize\r\na=%s\r\n",
		section->rejected ? "inactive"
		: section->sends  ? "sendonly"
				  : "recvonly");
	if (section->ext_level)
		put(text, "a=extmap:%u " URI_LEVEL "\r\n", section->ext_level);
	if (section->ext_twcc)
		put(text, "a=extmap:%u " URI_TWCC "\r\n", section->ext_twcc);
	if (section->ext_mid)
		put(text, "a=extmap:%u " URI_MID "\r\n", section->ext_mid);
	put_formats(text, section);
	put_sources(text, section);
}

int sdp_write(const struct sdp *sdp, char *out, size_t room)
{
	struct text text = {.out = out, .room = room};

	put(&text, "v=0\r\no=- 4711 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE");
	for (unsigned i = 0; i < sdp->count; i++) {
		if (!sdp->sections[i].rejected)
			put(&text, " %s", sdp->sections[i].mid);
	}
	put(&text, "\r\na=msid-semantic: WMS *\r\n");
	for (unsigned i = 0; i < sdp->count; i++)
		put_section(&text, sdp, &sdp->sections[i]);
	return text.full ? -ENOSPC : 0;
}
