/* SPDX-License-Identifier: MIT */
/* GET /u/<n>/media/<recording>/<clip>: one clip, or a range of it; authorised each time. */
#include <errno.h>
#include <string.h>

#include "academy/recording.h"
#include "signaling/api/files.h"
#include "signaling/api/table.h"
#include "signaling/request.h"

/* Of "c0001.webm" or "c0001.mp4", as the recorder names them; NULL: nothing else of the folder is
 * served as it lies there. */
static const char *media_type(const char *name)
{
	size_t digits = name[0] == 'c' ? strspn(name + 1, "0123456789") : 0;

	if (digits < 4 || digits > 9)
		return NULL;
	if (strcmp(name + 1 + digits, ".webm") == 0)
		return "video/webm";
	return strcmp(name + 1 + digits, ".mp4") == 0 ? "video/mp4" : NULL;
}

void api_clip(struct store *store, struct request *request)
{
	const char *name = request->params.values[1];
	const char *type = media_type(name);
	struct recording recording;
	int r = type ? 0 : -ENOENT;

	if (r == 0)
		r = recording_get(store, request->site, request->object, &recording);
	if (r == 0)
		r = files_open(request, &recording, name);
	if (r < 0)
		request_fail(request, r);
	else
		request_file(request, r, type, "no-store", true);
}
