/* SPDX-License-Identifier: MIT */
/* What a client sends about ICE alone (RFC 8840 4.4 and 9): credentials and candidates. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "signaling/sdp.h"
#include "signaling/sdp_text.h"

enum {
	LEAST_UFRAG = 4, /* RFC 8839 5.4 */
	LEAST_PWD = 22,
};

/* It stands at the session, or in each section alike: there is one transport. */
static const char *take(struct reader value, size_t least, char *out, size_t room)
{
	char text[LECTERN_MAX_UFRAG + 1];

	if (!sdp_copy_ice(value, least, text, room))
		return "ice-ufrag or ice-pwd is too short, too long or not of ICE characters";
	if (out[0] && strcmp(out, text) != 0)
		return "two sections have different ICE credentials";
	memcpy(out, text, strlen(text) + 1);
	return NULL;
}

static const char *on_line(struct sdp_fragment *fragment, struct reader line, bool *ret_known)
{
	static_assert(LECTERN_MAX_UFRAG == LECTERN_MAX_PWD, "one buffer for both");
	*ret_known = true;
	if (sdp_skip(&line, "a=ice-ufrag:"))
		return take(line, LEAST_UFRAG, fragment->ufrag, sizeof(fragment->ufrag));
	if (sdp_skip(&line, "a=ice-pwd:"))
		return take(line, LEAST_PWD, fragment->pwd, sizeof(fragment->pwd));
	if (sdp_skip(&line, "a=candidate:"))
		fragment->candidates++;
	else if (!sdp_is(&line, "a=end-of-candidates"))
		*ret_known = false;
	return NULL;
}

int sdp_fragment_parse(
	const char *text, size_t len, struct sdp_fragment *ret_fragment, char why[SDP_WHY])
{
	const char *wrong = len > SDP_MAX_OFFER ? "the fragment is too long" : NULL;
	struct reader reader = reader_of(text, len);
	bool some = false, known;

	memset(ret_fragment, 0, sizeof(*ret_fragment));
	while (!wrong && reader_left(&reader)) {
		struct reader line = sdp_line(&reader);

		if (reader_left(&line) > SDP_MAX_LINE)
			wrong = "a line is too long";
		else
			wrong = on_line(ret_fragment, line, &known);
		some |= !wrong && known;
	}
	if (!wrong && !some)
		wrong = "the fragment has neither ICE credentials nor candidates";
	if (!wrong && !ret_fragment->ufrag[0] != !ret_fragment->pwd[0])
		wrong = "ice-ufrag and ice-pwd belong together";
	if (!wrong)
		return 0;
	snprintf(why, SDP_WHY, "%s", wrong);
	return -EBADMSG;
}
