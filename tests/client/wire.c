/* SPDX-License-Identifier: MIT */
#include "tests/client/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int open_udp(int family)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	struct sockaddr_in6 at6 = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
	int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), size = 4 << 20;
	int bound;

	if (fd < 0)
		return -errno;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	bound = family == AF_INET6 ? bind(fd, (struct sockaddr *)&at6, sizeof(at6))
				   : bind(fd, (struct sockaddr *)&at, sizeof(at));
	if (bound < 0) {
		close(fd);
		return -EADDRNOTAVAIL;
	}
	return fd;
}

static int open_tcp(const struct wire *wire)
{
	int fd = socket(wire->server.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;

	if (fd < 0)
		return -errno;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	if (connect(fd, (const struct sockaddr *)&wire->server, wire->server_len) < 0) {
		close(fd);
		return -ECONNREFUSED;
	}
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

int wire_open(struct wire *wire)
{
	wire->tcp = false;
	wire->have = wire->taken = 0;
	wire->family = AF_INET;
	wire->fd = open_udp(wire->family);
	return wire->fd < 0 ? wire->fd : 0;
}

static void set_server(struct wire *wire, const char *ip, uint16_t port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	if (inet_pton(AF_INET6, ip, &in6.sin6_addr) == 1) {
		memcpy(&wire->server, &in6, sizeof(in6));
		wire->server_len = sizeof(in6);
	} else {
		inet_pton(AF_INET, ip, &in.sin_addr);
		memcpy(&wire->server, &in, sizeof(in));
		wire->server_len = sizeof(in);
	}
}

int wire_connect(struct wire *wire, const char *ip, uint16_t port, bool tcp)
{
	int fd;

	set_server(wire, ip, port);
	if (!tcp && !wire->tcp && wire->fd >= 0 && wire->server.ss_family == wire->family)
		return 0;
	fd = tcp ? open_tcp(wire) : open_udp(wire->server.ss_family);
	if (fd < 0)
		return fd;
	wire_close(wire);
	wire->fd = fd;
	wire->tcp = tcp;
	wire->family = wire->server.ss_family;
	wire->have = wire->taken = 0;
	return 0;
}

void wire_close(struct wire *wire)
{
	if (wire->fd >= 0)
		close(wire->fd);
	wire->fd = -1;
}

/* The server reads at once, or it has closed: nothing waits for long. */
static bool send_all(int fd, const uint8_t *data, size_t len)
{
	struct pollfd writable = {.fd = fd, .events = POLLOUT};

	while (len > 0) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n > 0) {
			data += n;
			len -= (size_t)n;
		} else if (errno != EAGAIN || poll(&writable, 1, 10000) <= 0) {
			return false;
		}
	}
	return true;
}

void wire_send(struct wire *wire, const uint8_t *data, size_t len)
{
	const uint8_t head[2] = {(uint8_t)(len >> 8), (uint8_t)len};

	if (!wire->tcp)
		sendto(wire->fd, data, len, 0, (struct sockaddr *)&wire->server, wire->server_len);
	else if (send_all(wire->fd, head, sizeof(head)))
		send_all(wire->fd, data, len);
}

static ssize_t take_frame(struct wire *wire, uint8_t *data, size_t room)
{
	size_t left = wire->have - wire->taken, len;

	if (left < 2)
		return 0;
	len = (size_t)(wire->part[wire->taken] << 8 | wire->part[wire->taken + 1]);
	if (left < 2 + len || len > room)
		return 0;
	memcpy(data, wire->part + wire->taken + 2, len);
	wire->taken += 2 + len;
	return (ssize_t)len;
}

ssize_t wire_recv(struct wire *wire, uint8_t *data, size_t room)
{
	ssize_t len;

	if (!wire->tcp)
		return recv(wire->fd, data, room, 0);
	len = take_frame(wire, data, room);
	if (len > 0)
		return len;
	memmove(wire->part, wire->part + wire->taken, wire->have - wire->taken);
	wire->have -= wire->taken;
	wire->taken = 0;
	len = recv(wire->fd, wire->part + wire->have, sizeof(wire->part) - wire->have, 0);
	wire->ended = len == 0 || (len < 0 && errno != EAGAIN);
	if (len <= 0)
		return len;
	wire->have += (size_t)len;
	return take_frame(wire, data, room);
}
