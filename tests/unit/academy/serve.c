/* SPDX-License-Identifier: MIT */
#include "tests/unit/academy/serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sodium.h>

#include "academy/course.h"
#include "academy/enrolment.h"
#include "academy/recording.h"
#include "academy/session.h"
#include "academy/site.h"
#include "academy/vault.h"
#include "base/clock.h"
#include "base/log.h"
#include "signaling/api/table.h"
#include "signaling/auth.h"
#include "signaling/http.h"
#include "signaling/work.h"

static struct http *serving;
static volatile sig_atomic_t stop;

static void on_term(int number)
{
	(void)number;
	stop = 1;
	http_wake(serving);
}

static int on_ws(
	struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	unsigned char text[LWS_PRE + 8] = "";

	(void)user, (void)in, (void)len;
	switch (reason) {
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
		return http_ws_identity(lws_context_user(lws_get_context(wsi)), wsi) ? 0 : -1;
	case LWS_CALLBACK_ESTABLISHED:
		lws_callback_on_writable(wsi);
		return 0;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		memcpy(text + LWS_PRE, "hello", 5);
		return lws_write(wsi, text + LWS_PRE, 5, LWS_WRITE_TEXT) < 0 ? -1 : 0;
	default:
		return 0;
	}
}

static const struct lws_protocols ws = {.name = "lectern", .callback = on_ws};
static int64_t waiting_session;

static struct live_view look(struct server *server, int64_t site, int64_t session)
{
	struct live_view view = {0};

	(void)server, (void)site;
	if (session == waiting_session)
		view = (struct live_view){.present = 2, .waiting = true};
	return view;
}

/* The child: until SIGTERM, or until the test is gone. */
static void serve_for_ever(struct serve *serve, int tell)
{
	struct lectern_config config;
	struct server server = {
		.config = &config, .pages = page_routes, .api = api_routes, .live_look = look};
	const char *path = folder_file(&serve->folder, "lectern.db");
	struct store *store;
	struct vault *vault;
	char why[LECTERN_MAX_WHY];
	uint16_t port;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	log_set_level(LOG_ERROR);
	lectern_config_defaults(&config);
	config.http.port = 0;
	config.password.memory_kib = 8192;
	config.password.passes = 1;
	snprintf(config.data, sizeof(config.data), "%s", serve->folder.path);
	snprintf(config.http.web_client, sizeof(config.http.web_client), "%s/web",
		serve->folder.path);
	id_parse(serve->a.session, &waiting_session);
	if (vault_open(folder_file(&serve->folder, "secret.key"), &vault, why) < 0)
		_exit(1);
	server.vault = vault;
	if (store_open(path, STORE_WRITE, &store, why) < 0 ||
		auth_create(store, clock_wall_ms(), &server.auth) < 0 ||
		http_create(&server, &ws, &serving, why) < 0 ||
		work_create(path, http_wake, serving, &server.work, why) < 0)
		_exit(1);
	store_close(store);
	signal(SIGTERM, on_term);
	signal(SIGPIPE, SIG_IGN);
	port = http_port(serving);
	if (write(tell, &port, sizeof(port)) != sizeof(port))
		_exit(1);
	while (!stop && http_service(serving) >= 0)
		;
	work_destroy(server.work);
	server.work = NULL;
	http_destroy(serving);
	auth_destroy(server.auth);
	vault_close(vault);
	exit(0);
}

static void add_visitor(struct store *store, int64_t site, const char *slug, const char *name,
	unsigned roles, struct visitor *out)
{
	char email[64];
	struct person_params params = {email, name, "es", roles};
	struct signin_params how = {.site = site, .method = "link", .device = "", .address = ""};
	struct signin signin;

	snprintf(email, sizeof(email), "%s@%s.example", name, slug);
	assert_int_equal(person_add(store, site, &params, &how.person), 0);
	how.now_ms = clock_wall_ms();
	how.expires_at = how.now_ms + AUTH_LIFETIME_MS;
	assert_int_equal(signin_start(store, &how, out->cookie, &signin), 0);
	out->person = signin.person;
}

