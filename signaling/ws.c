/* SPDX-License-Identifier: MIT */
#include "signaling/ws.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "signaling/client.h"
#include "signaling/http.h"
#include "signaling/live.h"

static int refuse(struct lws *wsi, enum lws_close_status code, const char *text)
{
	lws_close_reason(wsi, code, (unsigned char *)(uintptr_t)text, strlen(text));
	return -1;
}

static int on_filter(struct server *server, struct lws *wsi, struct client *client)
{
	const struct identity *identity = http_ws_identity(server, wsi);

	if (!identity || !client || server->live->stopping)
		return -1;
	client->identity = *identity;
	return 0;
}

static int on_receive(struct client *client, struct lws *wsi, const char *bytes, size_t len)
{
	int result;

	client->heard_us = clock_now_us();
	if (lws_frame_is_binary(wsi))
		return refuse(wsi, LWS_CLOSE_STATUS_UNACCEPTABLE_OPCODE, "text only");
	if (client->state == CLIENT_CLOSING)
		return 0;
	result = client_receive(client, bytes, len);
	if (result < 0)
		return refuse(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, "message too large");
	if (lws_remaining_packet_payload(wsi))
		return 0;
	if (!lws_is_final_fragment(wsi)) {
		if (++client->frames == WS_MAX_FRAMES)
			return refuse(wsi, LWS_CLOSE_STATUS_POLICY_VIOLATION, "too many fragments");
		return 0;
	}
	client->frames = 0;
	client_message(client);
	return 0;
}

static int write_ping(struct client *client, struct lws *wsi)
{
	unsigned char bytes[LWS_PRE + 1] = {0};

	/* With no byte in it libwebsockets would send nothing. */
	client->ping_due = false;
	return lws_write(wsi, bytes + LWS_PRE, 1, LWS_WRITE_PING) < 0 ? -1 : 0;
}

/* The next piece of the message at the head of the queue. */
static int write_piece(struct client *client, struct lws *wsi)
{
	struct outgoing *out = list_of(client->queue.next, struct outgoing, node);
	size_t left = out->len - out->sent, piece = left < WS_PIECE ? left : WS_PIECE;
	unsigned char *at = out->bytes + LWS_PRE + out->sent;
	int flags = lws_write_ws_flags(LWS_WRITE_TEXT, out->sent == 0, piece == left);

	/* libwebsockets writes its header before the piece, over what was sent already. */
	if (lws_write(wsi, at, piece, (enum lws_write_protocol)flags) < 0)
		return -1;
	out->sent += piece;
	if (out->sent == out->len) {
		list_remove(&out->node);
		client->queue_bytes -= out->len;
		client->queue_count--;
		free(out);
	}
	return 0;
}

static int on_writable(struct client *client, struct lws *wsi)
{
	int result = 0;

	if (client->ping_due)
		result = write_ping(client, wsi);
	else if (!list_empty(&client->queue))
		result = write_piece(client, wsi);
	else if (client->state == CLIENT_CLOSING)
		return refuse(wsi, (enum lws_close_status)client->close_code, "");
	if (!list_empty(&client->queue) || client->state == CLIENT_CLOSING)
		lws_callback_on_writable(wsi);
	return result;
}

static int callback(
	struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct server *server = lws_context_user(lws_get_context(wsi));
	struct client *client = user;

	/* The live side starts after HTTP and ends before it. */
	if (!server || !server->live)
		return reason == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION ? -1 : 0;
	switch (reason) {
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
		return on_filter(server, wsi, client);
	case LWS_CALLBACK_ESTABLISHED:
		client_init(client, server->live, wsi, clock_now_us());
		return 0;
	case LWS_CALLBACK_RECEIVE:
		return on_receive(client, wsi, in, len);
	case LWS_CALLBACK_RECEIVE_PONG:
		client->heard_us = clock_now_us();
		return 0;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return on_writable(client, wsi);
	case LWS_CALLBACK_CLOSED:
		if (client->live)
			client_finish(client);
		return 0;
	case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
		live_poll(server->live);
		return 0;
	default:
		return 0;
	}
}

const struct lws_protocols ws_protocol = {
	.name = "lectern",
	.callback = callback,
	.per_session_data_size = sizeof(struct client),
	.rx_buffer_size = 4096,
};
