/* SPDX-License-Identifier: MIT */
/*
 * The way of a test client to the server: a UDP socket, or a TCP connection with a length in front
 * of each packet (RFC 4571). Written apart from src/net, so that the two ends are not wrong in the
 * same way.
 */
#ifndef CLIENT_WIRE_H
#define CLIENT_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

struct wire {
	int fd;		 /* -1: none */
	bool tcp, ended; /* ended: by the other end, TCP */
	int family;
	struct sockaddr_storage server;
	socklen_t server_len;
	/* TCP: what came and is not taken yet */
	size_t have, taken;
	uint8_t part[2 * 65537];
};

/* On loopback, IPv4 until a server is named. */
int wire_open(struct wire *wire);
/* Where packets go from now on; `tcp`: connects. Takes a socket of the right kind by itself. */
int wire_connect(struct wire *wire, const char *ip, uint16_t port, bool tcp);
void wire_close(struct wire *wire);
void wire_send(struct wire *wire, const uint8_t *data, size_t len);
/* One packet; 0 or less: none waits, or the connection has ended. */
ssize_t wire_recv(struct wire *wire, uint8_t *data, size_t room);

#endif
