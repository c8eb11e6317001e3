/* SPDX-License-Identifier: MIT */
#include "delivery/errand.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int errand_init(struct errand *errand, const struct delivery_due *due)
{
	*errand = (struct errand){
		.id = due->id,
		.webhook = due->webhook,
		.until_at = due->until_at,
		.kind = due->kind,
		.tries = due->tries,
		.easy = curl_easy_init(),
	};
	if (!errand->easy)
		return -ENOMEM;
	curl_easy_setopt(errand->easy, CURLOPT_ERRORBUFFER, errand->error);
	curl_easy_setopt(errand->easy, CURLOPT_NOSIGNAL, 1L);
	/* A name that is still being looked up never holds up the end. */
	curl_easy_setopt(errand->easy, CURLOPT_QUICK_EXIT, 1L);
	/* What the environment says of proxies and of passwords in files is not meant for us. */
	curl_easy_setopt(errand->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(errand->easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	return 0;
}

void errand_finish(struct errand *errand)
{
	curl_easy_cleanup(errand->easy);
	curl_mime_free(errand->mime);
	curl_slist_free_all(errand->headers);
	curl_slist_free_all(errand->recipients);
	free(errand->body);
	*errand = (struct errand){0};
}

int errand_add_header(struct errand *errand, const char *line)
{
	struct curl_slist *more = curl_slist_append(errand->headers, line);

	if (!more)
		return -ENOMEM;
	errand->headers = more;
	return 0;
}
