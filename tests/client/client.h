/* SPDX-License-Identifier: MIT */
/*
 * A member's client as a browser would be one, without the browser: a UDP socket or a TCP connection of its own, ICE
 * checks by libnice's STUN agent, a DTLS client, SRTP by libsrtp. It sends the RTP and RTCP that it
 * is told to, and hands over what comes.
 *
 * Single-threaded: whoever owns it calls client_turn() when its socket is readable and every 20 ms
 * or so. Used by the unit tests of engine; made to carry the load client later.
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client;

/* A packet before encryption or after it. Pointers into buffers of the one who calls. */
struct client_rtp {
	uint32_t ssrc, timestamp;
	uint16_t seq;
	uint8_t pt;
	bool marker;
	uint8_t mid_id; /* header extension ids; 0: leave out */
	const char *mid;
	uint8_t rid_id;
	const char *rid;
	uint8_t level_id, level; /* RFC 6464 */
	uint8_t twcc_id;
	uint16_t twcc;
	const uint8_t *payload;
	size_t payload_len;
};

struct client_config {
	const char *profiles; /* see handshake_config */
	bool long_hello, no_certificate;
	bool not_nominating;					 /* checks without USE-CANDIDATE */
	bool tcp;						 /* RFC 6544, not UDP */
	void (*on_rtp)(void *arg, const struct client_rtp *rtp); /* any may be NULL */
	void (*on_rtcp)(void *arg, const uint8_t *data, size_t len);
	void *arg;
};

/* Keeps a copy of the configuration. A socket on loopback, credentials, a certificate. */
int client_create(const struct client_config *config, struct client **ret_client);
/* Accepts NULL. Says nothing to the server. */
void client_destroy(struct client *client);

const char *client_ufrag(const struct client *client);
const char *client_pwd(const struct client *client);
const char *client_fingerprint(const struct client *client);
int client_fd(const struct client *client);

/* Begins checks; the handshake follows the first answer. */
void client_connect(struct client *client, const char *ip, uint16_t port, const char *ufrag,
	const char *pwd, const char *fingerprint);
/* New credentials of both ends; the association stays. */
void client_restart(struct client *client, const char *ufrag, const char *pwd);
/* Goes on from another local port: what a NAT does when it forgets. */
int client_move(struct client *client);
/* Goes on over the other transport; its checks nominate it. The way before stays open, unread. */
int client_switch(struct client *client, bool tcp);
/* Goes on from the port of `other`, beside it: as one who forges source addresses would. */
int client_take_socket_of(struct client *client, const struct client *other);
void client_stop_checks(struct client *client);
void client_resume_checks(struct client *client);
void client_close(struct client *client);

/* Takes what waits at the socket and sends what is due. */
void client_turn(struct client *client, uint64_t now_us);

bool client_connected(const struct client *client);
/* The handshake failed, or the server closed. */
bool client_over(const struct client *client);
/* Its TCP connection was closed by the server. */
bool client_ended(const struct client *client);
unsigned client_profile(const struct client *client);
unsigned client_checks_answered(const struct client *client);
unsigned client_conflicts(const struct client *client);
uint64_t client_datagrams(const struct client *client); /* received */

int client_send_rtp(struct client *client, const struct client_rtp *rtp);
/* A plaintext compound. */
int client_send_rtcp(struct client *client, const uint8_t *data, size_t len);
/* As it is. */
void client_send_raw(struct client *client, const uint8_t *data, size_t len);

#endif