static void add_recording(struct serve *serve, struct academy *out, int64_t session)
{
	char path[256], site[ID_TEXT];
	struct recording recording;

	assert_int_equal(
		recording_create(serve->store, out->site, session, clock_wall_ms(), &recording), 0);
	assert_int_equal(
		recording_set_sealed(serve->store, out->site, recording.id, 5, 1000, 99), 0);
	id_text(recording.id, out->recording);
	snprintf(path, sizeof(path), "recordings/%s", id_text(out->site, site));
	assert_int_equal(mkdir(folder_file(&serve->folder, path), 0700), 0);
	snprintf(out->folder, sizeof(out->folder), "recordings/%s", recording.folder);
	assert_int_equal(mkdir(folder_file(&serve->folder, out->folder), 0700), 0);
}

static void add_academy(struct serve *serve, const char *slug, struct academy *out)
{
	struct site_params site = {0, slug, slug, "America/Curacao", "nl"};
	struct session_params session = {.title = "Bewijs", .length_min = 60};
	struct store *store = serve->store;
	int64_t course, id;

	assert_int_equal(site_add(store, &site, &out->site), 0);
	add_visitor(store, out->site, slug, "coordinator", ROLE_COORDINATOR, &out->coordinator);
	add_visitor(store, out->site, slug, "instructor", ROLE_INSTRUCTOR, &out->instructor);
	add_visitor(store, out->site, slug, "trainee", ROLE_TRAINEE, &out->trainee);
	add_visitor(store, out->site, slug, "stranger", ROLE_TRAINEE, &out->stranger);
	assert_int_equal(course_add(store, out->site, "Recht", "#0b5a69", &course), 0);
	assert_int_equal(
		course_add_instructor(store, out->site, course, out->instructor.person.id), 0);
	assert_int_equal(course_enrol(store, out->site, course, out->trainee.person.id), 0);
	session.course = course;
	session.starts_at = clock_wall_ms();
	assert_int_equal(session_add(store, out->site, &session, &id), 0);
	id_text(course, out->course);
	id_text(id, out->session);
	add_recording(serve, out, id);
}

static void write_file(struct serve *serve, const char *name, const char *text)
{
	FILE *file = fopen(folder_file(&serve->folder, name), "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void add_web_client(struct serve *serve)
{
	char *big = malloc(3000001);

	mkdir(folder_file(&serve->folder, "web"), 0700);
	mkdir(folder_file(&serve->folder, "web/assets"), 0700);
	write_file(serve, "web/index.html", "<!doctype html><title>Lectern</title>");
	write_file(serve, "web/assets/main-1a2b.js", "plain");
	write_file(serve, "web/assets/main-1a2b.js.br", "brotli");
	write_file(serve, "web/assets/main-1a2b.js.gz", "gzip");
	write_file(serve, "web/assets/only-3c4d.css", "css");
	write_file(serve, "web/assets/notes.txt", "no type");
	memset(big, 'x', 3000000);
	big[3000000] = '\0';
	write_file(serve, "web/assets/big-5e6f.js", big);
	free(big);
	/* More than the kernel keeps for a socket. */
	write_file(serve, "web/assets/huge-7a8b.js", "");
	assert_int_equal(
		truncate(folder_file(&serve->folder, "web/assets/huge-7a8b.js"), 64 << 20), 0);
}

int serve_setup(void **state)
{
	struct serve *serve = calloc(1, sizeof(*serve));
	char why[STORE_WHY];
	int pipefd[2];

	assert_true(sodium_init() >= 0);
	folder_init(&serve->folder);
	mkdir(folder_file(&serve->folder, "recordings"), 0700);
	assert_int_equal(store_open(folder_file(&serve->folder, "lectern.db"), STORE_SETUP,
				 &serve->store, why),
		0);
	add_academy(serve, "a", &serve->a);
	add_academy(serve, "b", &serve->b);
	add_web_client(serve);
	store_close(serve->store);
	assert_int_equal(pipe2(pipefd, O_CLOEXEC), 0);
	serve->pid = fork();
	if (serve->pid == 0)
		serve_for_ever(serve, pipefd[1]);
	close(pipefd[1]);
	assert_int_equal(read(pipefd[0], &serve->port, sizeof(serve->port)), sizeof(serve->port));
	close(pipefd[0]);
	assert_int_equal(store_open(folder_file(&serve->folder, "lectern.db"), STORE_WRITE,
				 &serve->store, why),
		0);
	*state = serve;
	return 0;
}

int serve_teardown(void **state)
{
	struct serve *serve = *state;
	int status;

	store_close(serve->store);
	kill(serve->pid, SIGTERM);
	waitpid(serve->pid, &status, 0);
	folder_finish(&serve->folder);
	free(serve);
	/* It ended by itself, as it should. */
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

int serve_connect(const struct serve *serve)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(serve->port),
		.sin_addr = {htonl(INADDR_LOOPBACK)},
	};
	struct timeval limit = {.tv_sec = 20};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

void serve_send(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n < 0)
			return; /* refused early: the answer is there to be read */
		bytes += n;
		len -= (size_t)n;
	}
}

