/* SPDX-License-Identifier: MIT */
#include "signaling/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <libwebsockets.h>

#include "base/clock.h"
#include "base/log.h"
#include "signaling/classroom.h"
#include "signaling/handler.h"
#include "signaling/live.h"

#define AREA "client"

void client_init(struct client *client, struct live *live, struct lws *wsi, uint64_t now_us)
{
	client->live = live;
	client->wsi = wsi;
	client->id = ++live->last_client;
	client->state = CLIENT_NEW;
	client->opened_us = client->heard_us = client->pinged_us = client->tokens_us = now_us;
	client->tokens = CLIENT_BURST;
	list_init(&client->queue);
	list_append(&live->clients, &client->node);
}

void client_finish(struct client *client)
{
	if (client->seat)
		classroom_unseat(client);
	list_each (it, &client->queue)
		free(list_of(it, struct outgoing, node));
	list_init(&client->queue);
	list_remove(&client->node);
	free(client->in);
	client->in = NULL;
	client->live = NULL;
}

int client_receive(struct client *client, const char *bytes, size_t len)
{
	size_t limit =
		client->state == CLIENT_ENTERED ? PROTOCOL_MAX_MESSAGE : CLIENT_MAX_UNENTERED;
	size_t room = client->in_room;
	char *in;

	if (client->in_len + len > limit)
		return -EMSGSIZE;
	while (room < client->in_len + len)
		room = room ? 2 * room : 1024;
	if (room != client->in_room) {
		in = realloc(client->in, room);
		if (!in)
			return -ENOMEM;
		client->in = in;
		client->in_room = room;
	}
	memcpy(client->in + client->in_len, bytes, len);
	client->in_len += len;
	return 0;
}

/* Token bucket; those who go on regardless are closed. */
static bool within_rate(struct client *client, uint64_t now_us)
{
	client->tokens += (double)(now_us - client->tokens_us) * CLIENT_RATE / 1e6;
	client->tokens_us = now_us;
	if (client->tokens > CLIENT_BURST)
		client->tokens = CLIENT_BURST;
	if (client->tokens < 1) {
		client->refused++;
		return false;
	}
	client->tokens -= 1;
	client->refused -= client->refused > 0;
	return true;
}

static void carry_out(struct client *client, const struct protocol_message *message)
{
	const struct proto_request *request = &message->request;
	bool enter = request->type == PROTO_REQUEST_ENTER;
	bool again = enter && client->waiting && client->seat &&
		     classroom_is_in(client->classroom, client->seat);

	if (enter != (client->state == CLIENT_NEW) && !again) {
		client_refuse(client, request->id, PROTO_ERROR_FORBIDDEN,
			enter ? "this connection has entered" : "enter first");
		return;
	}
	handlers[request->type](client, request);
}

void client_message(struct client *client)
{
	struct protocol_message message;
	int result;

	if (client->state == CLIENT_CLOSING) {
		client->in_len = 0;
		return;
	}
	result = protocol_message_init(&message, client->in, client->in_len);
	client->in_len = 0;
	if (!within_rate(client, clock_now_us())) {
		if (client->refused > CLIENT_MAX_REFUSED)
			client_close(
				client, LWS_CLOSE_STATUS_POLICY_VIOLATION, "too many messages");
		else
			client_refuse(
				client, message.id, PROTO_ERROR_TOO_FAST, "too many messages");
	} else if (result < 0) {
		client_refuse(client, message.id, PROTO_ERROR_BAD_REQUEST, message.error);
	} else {
		carry_out(client, &message);
	}
	protocol_message_finish(&message);
}

/* The peer will not read what is queued: no use in waiting for it. */
static void cut_off(struct client *client, const char *why)
{
	log_info(AREA, "cut off client=%lu person=%s: %s", (unsigned long)client->id,
		client->identity.person.name, why);
	client->state = CLIENT_CLOSING;
	client->closing_us = clock_now_us();
	lws_set_timeout(client->wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_ASYNC);
}

void client_tick(struct client *client, uint64_t now_us)
{
	if (client->state == CLIENT_CLOSING) {
		if (clock_passed(client->closing_us, CLIENT_CLOSE_US, now_us))
			cut_off(client, "does not read its last messages");
		return;
	}
	if (clock_passed(client->heard_us, CLIENT_DEAD_US, now_us)) {
		cut_off(client, "says nothing any more");
		/* The seat is free to be taken at once, not only when the socket is gone. */
		if (client->seat)
			classroom_unseat(client);
	} else if (client->state == CLIENT_NEW &&
		   clock_passed(client->opened_us, CLIENT_ENTER_US, now_us)) {
		client_close(client, LWS_CLOSE_STATUS_POLICY_VIOLATION, "does not enter");
	} else if (clock_passed(client->pinged_us, CLIENT_PING_US, now_us)) {
		client->pinged_us = now_us;
		client->ping_due = true;
		lws_callback_on_writable(client->wsi);
	}
}

void client_send(struct client *client, const char *text)
{
	size_t len = strlen(text);
	struct outgoing *out;

	if (client->state == CLIENT_CLOSING)
		return;
	if (client->queue_bytes + len > CLIENT_MAX_QUEUE ||
		client->queue_count == CLIENT_MAX_QUEUED) {
		cut_off(client, "reads too slowly");
		return;
	}
	out = malloc(sizeof(*out) + LWS_PRE + len);
	if (!out) {
		cut_off(client, "no memory");
		return;
	}
	out->len = len;
	out->sent = 0;
	memcpy(out->bytes + LWS_PRE, text, len);
	list_append(&client->queue, &out->node);
	client->queue_bytes += len;
	client->queue_count++;
	lws_callback_on_writable(client->wsi);
}

/* Takes `text`; NULL is a lack of memory, or a text of ours that is not UTF-8. */
static void send_own(struct client *client, char *text)
{
	if (text)
		client_send(client, text);
	else
		client_close(
			client, LWS_CLOSE_STATUS_UNEXPECTED_CONDITION, "cannot write a message");
	free(text);
}

void client_event(struct client *client, const struct shape *shape, const void *fields)
{
	send_own(client, protocol_event(shape, fields));
}

void client_reply(struct client *client, const struct proto_request *request, const void *fields)
{
	send_own(client, protocol_reply(request->id, proto_requests[request->type].reply, fields));
}

void client_refuse(struct client *client, int64_t id, enum proto_error error, const char *text)
{
	send_own(client, protocol_refusal(id, error, text));
}

void client_close(struct client *client, unsigned code, const char *why)
{
	if (client->state == CLIENT_CLOSING)
		return;
	log_info(AREA, "close client=%lu person=%s: %s", (unsigned long)client->id,
		client->identity.person.name, why);
	client->state = CLIENT_CLOSING;
	client->close_code = code;
	client->closing_us = clock_now_us();
	lws_callback_on_writable(client->wsi);
}

void client_bye(struct client *client, enum proto_bye_event_reason reason, const char *recording)
{
	static const char *const names[] = {
		[PROTO_BYE_EVENT_REASON_ENDED] = "class ended",
		[PROTO_BYE_EVENT_REASON_REMOVED] = "removed",
		[PROTO_BYE_EVENT_REASON_REPLACED] = "replaced",
		[PROTO_BYE_EVENT_REASON_SHUTDOWN] = "shutdown",
	};
	struct proto_bye_event bye = {.reason = reason, .recording = recording};

	client_event(client, &proto_bye_event_shape, &bye);
	client_close(client, LWS_CLOSE_STATUS_NORMAL, names[reason]);
}
