/*
 * Datagrams of the forward applet: a socket to the container for each client, kept while they talk. An answer leaves
 * by the address that the question came to, which matters on a host with several.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "forward.h"

/* As Docker's proxy: a client that is silent for so long is forgotten. */
#define SILENCE_S 90
#define MAX_SESSIONS 4096

struct session {
	int fd;
	time_t last;
	struct sockaddr_storage client;
	socklen_t client_size;
	/* The control message that makes an answer leave by the right address. */
	char control[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	size_t control_size;
	struct session *next;
};

static struct session *sessions;
static int count;

static time_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static struct session *find(const struct msghdr *message)
{
	for (struct session *s = sessions; s; s = s->next) {
		if (s->client_size == message->msg_namelen && memcmp(&s->client, message->msg_name, s->client_size) == 0)
			return s;
	}
	return NULL;
}

static void remember_address(struct session *s, struct msghdr *message)
{
	struct msghdr out = { .msg_control = s->control, .msg_controllen = sizeof s->control };
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		struct cmsghdr *own = CMSG_FIRSTHDR(&out);
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;
			memcpy(&info, CMSG_DATA(c), sizeof info);
			info.ipi_ifindex = 0;
			info.ipi_spec_dst = info.ipi_addr;
			own->cmsg_level = IPPROTO_IP;
			own->cmsg_type = IP_PKTINFO;
			own->cmsg_len = CMSG_LEN(sizeof info);
			memcpy(CMSG_DATA(own), &info, sizeof info);
			s->control_size = CMSG_SPACE(sizeof info);
		} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			own->cmsg_level = IPPROTO_IPV6;
			own->cmsg_type = IPV6_PKTINFO;
			own->cmsg_len = CMSG_LEN(sizeof(struct in6_pktinfo));
			memcpy(CMSG_DATA(own), CMSG_DATA(c), sizeof(struct in6_pktinfo));
			s->control_size = CMSG_SPACE(sizeof(struct in6_pktinfo));
		}
	}
}

static struct session *begin(int epoll, struct msghdr *message, const struct target *target)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct session *s;
	if (count >= MAX_SESSIONS || !(s = calloc(1, sizeof *s)))
		return NULL;
	s->fd = socket(target->address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd < 0 || connect(s->fd, (const struct sockaddr *)&target->address, target->size) < 0) {
		if (s->fd >= 0)
			close(s->fd);
		free(s);
		return NULL;
	}
	memcpy(&s->client, message->msg_name, message->msg_namelen);
	s->client_size = message->msg_namelen;
	remember_address(s, message);
	event.data.ptr = s;
	epoll_ctl(epoll, EPOLL_CTL_ADD, s->fd, &event);
	s->next = sessions;
	sessions = s;
	count++;
	return s;
}

void udp_begin(int listener)
{
	int on = 1;
	setsockopt(listener, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
	setsockopt(listener, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
}

void udp_arrived(int epoll, int listener, const struct target *target)
{
	static char bytes[65536];
	char control[256];
	struct sockaddr_storage from;
	struct iovec part = { bytes, sizeof bytes };
	struct msghdr message = { .msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1,
				  .msg_control = control, .msg_controllen = sizeof control };
	struct session *s;
	ssize_t got;

	memset(&from, 0, sizeof from);
	got = recvmsg(listener, &message, 0);
	if (got < 0)
		return;
	s = find(&message);
	if (!s)
		s = begin(epoll, &message, target);
	if (!s)
		return; /* a datagram may be lost */
	s->last = now();
	if (send(s->fd, bytes, (size_t)got, MSG_NOSIGNAL) < 0)
		return;
}

void udp_answered(int listener, void *session)
{
	static char bytes[65536];
	struct session *s = session;
	ssize_t got = recv(s->fd, bytes, sizeof bytes, 0);
	struct iovec part = { bytes, got < 0 ? 0 : (size_t)got };
	struct msghdr message = { .msg_name = &s->client, .msg_namelen = s->client_size, .msg_iov = &part, .msg_iovlen = 1,
				  .msg_control = s->control_size ? s->control : NULL, .msg_controllen = s->control_size };
	if (got < 0)
		return; /* nobody listens there, says ICMP; the client finds out by silence */
	s->last = now();
	if (sendmsg(listener, &message, MSG_NOSIGNAL) < 0)
		return;
}

void udp_forget(void)
{
	time_t before = now() - SILENCE_S;
	for (struct session **at = &sessions; *at;) {
		struct session *s = *at;
		if (s->last > before) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		close(s->fd);
		free(s);
		count--;
	}
}

int udp_patience(void)
{
	return sessions ? SILENCE_S * 1000 / 3 : -1;
}
