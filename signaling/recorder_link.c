/* SPDX-License-Identifier: MIT */
#include "signaling/recorder_link.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/log.h"

#define AREA "recorder"

enum {
	RETRY_MIN_US = 500 * 1000, /* between starts of the program; doubles ... */
	RETRY_MAX_US = 10 * 1000000,
	STEADY_US = 30 * 1000000, /* ... until a connection has held for this long */
	SEND_BUFFER = 1024 * 1024,
};

/* What the recorder has to be told of a recording. */
enum wanted {
	WANT_OPEN,   /* tell OPEN */
	WANT_WRITE,  /* told; lines may go */
	WANT_CLOSE,  /* tell CLOSE, after the lines that wait */
	WANT_QUERY,  /* tell QUERY */
	WANT_SEALED, /* told; waits for the answer */
};

struct item {
	struct list node;
	enum wanted wanted;
	bool then_close; /* WANT_OPEN only: it was over before the recorder could be told */
	struct wire_open open;
};

struct line {
	struct list node;
	struct wire_event event;
	char text[];
};

struct recorder_link {
	struct recorder_link_config config;
	char socket[108], *program, *root, log_level[16];
	int fd;	   /* -1: not connected */
	pid_t pid; /* the program that we started and that has not ended; 0: none */
	uint64_t retry_us, pause_us, connected_us;
	struct list items, lines;
	size_t line_count;
	uint64_t dropped;
};

int recorder_link_create(const struct recorder_link_config *config, struct recorder_link **ret_link)
{
	struct recorder_link *link = calloc(1, sizeof(*link));

	if (!link)
		return -ENOMEM;
	link->config = *config;
	link->fd = -1;
	link->pause_us = RETRY_MIN_US;
	list_init(&link->items);
	list_init(&link->lines);
	link->program = strdup(config->program);
	link->root = strdup(config->root);
	snprintf(link->log_level, sizeof(link->log_level), "%s", config->log_level);
	if (!link->program || !link->root) {
		recorder_link_destroy(link);
		return -ENOMEM;
	}
	if ((size_t)snprintf(link->socket, sizeof(link->socket), "%s", config->socket) >=
		sizeof(link->socket)) {
		recorder_link_destroy(link);
		return -ENAMETOOLONG;
	}
	*ret_link = link;
	return 0;
}

static void free_line(struct recorder_link *link, struct line *line)
{
	list_remove(&line->node);
	link->line_count--;
	free(line);
}

static void free_item(struct item *item)
{
	list_remove(&item->node);
	free(item);
}

void recorder_link_destroy(struct recorder_link *link)
{
	if (!link)
		return;
	if (link->fd >= 0)
		close(link->fd);
	list_each (it, &link->lines)
		free_line(link, list_of(it, struct line, node));
	list_each (it, &link->items)
		free_item(list_of(it, struct item, node));
	free(link->program);
	free(link->root);
	free(link);
}

bool recorder_link_connected(const struct recorder_link *link)
{
	return link->fd >= 0;
}

static struct item *find(const struct recorder_link *link, const char *folder)
{
	for (struct list *it = link->items.next; it != &link->items; it = it->next) {
		struct item *item = list_of(it, struct item, node);

		if (strcmp(item->open.recording, folder) == 0)
			return item;
	}
	return NULL;
}

/* After a lost connection everything that is going on is told again. */
static void disconnect(struct recorder_link *link, uint64_t now_us)
{
	close(link->fd);
	link->fd = -1;
	link->retry_us = now_us;
	if (clock_passed(link->connected_us, STEADY_US, now_us))
		link->pause_us = RETRY_MIN_US;
	for (struct list *it = link->items.next; it != &link->items; it = it->next) {
		struct item *item = list_of(it, struct item, node);

		if (item->wanted == WANT_WRITE)
			item->wanted = WANT_OPEN;
		else if (item->wanted == WANT_CLOSE || item->wanted == WANT_SEALED)
			item->wanted = WANT_QUERY; /* it seals by itself when it loses us */
	}
	log_warn(AREA, "connection lost");
	link->config.on_link(false, link->config.arg);
}

