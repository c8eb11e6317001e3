/* SPDX-License-Identifier: MIT */
/* GET /openapi.json: the description of the API, merged from ../openapi/ when it was built. */
#include "signaling/api/table.h"
#include "signaling/request.h"

void api_openapi(struct store *store, struct request *request)
{
	(void)store;
	request_text(request, 200, "application/json", openapi_document);
}
