/* SPDX-License-Identifier: MIT */
/* Reading an offer: one small function for each attribute that we understand. */
#include "signaling/sdp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "signaling/sdp_text.h"

struct parse {
	struct sdp_offer *offer;
	struct sdp_section *section;  /* NULL before the first m-line */
	enum sdp_direction direction; /* of sections that do not tell */
	struct sdp_transport session; /* for sections that do not tell */
	size_t bundle_count;
	char bundle[LECTERN_MAX_SECTIONS][LECTERN_MAX_MID];
};

/* Each returns what is wrong, or NULL. `value` is what follows "a=<name>:". */
typedef const char *(attribute_fn)(struct parse *p, struct reader value);

static struct sdp_transport *transport_of(struct parse *p)
{
	return p->section ? &p->section->transport : &p->session;
}

static struct sdp_format *format_of(struct parse *p, struct reader pt)
{
	uint64_t number;

	if (!p->section || !sdp_number(pt, 127, &number))
		return NULL;
	for (size_t i = 0; i < p->section->format_count; i++) {
		if (p->section->formats[i].pt == number)
			return &p->section->formats[i];
	}
	return NULL;
}

static const char *on_bundle_only(struct parse *p, struct reader value)
{
	(void)value;
	if (p->section)
		p->section->bundle_only = true;
	return NULL;
}

static const char *on_direction(struct parse *p, enum sdp_direction direction)
{
	if (p->section)
		p->section->direction = direction;
	else
		p->direction = direction;
	return NULL;
}

static const char *on_inactive(struct parse *p, struct reader value)
{
	(void)value;
	return on_direction(p, SDP_INACTIVE);
}

static const char *on_recvonly(struct parse *p, struct reader value)
{
	(void)value;
	return on_direction(p, SDP_RECVONLY);
}

static const char *on_sendonly(struct parse *p, struct reader value)
{
	(void)value;
	return on_direction(p, SDP_SENDONLY);
}

static const char *on_sendrecv(struct parse *p, struct reader value)
{
	(void)value;
	return on_direction(p, SDP_SENDRECV);
}

/* extmap:<id>[/<direction>] <uri> [...] (RFC 8285 8) */
static const char *on_extmap(struct parse *p, struct reader value)
{
	static const char *const uris[SDP_EXTENSIONS] = {
		[SDP_EXT_MID] = "urn:ietf:params:rtp-hdrext:sdes:mid",
		[SDP_EXT_RID] = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
		[SDP_EXT_RRID] = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
		[SDP_EXT_TWCC] =
			"http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
		[SDP_EXT_LEVEL] = "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
		[SDP_EXT_ABS_SEND_TIME] =
			"http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
		[SDP_EXT_DD] = "https://aomediacodec.github.io/av1-rtp-spec/"
			       "#dependency-descriptor-rtp-header-extension",
	};
	struct reader direction = sdp_word(&value, ' '), uri = sdp_word(&value, ' ');
	struct reader id = sdp_word(&direction, '/');
	uint64_t number;

	/* Ids above 14 need two-byte headers, which nobody chooses while there is room below. */
	if (!p->section || !sdp_number(id, 255, &number) || number < 1 || number > 14)
		return NULL;
	for (size_t i = 0; i < SDP_EXTENSIONS; i++) {
		if (!sdp_is(&uri, uris[i]))
			continue;
		p->section->extensions[i].id = (uint8_t)number;
		if (sdp_is(&direction, "sendonly"))
			p->section->extensions[i].direction = SDP_SENDONLY;
		else if (sdp_is(&direction, "recvonly"))
			p->section->extensions[i].direction = SDP_RECVONLY;
		else if (sdp_is(&direction, "inactive"))
			p->section->extensions[i].id = 0;
	}
	return NULL;
}

static const char *on_extmap_allow_mixed(struct parse *p, struct reader value)
{
	(void)value;
	p->offer->allow_mixed = true;
	return NULL;
}

