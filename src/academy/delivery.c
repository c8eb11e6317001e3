/* SPDX-License-Identifier: MIT */
#include "academy/delivery.h"

#include <errno.h>
#include <stdlib.h>

#include <jansson.h>

#include "store/id.h"
#include "store/store.h"

int delivery_add_mail(struct store *store, const struct delivery_mail *mail, int64_t now_ms)
{
	json_t *json = json_pack("{s:s, s:s, s:s, s:s}", "to", mail->to, "subject", mail->subject,
		"text", mail->text, "language", mail->language);
	char *body = json ? json_dumps(json, JSON_COMPACT) : NULL;
	int r = -ENOMEM;

	json_decref(json);
	if (body)
		r = store_run(store,
			"INSERT INTO delivery (id, site, kind, target, event, body, once, "
			"created_at,"
			" due_at) VALUES ($1, $2, 'mail', $3, $4, $5, $6, $7, $7)"
			" ON CONFLICT (once) DO NOTHING",
			V_INT(id_new()), V_INT(mail->site), V_TEXT(mail->to), V_TEXT(mail->event),
			V_TEXT(body), V_TEXT(mail->once), V_INT(now_ms));
	free(body);
	return r < 0 ? r : 0;
}
