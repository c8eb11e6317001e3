/* SPDX-License-Identifier: MIT */
/* POST /people/import: a CSV file of people; with ?dry=1 only what is wrong with it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "academy/import.h"
#include "base/clock.h"
#include "signaling/api/objects.h"
#include "signaling/api/people.h"
#include "signaling/api/table.h"
#include "signaling/request.h"
#include "signaling/upload.h"

static int read_file(const char *path, size_t size, char **ret_text)
{
	char *text = malloc(size + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = 1;

	while (text && fd >= 0 && len < size && (n = read(fd, text + len, size - len)) > 0)
		len += (size_t)n;
	if (fd >= 0)
		close(fd);
	if (!text || fd < 0 || len < size) {
		free(text);
		return text ? -EIO : -ENOMEM;
	}
	*ret_text = text;
	return 0;
}

struct report {
	json_t *bad;
	int error;
};

static void add_bad(const struct import_bad *bad, void *arg)
{
	struct report *report = arg;

	object_append(report->bad,
		json_pack("{s:i, s:s, s:s, s:s}", "row", (int)bad->row, "column", bad->column,
			"code", bad->code, "text", bad->text),
		&report->error);
}

/* 422 where a real import has bad rows: then nothing of it stays. */
static void answer(struct request *request, bool dry, const struct import_report *done, json_t *bad)
{
	const bool good = done->bad == 0;
	json_t *json = json_pack("{s:i, s:i, s:b, s:o}", "rows", (int)done->rows, "wrong",
		(int)done->bad, "imported", done->imported, "bad", bad);

	if (done->imported)
		request_audit(request, "import", json_pack("{s:i}", "people", (int)done->rows));
	if (!good && !dry) {
		json_object_set_new(json, "error", json_string("bad_rows"));
		json_object_set_new(json, "text",
			json_string("Nothing was imported. Mend these rows and send it again."));
	}
	request_json(request, good || dry ? 200 : 422, json);
}

void api_people_import(struct store *store, struct request *request)
{
	struct report report = {.bad = json_array()};
	struct import_report done = {0};
	char base[LECTERN_MAX_URL], *text = NULL;
	int64_t dry = 0;
	struct import_params params = {
		.site = request->site,
		.by = people_giver(request),
		.now_ms = clock_wall_ms(),
		.base = lectern_config_url(request->server->config, base),
	};
	int r;

	url_query_number(request->query, "dry", &dry);
	params.dry = dry != 0;
	params.len = (size_t)upload_size(request->upload);
	r = read_file(upload_path(request->upload), params.len, &text);
	params.text = text;
	if (r == 0)
		r = import_people(store, &params, add_bad, &report, &done);
	if (r == 0)
		r = report.error;
	free(text);
	if (r == 0) {
		answer(request, params.dry, &done, report.bad);
		return;
	}
	json_decref(report.bad);
	request_fail(request, r);
}
