/* SPDX-License-Identifier: MIT */
/* The small parsers of a request's head, each on the same text. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "signaling/api/table.h"
#include "signaling/assets.h"
#include "signaling/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_path(const char *path, const struct route *routes)
{
	struct url_params params;

	for (const struct route *row = routes; row->pattern; row++) {
		if (!url_match(row->pattern, path, &params))
			continue;
		assert(params.count <= URL_MAX_PARAMS);
		for (unsigned i = 0; i < params.count; i++) {
			assert(params.values[i][0] != '\0' && !strchr(params.values[i], '/'));
			if (assets_name_is_good(params.values[i]))
				assert(params.values[i][0] != '.');
		}
	}
}

static void check_values(const char *text)
{
	char value[32];
	int64_t number;
	unsigned n;

	if (url_cookie(text, "lectern", value, sizeof(value)))
		assert(strlen(value) < sizeof(value) && !strchr(value, ';'));
	if (url_number(text, &n) == 0)
		assert(n >= 1 && n <= 999999999);
	if (url_query_text(text, "q", value, sizeof(value)) == 0)
		assert(strlen(value) < sizeof(value) && !strchr(value, URL_QUERY_END));
	if (url_query_number(text, "to", &number) == 0)
		assert(number >= 0 && number < 1000000000000000000);
	if (url_origin_is_ours(text, "localhost:8080", true))
		assert(strlen(text) == strlen("https://localhost:8080"));
	url_accepts(text, "br");
	url_has_type(text, "application/json");
	url_matches(text, "\"1\"");
	if (url_bearer(text, value, sizeof(value)))
		assert(value[0] && strlen(value) < sizeof(value) && !strchr(value, ' '));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	assert(text);
	memcpy(text, data, size);
	text[size] = '\0';
	check_path(text, page_routes);
	check_path(text, api_routes);
	check_values(text);
	free(text);
	return 0;
}
