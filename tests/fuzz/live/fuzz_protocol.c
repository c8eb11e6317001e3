/* SPDX-License-Identifier: MIT */
/* Any bytes are either refused with a reason, or a request whose strings keep their limits. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "signaling/protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_strings(const struct shape *shape, const char *fields)
{
	for (size_t i = 0; i < shape->field_count; i++) {
		const struct shape_field *field = &shape->fields[i];
		const char *text;

		if (field->type != SHAPE_STRING)
			continue;
		memcpy(&text, fields + field->offset, sizeof(text));
		assert(text || field->optional);
		assert(!text || strlen(text) <= (size_t)field->max);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct protocol_message message;

	if (protocol_message_init(&message, (const char *)data, size) < 0)
		assert(message.error[0]);
	else
		check_strings(proto_requests[message.request.type].request,
			(const char *)&message.request.u);
	protocol_message_finish(&message);
	return 0;
}
