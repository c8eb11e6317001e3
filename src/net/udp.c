/* SPDX-License-Identifier: MIT */
#include "net/udp.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/udp_priv.h"

static int open_socket(const struct addr *at)
{
	int fd = socket(at->u.sa.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int size = UDP_SOCKET_BYTES, no = 0, err;

	if (fd < 0)
		return -errno;
	/* FORCE needs CAP_NET_ADMIN; without it the kernel's rmem_max is the limit. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (at->u.sa.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
	if (bind(fd, &at->u.sa, at->len) < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

/* PROBE: told by our own interface's MTU alone, not by what ICMP says of the way: media has sizes that
 * every way takes (1200 bytes, and what encryption adds). */
void udp_set_whole(struct udp *udp, bool whole)
{
	int how = whole ? IP_PMTUDISC_PROBE : IP_PMTUDISC_DONT;
	int how6 = whole ? IPV6_PMTUDISC_PROBE : IPV6_PMTUDISC_DONT;

	setsockopt(udp->fd, IPPROTO_IP, IP_MTU_DISCOVER, &how, sizeof(how));
	if (udp->dual)
		setsockopt(udp->fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &how6, sizeof(how6));
	udp->whole = whole;
}

int udp_create(const char *ip, uint16_t port, struct pkt_pool *pool, struct udp **ret_udp)
{
	struct addr at;
	struct udp *udp;
	int err = addr_parse(ip, port, &at);

	if (err)
		return err;
	udp = calloc(1, sizeof(*udp));
	if (!udp)
		return -ENOMEM;
	udp->pool = pool;
	udp->dual = at.u.sa.sa_family == AF_INET6;
	udp->fd = open_socket(&at);
	if (udp->fd < 0)
		err = udp->fd;
	else
		udp_set_whole(udp, true);
	if (!err)
		err = udp_in_init(udp);
	if (!err)
		err = udp_out_init(udp);
	if (err) {
		udp_destroy(udp);
		return err;
	}
	*ret_udp = udp;
	return 0;
}

void udp_destroy(struct udp *udp)
{
	if (!udp)
		return;
	udp_in_finish(udp);
	udp_out_finish(udp);
	if (udp->fd >= 0)
		close(udp->fd);
	free(udp);
}

int udp_fd(const struct udp *udp)
{
	return udp->fd;
}

uint16_t udp_port(const struct udp *udp)
{
	struct addr at = {.len = sizeof(at.u)};

	return getsockname(udp->fd, &at.u.sa, &at.len) < 0 ? 0 : addr_port(&at);
}

const struct udp_counters *udp_counters(const struct udp *udp)
{
	return &udp->counters;
}