/* 0, or -EAGAIN: the socket is full for now. Any other error ends the connection. */
static int send_wire(struct recorder_link *link, enum wire_type type, const void *body, size_t size,
	const void *tail, size_t tail_size)
{
	struct wire_head head = {
		.version = WIRE_VERSION,
		.type = (uint16_t)type,
		.size = (uint32_t)(sizeof(head) + size + tail_size),
	};
	struct iovec parts[] = {
		{&head, sizeof(head)},
		{(void *)body, size},
		{(void *)tail, tail_size},
	};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = tail_size ? 3 : 2};

	if (sendmsg(link->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return 0;
	return errno == EWOULDBLOCK || errno == ENOBUFS ? -EAGAIN : -errno;
}

static int try_connect(struct recorder_link *link)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct wire_hello hello = {.control = 1};
	int size = SEND_BUFFER, result;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	memcpy(address.sun_path, link->socket, sizeof(address.sun_path));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		result = -errno;
		close(fd);
		return result;
	}
	link->fd = fd;
	result = send_wire(link, WIRE_HELLO, &hello, sizeof(hello), NULL, 0);
	if (result < 0) {
		close(fd);
		link->fd = -1;
	}
	return result;
}

/* A session of its own and nothing of ours open: it must outlive us. */
static int start_program(struct recorder_link *link)
{
	char *argv[] = {link->program, (char *)"--socket", link->socket, (char *)"--root",
		link->root, (char *)"--log-level", link->log_level, NULL};
	extern char **environ;
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int result;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addclosefrom_np(&files, 3);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(
		&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	result = posix_spawn(&link->pid, link->program, &files, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	if (result)
		link->pid = 0;
	return -result;
}

static void reap(struct recorder_link *link)
{
	int status;

	if (!link->pid || waitpid(link->pid, &status, WNOHANG) != link->pid)
		return;
	link->pid = 0;
	if (WIFSIGNALED(status))
		log_error(AREA, "lectern-recorder was ended by signal %d", WTERMSIG(status));
	else
		log_warn(AREA, "lectern-recorder ended with status %d", WEXITSTATUS(status));
}

static void connect_or_start(struct recorder_link *link, uint64_t now_us)
{
	int result = try_connect(link);

	if (result == 0) {
		link->connected_us = now_us;
		log_info(AREA, "connected socket=%s", link->socket);
		link->config.on_link(true, link->config.arg);
		return;
	}
	if (link->pid || now_us < link->retry_us || (result != -ENOENT && result != -ECONNREFUSED))
		return;
	link->retry_us = now_us + link->pause_us;
	link->pause_us = link->pause_us * 2 < RETRY_MAX_US ? link->pause_us * 2 : RETRY_MAX_US;
	result = start_program(link);
	if (result < 0)
		log_error(AREA, "cannot start %s: %s", link->program, strerror(-result));
	else
		log_info(AREA, "started %s pid=%d", link->program, (int)link->pid);
}

static int tell(struct recorder_link *link, struct item *item, enum wanted now)
{
	struct wire_recording recording;
	int result;

	memcpy(recording.recording, item->open.recording, sizeof(recording.recording));
	if (item->wanted != now)
		return 0;
	switch (now) {
	case WANT_OPEN:
		result = send_wire(link, WIRE_OPEN, &item->open, sizeof(item->open), NULL, 0);
		break;
	case WANT_CLOSE:
		result = send_wire(link, WIRE_CLOSE, &recording, sizeof(recording), NULL, 0);
		break;
	case WANT_QUERY:
		result = send_wire(link, WIRE_QUERY, &recording, sizeof(recording), NULL, 0);
		break;
	default:
		return 0;
	}
	if (result < 0)
		return result;
	if (now != WANT_OPEN)
		item->wanted = WANT_SEALED;
	else
		item->wanted = item->then_close ? WANT_CLOSE : WANT_WRITE;
	return 0;
}

static int tell_all(struct recorder_link *link, enum wanted now)
{
	int result = 0;

	for (struct list *it = link->items.next; it != &link->items && result == 0; it = it->next)
		result = tell(link, list_of(it, struct item, node), now);
	return result;
}

static int send_lines(struct recorder_link *link)
{
	int result = 0;

	while (!list_empty(&link->lines) && result == 0) {
		struct line *line = list_of(link->lines.next, struct line, node);

		result = send_wire(link, WIRE_EVENT, &line->event, sizeof(line->event), line->text,
			line->event.text_len);
		if (result == 0)
			free_line(link, line);
	}
	return result;
}

static void flush(struct recorder_link *link, uint64_t now_us)
{
	int result = tell_all(link, WANT_OPEN);

	if (result == 0)
		result = send_lines(link);
	if (result == 0)
		result = tell_all(link, WANT_CLOSE);
	if (result == 0)
		result = tell_all(link, WANT_QUERY);
	if (result < 0 && result != -EAGAIN)
		disconnect(link, now_us);
}

static void on_sealed(struct recorder_link *link, const struct wire_sealed *sealed)
{
	struct item *item = find(link, sealed->recording);

	/* It may have been opened again meanwhile: then it is not over. */
	if (item && item->wanted != WANT_SEALED)
		return;
	if (item)
		free_item(item);
	link->config.on_sealed(sealed, link->config.arg);
}

/* The recorder is ours, but it parses what strangers sent: nothing it says is taken on trust. */
static void on_datagram(struct recorder_link *link, char *bytes, size_t len)
{
	struct wire_head head;
	union {
		struct wire_sealed sealed;
		struct wire_fault fault;
	} body;

	if (len < sizeof(head))
		return;
	memcpy(&head, bytes, sizeof(head));
	bytes += sizeof(head);
	len -= sizeof(head);
	if (head.version != WIRE_VERSION)
		return;
	if (head.type == WIRE_SEALED && len == sizeof(body.sealed)) {
		memcpy(&body, bytes, len);
		body.sealed.recording[LECTERN_MAX_RECORDING - 1] = '\0';
		on_sealed(link, &body.sealed);
	} else if (head.type == WIRE_FAULT && len == sizeof(body.fault)) {
		memcpy(&body, bytes, len);
		body.fault.recording[LECTERN_MAX_RECORDING - 1] = '\0';
		link->config.on_fault(&body.fault, link->config.arg);
	}
}

static void receive(struct recorder_link *link, uint64_t now_us)
{
	char bytes[4096];

	for (;;) {
		ssize_t len = recv(link->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

		if (len < 0 && (errno == EWOULDBLOCK || errno == EINTR))
			return;
		if (len <= 0) {
			disconnect(link, now_us);
			return;
		}
		on_datagram(link, bytes, (size_t)len);
	}
}

void recorder_link_tick(struct recorder_link *link, uint64_t now_us)
{
	reap(link);
	if (link->fd < 0)
		connect_or_start(link, now_us);
	if (link->fd >= 0)
		receive(link, now_us);
	if (link->fd >= 0)
		flush(link, now_us);
}

static int want(
	struct recorder_link *link, const char *folder, enum wanted wanted, struct item **ret_item)
{
	struct item *item = find(link, folder);

	if (!item) {
		item = calloc(1, sizeof(*item));
		if (!item)
			return -ENOMEM;
		snprintf(item->open.recording, sizeof(item->open.recording), "%s", folder);
		list_append(&link->items, &item->node);
	}
	item->wanted = wanted;
	item->then_close = false;
	*ret_item = item;
	return 0;
}

int recorder_link_open(
	struct recorder_link *link, const char *folder, uint64_t now_us, int64_t wall_ms)
{
	struct item *item;
	int result = want(link, folder, WANT_OPEN, &item);

	if (result < 0)
		return result;
	item->open.now_us = now_us;
	item->open.wall_ms = wall_ms;
	return 0;
}

void recorder_link_event(
	struct recorder_link *link, const char *folder, uint64_t at_us, const char *text)
{
	size_t len = strlen(text);
	struct line *line = NULL;

	if (link->line_count < RECORDER_LINK_MAX_EVENTS && len <= RECORDER_LINK_MAX_TEXT)
		line = malloc(sizeof(*line) + len);
	if (!line) {
		if (link->dropped++ == 0)
			log_warn(AREA, "lines of the event log are dropped");
		return;
	}
	memset(&line->event, 0, sizeof(line->event));
	snprintf(line->event.recording, sizeof(line->event.recording), "%s", folder);
	line->event.at_us = at_us;
	line->event.text_len = (uint32_t)len;
	memcpy(line->text, text, len);
	list_append(&link->lines, &line->node);
	link->line_count++;
}

void recorder_link_close(struct recorder_link *link, const char *folder)
{
	struct item *item = find(link, folder);

	assert(item);
	if (item->wanted == WANT_OPEN)
		item->then_close = true;
	else
		item->wanted = WANT_CLOSE;
}

int recorder_link_query(struct recorder_link *link, const char *folder)
{
	struct item *item;

	return want(link, folder, WANT_QUERY, &item);
}