/* fingerprint:<hash> <AB:CD:...> (RFC 8122 5) */
static const char *on_fingerprint(struct parse *p, struct reader value)
{
	struct sdp_transport *transport = transport_of(p);
	struct reader hash = sdp_word(&value, ' ');
	char name[16], text[96];

	if (!sdp_copy(hash, name, sizeof(name)) || !sdp_copy(value, text, sizeof(text)) ||
		strcasecmp(name, "sha-256") != 0) {
		transport->other_hash = true;
		return NULL;
	}
	if (strlen(text) != 32 * 3 - 1)
		return "the fingerprint is not one of SHA-256";
	for (size_t i = 0; text[i]; i++) {
		if (text[i] >= 'a' && text[i] <= 'f')
			text[i] = (char)(text[i] - 'a' + 'A');
		if (i % 3 == 2 ? text[i] != ':' : !strchr("0123456789ABCDEF", text[i]))
			return "the fingerprint is not hexadecimal";
	}
	memcpy(transport->fingerprint, text, strlen(text) + 1);
	return NULL;
}

static bool has_parameter(struct reader parameters, const char *wanted)
{
	while (reader_left(&parameters)) {
		struct reader one = sdp_word(&parameters, ';');

		sdp_skip(&one, " ");
		if (sdp_is(&one, wanted))
			return true;
	}
	return false;
}

/* fmtp:<pt> <pt>/<pt>[/...]: a RED whose blocks are all of one kind; of another we make nothing. */
static bool red_blocks(struct reader value, uint64_t *ret_pt)
{
	uint64_t first, other;

	if (!sdp_number(sdp_word(&value, '/'), 127, &first) || !reader_left(&value))
		return false;
	while (reader_left(&value)) {
		if (!sdp_number(sdp_word(&value, '/'), 127, &other) || other != first)
			return false;
	}
	*ret_pt = first;
	return true;
}

/* The value of a parameter "name=value"; `name` with its "=". */
static bool find_parameter(struct reader parameters, const char *name, struct reader *ret_value)
{
	while (reader_left(&parameters)) {
		struct reader one = sdp_word(&parameters, ';');

		while (sdp_skip(&one, " "))
			;
		if (sdp_skip(&one, name)) {
			*ret_value = one;
			return true;
		}
	}
	return false;
}

static bool read_hex24(struct reader value, uint32_t *ret_number)
{
	char text[7], *end;

	if (!sdp_copy(value, text, sizeof(text)) || strlen(text) != 6)
		return false;
	*ret_number = (uint32_t)strtoul(text, &end, 16);
	return *end == '\0' && text[0] != '-' && text[0] != '+';
}

static void read_profile(struct reader parameters, struct sdp_format *format)
{
	struct reader value;
	uint64_t number;

	if ((find_parameter(parameters, "profile-id=", &value) ||
		    find_parameter(parameters, "profile=", &value)) &&
		sdp_number(value, 7, &number)) {
		format->has_profile = true;
		format->profile = (uint8_t)number;
	}
	if (find_parameter(parameters, "profile-level-id=", &value))
		format->has_level_id = read_hex24(value, &format->level_id);
	if (find_parameter(parameters, "packetization-mode=", &value) &&
		sdp_number(value, 2, &number))
		format->packetization_mode = (uint8_t)number;
}

static const char *on_fmtp(struct parse *p, struct reader value)
{
	struct sdp_format *format = format_of(p, sdp_word(&value, ' '));
	struct reader apt = value;
	uint64_t number;

	if (!format)
		return NULL;
	format->fec = has_parameter(value, "useinbandfec=1");
	format->dtx = has_parameter(value, "usedtx=1");
	if (sdp_skip(&apt, "apt=") && sdp_number(sdp_word(&apt, ';'), 127, &number))
		format->apt = (uint8_t)number;
	else if (red_blocks(value, &number))
		format->apt = (uint8_t)number;
	read_profile(value, format);
	return NULL;
}

/* group:BUNDLE <mid> ... (RFC 9143) */
static const char *on_group(struct parse *p, struct reader value)
{
	if (p->section || p->offer->has_bundle || !sdp_skip(&value, "BUNDLE "))
		return NULL;
	p->offer->has_bundle = true;
	while (reader_left(&value)) {
		if (p->bundle_count == LECTERN_MAX_SECTIONS)
			return "the BUNDLE group has too many sections";
		if (!sdp_copy(sdp_word(&value, ' '), p->bundle[p->bundle_count++], LECTERN_MAX_MID))
			return "the BUNDLE group has an impossible mid";
	}
	return NULL;
}

static const char *on_ice_pwd(struct parse *p, struct reader value)
{
	if (!sdp_copy_ice(value, 22, transport_of(p)->pwd, LECTERN_MAX_PWD + 1))
		return "ice-pwd is not 22 to 256 ICE characters";
	return NULL;
}

