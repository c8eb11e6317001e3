/* SPDX-License-Identifier: MIT */
#include "signaling/api/lists.h"

#include <errno.h>

#include "signaling/api/objects.h"
#include "signaling/request.h"

bool lists_read(struct request *request, char q[SEARCH_TEXT + 1], struct search *ret_search)
{
	struct page page;
	int r = url_query_text(request->query, "q", q, SEARCH_TEXT + 1);

	if (!request_page(request, &page))
		return false;
	if (r < 0 && r != -ENOENT) {
		request_error(request, 400, "bad_request", "That is too long to be looked for.");
		return false;
	}
	*ret_search =
		(struct search){.q = r == 0 ? q : NULL, .after = page.after, .limit = page.limit};
	return true;
}

void lists_answer(
	struct request *request, const char *name, struct listing *listing, unsigned limit, int r)
{
	bool more = limit > 0 && json_array_size(listing->list) >= limit;

	if (r == 0)
		r = listing->error;
	if (r == 0)
		request_json(request, 200,
			json_pack("{s:O, s:o}", name, listing->list, "next",
				more ? object_id(listing->last) : json_null()));
	else
		request_fail(request, r);
	json_decref(listing->list);
}
