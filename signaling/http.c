/* SPDX-License-Identifier: MIT */
#include "signaling/http.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/log.h"
#include "signaling/exchange.h"
#include "signaling/forwarded.h"
#include "signaling/head.h"
#include "signaling/throttle.h"
#include "signaling/url.h"
#include "signaling/work.h"

struct http {
	/* given */
	struct server *server;
	/* owned */
	struct lws_context *context;
	struct lws_vhost *vhost;
	/* state */
	struct lws_protocols protocols[3];
	struct exchanges exchanges;
	struct forwarded forwarded;
	char address[LECTERN_MAX_ADDRESS];
	uint16_t port;
};

/* Memory that libwebsockets keeps for each connection of the protocol "http". */
struct per_connection {
	struct exchange *exchange;
};

/*
 * On every answer, those of libwebsockets itself included. A page of ours loads nothing from
 * elsewhere and runs no script that is not a file of ours.
 */
static const struct lws_protocol_vhost_options security[] = {
	{&security[1], NULL, "content-security-policy:",
		"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
		"media-src 'self'; "
		"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
	{&security[2], NULL, "x-content-type-options:", "nosniff"},
	{&security[3], NULL, "referrer-policy:", "no-referrer"},
	{&security[4], NULL, "cross-origin-opener-policy:", "same-origin"},
	{&security[5], NULL, "cross-origin-resource-policy:", "same-origin"},
	{NULL, NULL, "permissions-policy:",
		"camera=(self), microphone=(self), display-capture=(self), geolocation=(), usb=()"},
};

static const struct lws_protocol_vhost_options security_tls[] = {
	{security, NULL, "strict-transport-security:", "max-age=31536000"},
};

static struct server *server_of(struct lws *wsi)
{
	return lws_context_user(lws_get_context(wsi));
}

/* The whole of an upgrade is judged here, while we can still answer with a status. */
static int confirm_upgrade(struct lws *wsi, const char *wanted)
{
	struct server *server = server_of(wsi);
	struct url_params params;
	char *path;
	unsigned n;
	int len;

	/* libwebsockets would go on to HTTP/2 here. */
	if (strcasecmp(wanted, "websocket") != 0)
		return exchange_refuse_upgrade(
			wsi, 400, "bad_request", "Only a WebSocket is upgraded to.");
	if (lws_http_get_uri_and_method(wsi, &path, &len) < 0 ||
		!url_match("/u/<n>/ws", path, &params) || url_number(params.values[0], &n) < 0)
		return exchange_refuse_upgrade(
			wsi, 404, "not_found", "There is no WebSocket here.");
	if (head_origin(server, wsi) != ORIGIN_OURS)
		return exchange_refuse_upgrade(
			wsi, 403, "forbidden", "The request came from another site.");
	if (!head_identity(server, wsi, n))
		return exchange_refuse_upgrade(
			wsi, 401, "signed_out", "You are not signed in here.");
	if (!head_asks_protocol(wsi, "lectern") || !server->http->protocols[1].name)
		return exchange_refuse_upgrade(
			wsi, 400, "bad_request", "Ask for the subprotocol lectern.");
	return 0;
}

const struct identity *http_ws_identity(struct server *server, struct lws *wsi)
{
	struct url_params params;
	char *path;
	unsigned n;
	int len;

	if (lws_http_get_uri_and_method(wsi, &path, &len) < 0 ||
		!url_match("/u/<n>/ws", path, &params) || url_number(params.values[0], &n) < 0)
		return NULL;
	return head_origin(server, wsi) == ORIGIN_OURS ? head_identity(server, wsi, n) : NULL;
}

static int begin(struct lws *wsi, struct per_connection *connection)
{
	struct server *server = server_of(wsi);

	exchange_end(connection->exchange);
	connection->exchange = NULL;
	return exchange_begin(&server->http->exchanges, wsi, &connection->exchange);
}

static void end(struct per_connection *connection)
{
	if (!connection)
		return;
	exchange_end(connection->exchange);
	connection->exchange = NULL;
}

static int on_http(
	struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct per_connection *connection = user;

	switch (reason) {
	case LWS_CALLBACK_HTTP:
		return begin(wsi, connection);
	case LWS_CALLBACK_HTTP_BODY:
		return exchange_body(connection->exchange, in, len);
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		return exchange_body_end(connection->exchange);
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return exchange_send(&connection->exchange);
	case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
	case LWS_CALLBACK_CLOSED_HTTP:
		end(connection);
		return 0;
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		return confirm_upgrade(wsi, in);
	case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
		if (server_of(wsi)->work)
			work_poll(server_of(wsi)->work);
		return 0;
	/* A WebSocket for the protocol "http", or the raw stream that CONNECT asks for: no. */
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
	case LWS_CALLBACK_RAW_ADOPT:
	case LWS_CALLBACK_RAW_RX:
		return -1;
	default:
		return 0;
	}
}

static void on_lws_log(int level, const char *line)
{
	size_t len = strcspn(line, "\n");

	if (level == LLL_ERR)
		log_error("lws", "%.*s", (int)len, line);
	else
		log_debug("lws", "%.*s", (int)len, line);
}

static int fail(int error, char *why, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static int fail(int error, char *why, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, LECTERN_MAX_WHY, format, args);
	va_end(args);
	return error;
}

/* libwebsockets does not say why it could not bind, so it is tried first. */
static int try_bind(struct http *http, uint16_t port, char *why)
{
	struct addr addr;
	int fd, one = 1, r;

	r = addr_parse(http->address, port, &addr);
	if (r < 0)
		return fail(r, why,
			"http.address \"%s\" is not an IP address; give one like \"0.0.0.0\"",
			http->address);
	fd = socket(addr.u.sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail(-errno, why, "cannot open a socket: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	r = bind(fd, &addr.u.sa, addr.len) < 0 || listen(fd, 1) < 0 ? -errno : 0;
	close(fd);
	if (r == -EADDRINUSE)
		return fail(r, why,
			"port %u is in use by another program; end that program, or choose a free "
			"port with "
			"--port or http.port",
			port);
	if (r == -EACCES)
		return fail(r, why,
			"no right to use port %u; choose one above 1023, or give the right to bind "
			"it "
			"(AmbientCapabilities=CAP_NET_BIND_SERVICE)",
			port);
	if (r == -EADDRNOTAVAIL)
		return fail(r, why, "this machine has no address %s; correct http.address",
			http->address);
	if (r < 0)
		return fail(r, why, "cannot listen on %s port %u: %s", http->address, port,
			strerror(-r));
	return 0;
}

static int check_readable(const char *what, const char *path, char *why)
{
	if (access(path, R_OK) == 0)
		return 0;
	return fail(-errno, why, "%s %s: %s; correct the path or its rights", what, path,
		strerror(errno));
}

static int check_tls(const struct lectern_config *config, char *why)
{
	int r = check_readable("http.certificate", config->http.certificate, why);

	return r < 0 ? r : check_readable("http.key", config->http.key, why);
}

/* Cookies, cameras and microphones are not for plain HTTP on a network. */
static void choose_address(struct http *http)
{
	const struct lectern_config *config = http->server->config;

	snprintf(http->address, sizeof(http->address), "%s",
		lectern_config_tls(config) ? config->http.address : "127.0.0.1");
}

static int create_context(struct http *http, char *why)
{
	const struct lectern_config *config = http->server->config;
	struct lws_context_creation_info info = {
		.port = config->http.port,
		.iface = http->address,
		.protocols = http->protocols,
		.headers = security,
		.max_http_header_data2 = HTTP_MAX_HEADERS,
		.max_http_header_pool2 = HTTP_MAX_CONNECTIONS,
		.fd_limit_per_thread = HTTP_MAX_CONNECTIONS,
		.timeout_secs = HTTP_TIMEOUT_S,
		.keepalive_timeout = HTTP_KEEPALIVE_S,
		.options = LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND,
		.user = http->server,
		.alpn = "http/1.1",
		.gid = -1,
		.uid = -1,
	};

	if (!strchr(http->address, ':'))
		info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
	if (lectern_config_tls(config)) {
		info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
		info.headers = security_tls;
		info.ssl_cert_filepath = config->http.certificate;
		info.ssl_private_key_filepath = config->http.key;
		/* RFC 9325: TLS 1.2 with forward secrecy and AEAD, or 1.3. */
		info.ssl_cipher_list = "ECDHE+AESGCM:ECDHE+CHACHA20";
		info.ssl_options_set = (long)(SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 |
					      SSL_OP_NO_TLSv1_1 | SSL_OP_NO_RENEGOTIATION);
	}
	http->context = lws_create_context(&info);
	http->vhost = http->context ? lws_get_vhost_by_name(http->context, "default") : NULL;
	if (!http->vhost)
		return fail(-EIO, why, "the HTTP server cannot start%s; the lines above say more",
			lectern_config_tls(config)
				? " (do http.certificate and http.key belong together?)"
				: "");
	exchanges_init(&http->exchanges, http->server, http->context);
	http->port = (uint16_t)lws_get_vhost_listen_port(http->vhost);
	return 0;
}

int http_create(
	struct server *server, const struct lws_protocols *ws, struct http **ret_http, char *why)
{
	struct http *http = calloc(1, sizeof(*http));
	int r;

	if (!http)
		return fail(-ENOMEM, why, "out of memory");
	http->server = server;
	http->protocols[0] = (struct lws_protocols){
		.name = "http",
		.callback = on_http,
		.per_session_data_size = sizeof(struct per_connection),
		.tx_packet_size = EXCHANGE_CHUNK,
	};
	if (ws) {
		assert(strcmp(ws->name, "lectern") == 0);
		http->protocols[1] = *ws;
	}
	lws_set_log_level(LLL_ERR | LLL_WARN, on_lws_log);
	choose_address(http);
	server->http = http;
	forwarded_init(&http->forwarded, server->config);
	server->forwarded = &http->forwarded;
	server->throttle = throttle_create();
	r = server->throttle ? 0 : fail(-ENOMEM, why, "out of memory");
	if (r == 0)
		r = try_bind(http, server->config->http.port, why);
	if (r == 0 && lectern_config_tls(server->config))
		r = check_tls(server->config, why);
	if (r == 0)
		r = create_context(http, why);
	if (r < 0) {
		server->http = NULL;
		http_destroy(http);
		return r;
	}
	*ret_http = http;
	return 0;
}

void http_destroy(struct http *http)
{
	if (!http)
		return;
	if (http->context) {
		exchanges_finish(&http->exchanges);
		lws_context_destroy(http->context);
	}
	throttle_destroy(http->server->throttle);
	http->server->throttle = NULL;
	http->server->forwarded = NULL;
	free(http);
}

struct lws_context *http_context(struct http *http)
{
	return http->context;
}

uint16_t http_port(const struct http *http)
{
	return http->port;
}

const char *http_origin(const struct http *http, char *out)
{
	snprintf(out, 128, "%s://localhost:%u",
		lectern_config_tls(http->server->config) ? "https" : "http", http->port);
	return out;
}

int http_service(struct http *http)
{
	return lws_service(http->context, 0);
}

void http_wake(void *arg)
{
	struct http *http = arg;

	lws_cancel_service(http->context);
}
