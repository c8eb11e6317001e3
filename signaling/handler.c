/* SPDX-License-Identifier: MIT */
#include "signaling/handler.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static enum proto_error error_of(int result)
{
	switch (result) {
	case -EPERM:
		return PROTO_ERROR_FORBIDDEN;
	case -ENOENT:
		return PROTO_ERROR_NOT_FOUND;
	case -ESHUTDOWN:
		return PROTO_ERROR_ENDED;
	case -EAGAIN:
		return PROTO_ERROR_TOO_FAST;
	case -EINVAL:
		return PROTO_ERROR_BAD_REQUEST;
	default:
		return PROTO_ERROR_UNAVAILABLE;
	}
}

void handler_finish(struct client *client, const struct proto_request *request, int result)
{
	struct classroom *classroom = client->classroom;
	const char empty[8] = ""; /* a reply without fields is not looked into */

	assert(result < 0 || proto_requests[request->type].reply->field_count == 0);
	if (result < 0) {
		client_refuse(client, request->id, error_of(result), strerror(-result));
		return;
	}
	client_reply(client, request, empty);
	classroom_carry_out(classroom);
}
