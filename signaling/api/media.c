/* SPDX-License-Identifier: MIT */
/* GET /u/<n>/media/<recording>/<clip>: one clip, or a range of it; authorised each time. */
#include <errno.h>
#include <string.h>

#include "academy/recording.h"
#include "signaling/api/files.h"
#include "signaling/api/table.h"
#include "signaling/request.h"

/* "c0001.webm", as the recorder names them; nothing else of the folder is served as it lies there.
 */
static bool is_clip(const char *name)
{
	size_t digits;

	if (name[0] != 'c')
		return false;
	digits = strspn(name + 1, "0123456789");
	return digits >= 4 && digits <= 9 && strcmp(name + 1 + digits, ".webm") == 0;
}

void api_clip(struct store *store, struct request *request)
{
	const struct person *who = &request->who.person;
	const char *name = request->params.values[2];
	struct recording recording;
	int r = is_clip(name) ? 0 : -ENOENT;

	if (r == 0)
		r = recording_get_visible(
			store, who->site, who->id, request_id(request), &recording);
	if (r == 0)
		r = files_open(request, &recording, name);
	if (r < 0)
		request_fail(request, r);
	else
		request_file(request, r, "video/webm", "no-store", true);
}
