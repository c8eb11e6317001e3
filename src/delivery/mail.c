/* SPDX-License-Identifier: MIT */
#include "delivery/mail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "delivery/header.h"
#include "store/id.h"

static int read_password(const char *path, char *out)
{
	FILE *file = fopen(path, "re");
	int r = file ? 0 : -errno;

	if (r < 0)
		return r;
	if (!fgets(out, LECTERN_MAX_SECRET, file))
		r = ferror(file) ? -EIO : -ENODATA;
	fclose(file);
	if (r == 0)
		out[strcspn(out, "\r\n")] = '\0';
	return r == 0 && out[0] == '\0' ? -ENODATA : r;
}

int mail_server_init(struct mail_server *server, const struct lectern_config *config, char *why)
{
	int r;

	server->config = config;
	memcpy(server->password, config->mail.password, sizeof(server->password));
	if (!config->mail.url[0] || !config->mail.password_file[0])
		return 0;
	r = read_password(config->mail.password_file, server->password);
	if (r < 0)
		snprintf(why, LECTERN_MAX_WHY,
			"%.300s: cannot read the password of the mail server: %s; correct "
			"mail.password_file or its rights",
			config->mail.password_file, strerror(-r));
	return r;
}

/* Lines end by CR LF in a mail. NULL: out of memory. */
static char *crlf(const char *text)
{
	char *out = malloc(2 * strlen(text) + 1), *at = out;

	if (!out)
		return NULL;
	for (; *text != '\0'; text++) {
		if (*text == '\r')
			continue;
		if (*text == '\n')
			*at++ = '\r';
		*at++ = *text;
	}
	*at = '\0';
	return out;
}

static int add_part(
	curl_mime *mime, const char *text, const char *type, const char *encoder, const char *file)
{
	curl_mimepart *part = curl_mime_addpart(mime);
	char *lines = part ? crlf(text) : NULL;
	int r = -ENOMEM;

	if (lines && curl_mime_data(part, lines, CURL_ZERO_TERMINATED) == CURLE_OK &&
		curl_mime_type(part, type) == CURLE_OK &&
		curl_mime_encoder(part, encoder) == CURLE_OK &&
		(!file || curl_mime_filename(part, file) == CURLE_OK))
		r = 0;
	free(lines);
	return r;
}

/* The text, or the text and the calendar as two ways to say the same, and the file. */
static int add_calendar(
	struct errand *errand, const char *text, const char *calendar, const char *method)
{
	curl_mimepart *part = curl_mime_addpart(errand->mime);
	curl_mime *both = part ? curl_mime_init(errand->easy) : NULL;
	char type[64];
	int r;

	if (!both)
		return -ENOMEM;
	snprintf(type, sizeof(type), "text/calendar; charset=UTF-8; method=%s", method);
	r = add_part(both, text, "text/plain; charset=UTF-8", "quoted-printable", NULL);
	if (r == 0)
		r = add_part(both, calendar, type, "base64", NULL);
	if (r < 0 || curl_mime_subparts(part, both) != CURLE_OK) {
		curl_mime_free(both);
		return -ENOMEM;
	}
	if (curl_mime_type(part, "multipart/alternative") != CURLE_OK)
		return -ENOMEM;
	return add_part(errand->mime, calendar, "application/ics", "base64", "invite.ics");
}

static bool is_method(const char *method)
{
	return strcmp(method, "REQUEST") == 0 || strcmp(method, "CANCEL") == 0 ||
	       strcmp(method, "PUBLISH") == 0;
}

static int add_body(
	struct errand *errand, const char *text, const char *calendar, const char *method)
{
	errand->mime = curl_mime_init(errand->easy);
	if (!errand->mime)
		return -ENOMEM;
	if (calendar && method && is_method(method))
		return add_calendar(errand, text, calendar, method);
	return add_part(errand->mime, text, "text/plain; charset=UTF-8", "quoted-printable", NULL);
}

/* Takes `line`. */
static int add_line(struct errand *errand, int r, char *line)
{
	if (r < 0)
		return r;
	r = errand_add_header(errand, line);
	free(line);
	return r;
}

static int add_head(const struct mail_server *server, struct errand *errand, const char *to,
	const char *subject, int64_t now_ms)
{
	const struct lectern_config *config = server->config;
	char id[ID_TEXT], message_id[LECTERN_MAX_URL + 64], *line = NULL;
	int r;

	r = header_address("From", config->mail.organisation, config->mail.from, &line);
	r = add_line(errand, r, line);
	if (r == 0) {
		r = header_address("To", "", to, &line);
		r = add_line(errand, r, line);
	}
	if (r == 0) {
		r = header_text("Subject", subject, &line);
		r = add_line(errand, r, line);
	}
	if (r == 0) {
		r = header_date(now_ms, &line);
		r = add_line(errand, r, line);
	}
	if (r < 0)
		return r;
	snprintf(message_id, sizeof(message_id), "Message-ID: <%s.lectern%s>",
		id_text(errand->id, id), strchr(config->mail.from, '@'));
	r = errand_add_header(errand, message_id);
	/* RFC 3834: no "out of office" for what a program sent. */
	return r < 0 ? r : errand_add_header(errand, "Auto-Submitted: auto-generated");
}