static const char *on_ice_ufrag(struct parse *p, struct reader value)
{
	if (!sdp_copy_ice(value, 4, transport_of(p)->ufrag, LECTERN_MAX_UFRAG + 1))
		return "ice-ufrag is not 4 to 256 ICE characters";
	return NULL;
}

static const char *on_mid(struct parse *p, struct reader value)
{
	if (p->section && !sdp_copy(value, p->section->mid, LECTERN_MAX_MID))
		return "a mid is empty or too long";
	return NULL;
}

/* rid:<rid> send [...] (RFC 8851); the order of a=simulcast goes before this one */
static const char *on_rid(struct parse *p, struct reader value)
{
	struct reader rid = sdp_word(&value, ' '), direction = sdp_word(&value, ' ');

	if (!p->section || !sdp_is(&direction, "send") || p->section->rid_count == LECTERN_MAX_RIDS)
		return NULL;
	if (!sdp_copy(rid, p->section->rids[p->section->rid_count], LECTERN_MAX_RID))
		return "a rid is empty or too long";
	p->section->rid_count++;
	return NULL;
}

/* Word by word: Pion writes a blank behind the last one. */
static void set_feedback(struct sdp_format *format, struct reader what)
{
	struct reader type = sdp_word(&what, ' '), parameter = sdp_word(&what, ' ');

	if (sdp_is(&type, "nack") && sdp_is(&parameter, ""))
		format->nack = true;
	else if (sdp_is(&type, "nack") && sdp_is(&parameter, "pli"))
		format->pli = true;
	else if (sdp_is(&type, "ccm") && sdp_is(&parameter, "fir"))
		format->fir = true;
	else if (sdp_is(&type, "transport-cc"))
		format->twcc = true;
}

/* rtcp-fb:<pt or *> <feedback> (RFC 4585 4.2) */
static const char *on_rtcp_fb(struct parse *p, struct reader value)
{
	struct reader pt = sdp_word(&value, ' ');
	struct sdp_format *format = format_of(p, pt);

	if (format)
		set_feedback(format, value);
	for (size_t i = 0; p->section && sdp_is(&pt, "*") && i < p->section->format_count; i++)
		set_feedback(&p->section->formats[i], value);
	return NULL;
}

static const char *on_rtcp_mux(struct parse *p, struct reader value)
{
	(void)value;
	if (p->section)
		p->section->mux = true;
	return NULL;
}

static const char *on_rtcp_rsize(struct parse *p, struct reader value)
{
	(void)value;
	if (p->section)
		p->section->rsize = true;
	return NULL;
}

static const char *on_rtpmap(struct parse *p, struct reader value)
{
	static const struct {
		const char *name;
		enum sdp_encoding encoding;
	} encodings[] = {
		{"opus/48000/2", SDP_ENC_OPUS},
		{"opus/48000", SDP_ENC_OPUS}, /* of GStreamer, where its caps have no channels */
		{"VP8/90000", SDP_ENC_VP8},
		{"VP9/90000", SDP_ENC_VP9},
		{"AV1/90000", SDP_ENC_AV1},
		{"H264/90000", SDP_ENC_H264},
		{"rtx/90000", SDP_ENC_RTX},
		{"rtx/48000/2", SDP_ENC_RTX},
		{"rtx/48000", SDP_ENC_RTX},
		{"red/48000/2", SDP_ENC_RED},
	};
	struct sdp_format *format = format_of(p, sdp_word(&value, ' '));
	char name[32];

	if (!format || !sdp_copy(value, name, sizeof(name)))
		return NULL;
	for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
		if (strcasecmp(name, encodings[i].name) == 0)
			format->encoding = encodings[i].encoding;
	}
	return NULL;
}

static const char *on_setup(struct parse *p, struct reader value)
{
	transport_of(p)->passive = sdp_is(&value, "passive");
	return NULL;
}

/* simulcast:send <rid>[,<alternative>];... (RFC 8853 5.1); "~" marks a paused one */
static const char *on_simulcast(struct parse *p, struct reader value)
{
	struct sdp_section *section = p->section;
	struct reader list;

	if (!section || !sdp_skip(&value, "send "))
		return NULL;
	list = sdp_word(&value, ' ');
	section->rid_count = 0;
	while (reader_left(&list) && section->rid_count < LECTERN_MAX_RIDS) {
		struct reader one = sdp_word(&list, ';');
		struct reader rid = sdp_word(&one, ',');

		sdp_skip(&rid, "~");
		if (!sdp_copy(rid, section->rids[section->rid_count++], LECTERN_MAX_RID))
			return "a rid is empty or too long";
	}
	return NULL;
}

