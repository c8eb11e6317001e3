/* SPDX-License-Identifier: MIT */
#include "signaling/protocol.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

static int refuse(struct protocol_message *message, const char *why)
{
	snprintf(message->error, sizeof(message->error), "%s", why);
	return -EBADMSG;
}

/* Past the closing quote of a string whose opening quote was read. */
static void skip_string(struct reader *r)
{
	while (reader_left(r)) {
		uint8_t c = read_u8(r);

		if (c == '"')
			return;
		if (c == '\\')
			read_u8(r);
	}
}

/* Looks only at brackets and commas: what the JSON parser would build is bounded before it runs. */
static bool within_bounds(const char *text, size_t len)
{
	struct reader r = reader_of(text, len);
	unsigned depth = 0, values = 0;

	while (reader_left(&r)) {
		switch (read_u8(&r)) {
		case '"':
			skip_string(&r);
			break;
		case '{':
		case '[':
			depth++;
			values++;
			break;
		case '}':
		case ']':
			depth -= depth > 0;
			break;
		case ',':
			values++;
			break;
		}
		if (depth > PROTOCOL_MAX_DEPTH || values > PROTOCOL_MAX_VALUES)
			return false;
	}
	return true;
}

static int compare_name(const void *key, const void *row)
{
	return strcmp(key, ((const struct proto_request_info *)row)->name);
}

/* Takes the envelope's own fields off the document, so that only the message's are left. */
static int read_envelope(
	struct protocol_message *message, const struct proto_request_info **ret_info)
{
	json_t *id = json_object_get(message->document, "id");
	const json_t *type = json_object_get(message->document, "type");

	if (!json_is_integer(id) || json_integer_value(id) < 1)
		return refuse(message, "'id' is not a number from 1 up");
	message->id = json_integer_value(id);
	if (!json_is_string(type))
		return refuse(message, "'type' is not a string");
	*ret_info = bsearch(json_string_value(type), proto_requests, PROTO_REQUESTS,
		sizeof(proto_requests[0]), compare_name);
	if (!*ret_info)
		return refuse(message, "no request has this 'type'");
	json_object_del(message->document, "id");
	json_object_del(message->document, "type");
	return 0;
}

int protocol_message_init(struct protocol_message *message, const char *text, size_t len)
{
	const struct proto_request_info *info;
	int result;

	memset(message, 0, sizeof(*message));
	if (len > PROTOCOL_MAX_MESSAGE)
		return refuse(message, "the message is too large");
	if (!within_bounds(text, len))
		return refuse(message, "the message is too deep or holds too many values");
	message->document = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(message->document))
		return refuse(message, "the message is not a JSON object, or has a key twice");
	result = read_envelope(message, &info);
	if (result < 0)
		return result;
	message->request.type = (enum proto_request_type)(info - proto_requests);
	message->request.id = message->id;
	return shape_read(info->request, message->document, &message->request.u, message->error);
}

void protocol_message_finish(struct protocol_message *message)
{
	json_decref(message->document);
	message->document = NULL;
}

/* Takes `envelope`, which may be NULL. */
static char *to_text(json_t *envelope, const struct shape *shape, const void *fields)
{
	char *text = NULL;

	if (envelope && (!shape || shape_write(shape, fields, envelope) == 0))
		text = json_dumps(envelope, JSON_COMPACT);
	json_decref(envelope);
	return text;
}

char *protocol_reply(int64_t id, const struct shape *shape, const void *fields)
{
	return to_text(json_pack("{s:I,s:b}", "re", (json_int_t)id, "ok", 1), shape, fields);
}

char *protocol_refusal(int64_t id, enum proto_error error, const char *text)
{
	return to_text(json_pack("{s:I,s:b,s:s,s:s}", "re", (json_int_t)id, "ok", 0, "error",
			       proto_error_name(error), "text", text),
		NULL, NULL);
}

char *protocol_event(const struct shape *shape, const void *fields)
{
	return to_text(json_pack("{s:s}", "type", shape->name), shape, fields);
}