const char *reply_header(const struct reply *reply, const char *name)
{
	static char value[1024];
	const size_t len = strlen(name);

	for (const char *line = reply->head; (line = strstr(line, "\r\n")) != NULL;) {
		size_t rest;

		line += 2;
		if (strncasecmp(line, name, len) != 0 || line[len] != ':')
			continue;
		line += len + 1;
		line += strspn(line, " ");
		rest = strcspn(line, "\r");
		snprintf(value, sizeof(value), "%.*s", (int)rest, line);
		return value;
	}
	return "";
}

/* Byte by byte, so that nothing of the next answer is taken. */
static void read_head(int fd, struct reply *reply)
{
	size_t len = 0;

	while (len + 1 < sizeof(reply->head) && recv(fd, reply->head + len, 1, 0) == 1) {
		reply->head[++len] = '\0';
		if (len >= 4 && memcmp(reply->head + len - 4, "\r\n\r\n", 4) == 0) {
			assert_int_equal(sscanf(reply->head, "HTTP/1.%*d %d", &reply->status), 1);
			return;
		}
	}
}

struct reply serve_read(int fd, int head)
{
	struct reply reply = {0};
	size_t wanted;

	read_head(fd, &reply);
	wanted = head ? 0 : strtoul(reply_header(&reply, "content-length"), NULL, 10);
	reply.body = calloc(1, wanted + 1);
	while (reply.len < wanted) {
		ssize_t n = recv(fd, reply.body + reply.len, wanted - reply.len, 0);

		if (n <= 0)
			break;
		reply.len += (size_t)n;
	}
	return reply;
}

void reply_free(struct reply *reply)
{
	free(reply->body);
}

struct reply serve_ask(const struct serve *serve, const struct visitor *who, const char *method,
	const char *path, const char *headers, const char *body)
{
	char cookie[128] = "", root[32] = "", length[64] = "", *request;
	struct reply reply;
	int fd = serve_connect(serve), len;

	if (who) {
		snprintf(cookie, sizeof(cookie), "Cookie: lectern=%s\r\n", who->cookie);
		snprintf(root, sizeof(root), "/u/%u", who->person.n);
	}
	if (body)
		snprintf(length, sizeof(length), "Content-Length: %zu\r\n", strlen(body));
	len = asprintf(&request, "%s %s%s HTTP/1.1\r\nHost: localhost:%u\r\n%s%s%s\r\n%s", method,
		root, path, serve->port, cookie, headers, length, body ? body : "");
	assert_true(len > 0);
	serve_send(fd, request, (size_t)len);
	free(request);
	reply = serve_read(fd, strcmp(method, "HEAD") == 0);
	close(fd);
	return reply;
}

int serve_status(const struct serve *serve, const struct visitor *who, const char *method,
	const char *path, const char *headers, const char *body)
{
	struct reply reply = serve_ask(serve, who, method, path, headers, body);

	reply_free(&reply);
	return reply.status;
}

unsigned char serve_clip_byte(int64_t at)
{
	return (unsigned char)(at * 131 ^ at >> 9);
}

void serve_write_clip(const struct serve *serve, const char *name, int64_t size)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s/%s", serve->folder.path, serve->a.folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	for (int64_t at = 0; at < size;) {
		unsigned char bytes[4096];
		size_t len = size - at < 4096 ? (size_t)(size - at) : sizeof(bytes);

		for (size_t i = 0; i < len; i++)
			bytes[i] = serve_clip_byte(at + (int64_t)i);
		assert_int_equal(write(fd, bytes, len), len);
		at += (int64_t)len;
	}
	close(fd);
}