static const char *on_ssrc(struct parse *p, struct reader value)
{
	uint64_t ssrc;

	if (p->section && !p->section->ssrc && sdp_number(sdp_word(&value, ' '), UINT32_MAX, &ssrc))
		p->section->ssrc = (uint32_t)ssrc;
	return NULL;
}

/* ssrc-group:FID <media> <rtx> (RFC 5576 4.2, RFC 4588): the first group is the lowest layer's */
static const char *on_ssrc_group(struct parse *p, struct reader value)
{
	uint64_t media, rtx;

	if (!p->section || p->section->rtx_ssrc || !sdp_skip(&value, "FID "))
		return NULL;
	if (sdp_number(sdp_word(&value, ' '), UINT32_MAX, &media) &&
		sdp_number(sdp_word(&value, ' '), UINT32_MAX, &rtx)) {
		p->section->ssrc = (uint32_t)media;
		p->section->rtx_ssrc = (uint32_t)rtx;
	}
	return NULL;
}

/* Kept sorted. */
static const struct {
	const char *name;
	attribute_fn *read;
} attributes[] = {
	{"bundle-only", on_bundle_only},
	{"extmap", on_extmap},
	{"extmap-allow-mixed", on_extmap_allow_mixed},
	{"fingerprint", on_fingerprint},
	{"fmtp", on_fmtp},
	{"group", on_group},
	{"ice-pwd", on_ice_pwd},
	{"ice-ufrag", on_ice_ufrag},
	{"inactive", on_inactive},
	{"mid", on_mid},
	{"recvonly", on_recvonly},
	{"rid", on_rid},
	{"rtcp-fb", on_rtcp_fb},
	{"rtcp-mux", on_rtcp_mux},
	{"rtcp-rsize", on_rtcp_rsize},
	{"rtpmap", on_rtpmap},
	{"sendonly", on_sendonly},
	{"sendrecv", on_sendrecv},
	{"setup", on_setup},
	{"simulcast", on_simulcast},
	{"ssrc", on_ssrc},
	{"ssrc-group", on_ssrc_group},
};

static const char *on_attribute(struct parse *p, struct reader line)
{
	struct reader name = sdp_word(&line, ':');

	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		if (sdp_is(&name, attributes[i].name))
			return attributes[i].read(p, line);
	}
	return NULL;
}

static bool read_formats(struct sdp_section *section, struct reader formats)
{
	while (reader_left(&formats)) {
		uint64_t pt;

		/* What is no RTP payload type (a data channel's "webrtc-datachannel") is left out.
		 */
		if (!sdp_number(sdp_word(&formats, ' '), 127, &pt))
			continue;
		if (section->format_count == SDP_MAX_FORMATS)
			return false;
		section->formats[section->format_count++].pt = (uint8_t)pt;
	}
	return true;
}

/* m=<media> <port> <proto> <formats> */
static const char *on_media(struct parse *p, struct reader line)
{
	struct reader media = sdp_word(&line, ' '), port = sdp_word(&line, ' ');
	struct reader proto = sdp_word(&line, ' '), formats = line;
	struct sdp_section *section;
	size_t len = reader_left(&formats);

	if (p->offer->section_count == LECTERN_MAX_SECTIONS)
		return "the offer has too many sections";
	section = &p->offer->sections[p->offer->section_count++];
	p->section = section;
	section->direction = p->direction;
	if (!sdp_copy(media, section->media, sizeof(section->media)) ||
		!sdp_copy(proto, section->proto, sizeof(section->proto)) || !len ||
		len >= sizeof(section->formats_text))
		return "an m-line is not well formed";
	for (size_t i = 0; i < len; i++) {
		uint8_t c = read_u8(&line);

		if (c < ' ' || c >= 0x7f)
			return "an m-line is not well formed";
		section->formats_text[i] = (char)c;
	}
	if (strcmp(section->media, "audio") == 0)
		section->medium = SDP_AUDIO;
	else if (strcmp(section->media, "video") == 0)
		section->medium = SDP_VIDEO;
	section->rejected = sdp_is(&port, "0");
	return read_formats(section, formats) ? NULL : "a section has too many payload types";
}

