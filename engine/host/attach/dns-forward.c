/* Questions that others must answer, by UDP in the server's loop, and whole connections by TCP. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "dns.h"

enum { SLOTS = 1024, PATIENCE_MS = 2000, TCP_PATIENCE_MS = 5000, QUESTION = 1500, SERVFAIL = 2 };

/* A question that was passed on. */
struct pending {
	int fd;
	struct sandbox *asking;
	struct sockaddr_in client;
	uint8_t question[QUESTION];
	size_t length;
	int server;
	int64_t deadline;
};

static struct pending *slots[SLOTS];

static int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int server_socket(const struct sandbox *asking, const struct server *server, int type)
{
	static int home = -1;
	int fd;
	if (home < 0)
		home = open_home();
	if (server->inside && setns(asking->ns, CLONE_NEWNET) < 0)
		return -1;
	fd = socket(server->address.ss_family, type | SOCK_CLOEXEC, 0);
	if (server->inside && setns(home, CLONE_NEWNET) < 0)
		abort(); /* in a container's network for good: nothing right could follow */
	return fd;
}

static void release(int epoll, int slot)
{
	struct pending *p = slots[slot];
	if (p->fd >= 0) {
		epoll_ctl(epoll, EPOLL_CTL_DEL, p->fd, NULL);
		close(p->fd);
	}
	free(p);
	slots[slot] = NULL;
}

/* Asks the next server; answers that there is none when all were asked. */
static void ask_next(int epoll, int slot)
{
	struct pending *p = slots[slot];
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = (uint64_t)slot << 8 | DNS_FORWARD };
	uint8_t out[QUESTION];
	if (p->fd >= 0) {
		epoll_ctl(epoll, EPOLL_CTL_DEL, p->fd, NULL);
		close(p->fd);
		p->fd = -1;
	}
	while (++p->server < p->asking->server_count) {
		const struct server *server = &p->asking->servers[p->server];
		p->fd = server_socket(p->asking, server, SOCK_DGRAM | SOCK_NONBLOCK);
		if (p->fd < 0)
			continue;
		/* Connected: nobody else's packet is taken for the answer. */
		if (connect(p->fd, (const struct sockaddr *)&server->address, server->length) == 0 &&
		    send(p->fd, p->question, p->length, 0) >= 0 &&
		    epoll_ctl(epoll, EPOLL_CTL_ADD, p->fd, &event) == 0) {
			p->deadline = now_ms() + PATIENCE_MS;
			return;
		}
		close(p->fd);
		p->fd = -1;
	}
	sendto(p->asking->udp, out, (size_t)dns_refusal(p->question, p->length, out, SERVFAIL), 0,
	       (const struct sockaddr *)&p->client, sizeof p->client);
	release(epoll, slot);
}

void forward_start(int epoll, struct sandbox *asking, const uint8_t *question, size_t length,
		   const struct sockaddr_in *client)
{
	int slot = 0;
	while (slot < SLOTS && slots[slot])
		slot++;
	if (slot == SLOTS || length > QUESTION || !(slots[slot] = calloc(1, sizeof *slots[slot])))
		return; /* as lost on the way: whoever asks will ask again */
	slots[slot]->fd = -1;
	slots[slot]->asking = asking;
	slots[slot]->client = *client;
	memcpy(slots[slot]->question, question, length);
	slots[slot]->length = length;
	slots[slot]->server = -1;
	ask_next(epoll, slot);
}

void forward_ready(int epoll, int slot)
{
	static uint8_t answer[DNS_MESSAGE];
	struct pending *p = slots[slot];
	ssize_t got;
	if (!p)
		return;
	got = recv(p->fd, answer, sizeof answer, 0);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got < 0) {
		ask_next(epoll, slot); /* nobody listens there */
		return;
	}
	if (got < 12 || memcmp(answer, p->question, 2) != 0)
		return;
	sendto(p->asking->udp, answer, (size_t)got, 0, (const struct sockaddr *)&p->client, sizeof p->client);
	release(epoll, slot);
}

int forward_expire(int epoll)
{
	int64_t now = now_ms(), wait = -1;
	for (int slot = 0; slot < SLOTS; slot++) {
		if (slots[slot] && slots[slot]->deadline <= now)
			ask_next(epoll, slot);
		if (slots[slot] && (wait < 0 || slots[slot]->deadline - now < wait))
			wait = slots[slot]->deadline - now;
	}
	return (int)wait;
}

void forward_forget(int epoll, const struct sandbox *gone)
{
	for (int slot = 0; slot < SLOTS; slot++) {
		if (slots[slot] && slots[slot]->asking == gone)
			release(epoll, slot);
	}
}

/* Reads or writes all of it, or gives up. */
static int whole(int fd, uint8_t *bytes, size_t length, int writing)
{
	while (length > 0) {
		ssize_t done = writing ? send(fd, bytes, length, MSG_NOSIGNAL) : recv(fd, bytes, length, 0);
		if (done <= 0)
			return -1;
		bytes += done;
		length -= (size_t)done;
	}
	return 0;
}

static void give_time(int fd)
{
	struct timeval t = { .tv_sec = TCP_PATIENCE_MS / 1000 };
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t);
}

/* A message with its length before it (RFC 1035, 4.2.2). Returns its length, or -1. */
static int read_message(int fd, uint8_t *message)
{
	uint8_t prefix[2];
	int length;
	if (whole(fd, prefix, 2, 0) < 0)
		return -1;
	length = prefix[0] << 8 | prefix[1];
	return whole(fd, message, (size_t)length, 0) < 0 ? -1 : length;
}

static int write_message(int fd, uint8_t *message, int length)
{
	uint8_t prefix[2] = { (uint8_t)(length >> 8), (uint8_t)length };
	return whole(fd, prefix, 2, 1) < 0 || whole(fd, message, (size_t)length, 1) < 0 ? -1 : 0;
}

static int ask_by_tcp(const struct sandbox *asking, uint8_t *question, int length, uint8_t *answer)
{
	for (int i = 0; i < asking->server_count; i++) {
		const struct server *server = &asking->servers[i];
		int fd = server_socket(asking, server, SOCK_STREAM), got = -1;
		if (fd < 0)
			continue;
		give_time(fd);
		if (connect(fd, (const struct sockaddr *)&server->address, server->length) == 0 &&
		    write_message(fd, question, length) == 0)
			got = read_message(fd, answer);
		close(fd);
		if (got >= 12)
			return got;
	}
	return dns_refusal(question, (size_t)length, answer, SERVFAIL);
}

void dns_serve_tcp(const struct sandbox *asking, int fd)
{
	static uint8_t question[DNS_MESSAGE], answer[DNS_MESSAGE];
	int length;
	give_time(fd);
	while ((length = read_message(fd, question)) > 0) {
		int size = dns_answer(asking, question, (size_t)length, answer, sizeof answer);
		if (size < 0)
			return;
		if (size == 0)
			size = ask_by_tcp(asking, question, length, answer);
		if (write_message(fd, answer, size) < 0)
			return;
	}
}