static size_t take_line(char *bytes, size_t size, size_t count, void *arg)
{
	struct errand *errand = arg;
	size_t len = size * count, n = len;

	if (len < 3 || bytes[0] < '4' || bytes[0] > '5')
		return len;
	while (n > 0 && (bytes[n - 1] == '\n' || bytes[n - 1] == '\r'))
		n--;
	if (n >= sizeof(errand->said))
		n = sizeof(errand->said) - 1;
	for (size_t i = 0; i < n; i++)
		errand->said[i] = bytes[i] >= ' ' && bytes[i] < 0x7f ? bytes[i] : '?';
	errand->said[n] = '\0';
	return len;
}

static int take_command(CURL *easy, curl_infotype type, char *bytes, size_t len, void *arg)
{
	struct errand *errand = arg;

	(void)easy;
	/* A refusal is followed by the end of the connection. */
	if (type == CURLINFO_HEADER_OUT && !(len >= 4 && memcmp(bytes, "QUIT", 4) == 0))
		snprintf(errand->command, sizeof(errand->command), "%.*s", len < 4 ? (int)len : 4,
			bytes);
	return 0;
}

static void set_server(const struct mail_server *server, struct errand *errand)
{
	static const long use[] = {
		[LECTERN_TLS_REQUIRED] = CURLUSESSL_ALL,
		[LECTERN_TLS_OFFERED] = CURLUSESSL_TRY,
		[LECTERN_TLS_NONE] = CURLUSESSL_NONE,
	};
	const struct lectern_config *config = server->config;
	CURL *easy = errand->easy;

	curl_easy_setopt(easy, CURLOPT_URL, config->mail.url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(easy, CURLOPT_USE_SSL, use[config->mail.tls]);
	if (config->mail.user[0]) {
		curl_easy_setopt(easy, CURLOPT_USERNAME, config->mail.user);
		curl_easy_setopt(easy, CURLOPT_PASSWORD, server->password);
	}
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)MAIL_CONNECT_S);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)MAIL_TOTAL_S);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_line);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, errand);
	/* Which command a refusal answers is told nowhere else. */
	curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, take_command);
	curl_easy_setopt(easy, CURLOPT_DEBUGDATA, errand);
	curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
}

static int set_message(const struct mail_server *server, struct errand *errand, const char *to)
{
	char from[LECTERN_MAX_URL + 2];

	snprintf(from, sizeof(from), "<%s>", server->config->mail.from);
	errand->recipients = curl_slist_append(NULL, to);
	if (!errand->recipients ||
		curl_easy_setopt(errand->easy, CURLOPT_MAIL_FROM, from) != CURLE_OK)
		return -ENOMEM;
	curl_easy_setopt(errand->easy, CURLOPT_MAIL_RCPT, errand->recipients);
	curl_easy_setopt(errand->easy, CURLOPT_HTTPHEADER, errand->headers);
	curl_easy_setopt(errand->easy, CURLOPT_MIMEPOST, errand->mime);
	return 0;
}

int mail_prepare(const struct mail_server *server, const struct delivery_due *due, int64_t now_ms,
	struct errand *errand, char *problem)
{
	const char *to, *subject, *text, *calendar = NULL, *method = NULL;
	json_t *json = json_loads(due->body, 0, NULL);
	int r = -EINVAL;

	if (json && json_unpack(json, "{s:s, s:s, s:s, s?s, s?s}", "to", &to, "subject", &subject,
			    "text", &text, "calendar", &calendar, "method", &method) == 0) {
		r = header_check_address(to);
		if (r == 0)
			r = add_head(server, errand, to, subject, now_ms);
		if (r == 0)
			r = add_body(errand, text, calendar, method);
		if (r == 0)
			r = set_message(server, errand, to);
		if (r == 0)
			set_server(server, errand);
	}
	if (r == -EINVAL)
		snprintf(problem, DELIVERY_PROBLEM,
			"the address or the subject cannot stand in a mail");
	json_decref(json);
	return r;
}

/* What the server says of one recipient or one message is about that alone. */
static bool is_of_message(const struct errand *errand)
{
	return strcmp(errand->command, "RCPT") == 0 || strcmp(errand->command, "DATA") == 0;
}

enum verdict mail_judge(const struct errand *errand, CURLcode code, char *problem)
{
	long status = 0;

	if (code == CURLE_OK)
		return VERDICT_SENT;
	curl_easy_getinfo(errand->easy, CURLINFO_RESPONSE_CODE, &status);
	if (errand->said[0])
		snprintf(problem, DELIVERY_PROBLEM, "the mail server said: %s", errand->said);
	else
		snprintf(problem, DELIVERY_PROBLEM, "the mail server cannot be used: %s",
			errand->error[0] ? errand->error : curl_easy_strerror(code));
	/* 421: it is about to end; it says so of every message. */
	if (!errand->said[0] || !is_of_message(errand) || status == 421)
		return VERDICT_SERVER;
	return status >= 500 && status < 600 ? VERDICT_NEVER : VERDICT_LATER;
}