static const char *read_lines(struct parse *p, struct reader text)
{
	while (reader_left(&text)) {
		struct reader line = sdp_line(&text);
		const char *wrong = NULL;

		if (reader_left(&line) > SDP_MAX_LINE)
			return "a line is too long";
		if (sdp_skip(&line, "a="))
			wrong = on_attribute(p, line);
		else if (sdp_skip(&line, "m="))
			wrong = on_media(p, line);
		if (wrong)
			return wrong;
	}
	return NULL;
}

static bool in_bundle(const struct parse *p, const char *mid)
{
	for (size_t i = 0; i < p->bundle_count; i++) {
		if (strcmp(p->bundle[i], mid) == 0)
			return true;
	}
	return false;
}

/*
 * Sections that share a transport must agree on the ids of extensions (RFC 8843 9.2), but aiortc
 * counts them for each section anew. What an earlier section has said holds: the later one does
 * without, and the answer says so.
 */
static void drop_conflicts(const struct sdp_section *earlier, struct sdp_section *later)
{
	for (size_t i = 0; i < SDP_EXTENSIONS; i++) {
		for (size_t j = 0; j < SDP_EXTENSIONS; j++) {
			uint8_t id = earlier->extensions[i].id, other = later->extensions[j].id;

			if (id && other && (id == other) != (i == j))
				later->extensions[j].id = 0;
		}
	}
}

/* What has one section alone needs no group. */
static const char *settle_sections(struct parse *p)
{
	size_t used = 0;

	for (size_t i = 0; i < p->offer->section_count; i++) {
		struct sdp_section *section = &p->offer->sections[i];

		if (section->bundle_only)
			section->rejected = false; /* RFC 9143 6: port 0 means nothing here */
		if (p->offer->has_bundle && (!section->mid[0] || !in_bundle(p, section->mid)))
			section->rejected = true;
		if (section->rejected)
			continue;
		if (!p->offer->has_bundle && used++)
			return "the offer has no BUNDLE group: bundle its sections (max-bundle)";
		for (size_t j = 0; j < i; j++) {
			const struct sdp_section *earlier = &p->offer->sections[j];

			if (section->mid[0] && strcmp(earlier->mid, section->mid) == 0)
				return "two sections have the same mid";
			if (!earlier->rejected)
				drop_conflicts(earlier, section);
		}
	}
	return NULL;
}

/* Both are fields of the same length. */
static void inherit(char *own, size_t room, const char *from)
{
	if (!own[0])
		memcpy(own, from, room);
}

/* The transport of a BUNDLE group is that of its first section. */
static const char *settle_transport(struct parse *p)
{
	struct sdp_transport *transport = &p->offer->transport;
	const struct sdp_section *first = NULL;

	for (size_t i = 0; i < p->offer->section_count && !first; i++) {
		if (!p->offer->sections[i].rejected)
			first = &p->offer->sections[i];
	}
	if (!first)
		return "the offer has no section that could be used";
	*transport = first->transport;
	inherit(transport->ufrag, sizeof(transport->ufrag), p->session.ufrag);
	inherit(transport->pwd, sizeof(transport->pwd), p->session.pwd);
	inherit(transport->fingerprint, sizeof(transport->fingerprint), p->session.fingerprint);
	if (!transport->ufrag[0] || !transport->pwd[0])
		return "the offer has no ice-ufrag or no ice-pwd";
	if (!transport->fingerprint[0])
		return transport->other_hash || p->session.other_hash
			       ? "the offer has no SHA-256 fingerprint"
			       : "the offer has no fingerprint";
	if (transport->passive || p->session.passive)
		return "setup:passive cannot work, the server is passive: offer actpass";
	if (!first->mux)
		return "the offer has no rtcp-mux";
	return NULL;
}

int sdp_parse(const char *text, size_t len, struct sdp_offer *ret_offer, char why[SDP_WHY])
{
	struct parse p = {.offer = ret_offer};
	const char *wrong = len > SDP_MAX_OFFER ? "the offer is too long" : NULL;

	memset(ret_offer, 0, sizeof(*ret_offer));
	if (!wrong)
		wrong = read_lines(&p, reader_of(text, len));
	if (!wrong)
		wrong = settle_sections(&p);
	if (!wrong)
		wrong = settle_transport(&p);
	if (wrong) {
		snprintf(why, SDP_WHY, "%s", wrong);
		return -EBADMSG;
	}
	return 0;
}
