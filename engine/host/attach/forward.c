/*
 * forward NETNS tcp|udp
 *
 * Carries what arrives at a published port of the host to a container of an engine without root. Descriptor 3 is the
 * bound socket, of the host's network; connections to the container are made in the namespace NETNS. Descriptor 0 says
 * where to: lines `ADDRESS PORT`; before the first one nothing is taken. Ends when the other end of 0 is closed by the
 * last who has it, which is the container's supervisor.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "forward.h"
#include "native.h"

#define BUFFER 65536

/* One way of a connection: read from fd[i], written to fd[!i]. */
struct way {
	size_t from, to;
	int ended; /* the reader's side said that no more comes */
	int shut;  /* and the writer's side was told */
	char bytes[BUFFER];
};

struct side {
	struct connection *connection;
	int index;
	uint32_t watched;
};

struct connection {
	int fd[2]; /* the client, the container */
	int connecting;
	int closed;
	struct side side[2];
	struct way way[2];
	struct connection *next; /* among the closed */
};

static int epoll;
static struct target target;
static struct connection *closed;

static void watch(int operation, int fd, uint32_t events, void *data)
{
	struct epoll_event event = { .events = events, .data.ptr = data };
	epoll_ctl(epoll, operation, fd, &event);
}

/* Other events of this round may still name it: it is freed after the round. */
static void drop(struct connection *c)
{
	if (c->closed)
		return;
	c->closed = 1;
	close(c->fd[0]);
	close(c->fd[1]);
	c->next = closed;
	closed = c;
}

/* A client whose connection could not be passed on gets a reset, as from a closed port. */
static void refuse(int fd)
{
	struct linger now = { 1, 0 };
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static void rewatch(struct connection *c, int i)
{
	struct side *side = &c->side[i];
	struct way *in = &c->way[i], *out = &c->way[!i];
	uint32_t events = 0;
	if (in->from == in->to && !in->ended && !c->connecting)
		events |= EPOLLIN;
	if (out->from < out->to || (c->connecting && i == 1))
		events |= EPOLLOUT;
	if (events == side->watched)
		return;
	/* Nothing awaited: out of the set, or a hang-up would be told for ever. */
	watch(events == 0 ? EPOLL_CTL_DEL : side->watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, c->fd[i], events, side);
	side->watched = events;
}

/* Moves what can be moved one way. Returns -1 when the connection is broken. */
static int move(struct connection *c, int i)
{
	struct way *way = &c->way[i];
	for (;;) {
		ssize_t got;
		while (way->from < way->to) {
			got = send(c->fd[!i], way->bytes + way->from, way->to - way->from, MSG_NOSIGNAL);
			if (got < 0)
				return errno == EAGAIN || errno == EINTR ? 0 : -1;
			way->from += (size_t)got;
		}
		if (way->ended) {
			if (!way->shut)
				shutdown(c->fd[!i], SHUT_WR);
			way->shut = 1;
			return 0;
		}
		got = recv(c->fd[i], way->bytes, BUFFER, 0);
		if (got < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -1;
		way->from = 0;
		way->to = (size_t)got;
		way->ended = got == 0;
	}
}

static void serve(struct side *side)
{
	struct connection *c = side->connection;
	if (c->closed)
		return;
	if (c->connecting) {
		int error = 0;
		socklen_t size = sizeof error;
		if (side->index == 0)
			return;
		getsockopt(c->fd[1], SOL_SOCKET, SO_ERROR, &error, &size);
		if (error) {
			refuse(c->fd[0]);
			drop(c);
			return;
		}
		c->connecting = 0;
	}
	if (move(c, 0) < 0 || move(c, 1) < 0) {
		refuse(c->fd[0]);
		refuse(c->fd[1]);
		drop(c);
		return;
	}
	if (c->way[0].shut && c->way[1].shut) {
		drop(c);
		return;
	}
	rewatch(c, 0);
	rewatch(c, 1);
}

static void accept_one(int listener)
{
	struct connection *c;
	int out, in = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (in < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
			usleep(10000); /* others must end first; the kernel keeps the client waiting */
		return;
	}
	out = socket(target.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	c = out < 0 ? NULL : calloc(1, sizeof *c);
	if (!c || (connect(out, (struct sockaddr *)&target.address, target.size) < 0 && errno != EINPROGRESS)) {
		refuse(in);
		close(in);
		if (out >= 0)
			close(out);
		free(c);
		return;
	}
	c->fd[0] = in;
	c->fd[1] = out;
	c->connecting = 1;
	for (int i = 0; i < 2; i++) {
		c->side[i].connection = c;
		c->side[i].index = i;
		rewatch(c, i);
	}
}

/* Reads `ADDRESS PORT` lines. Returns -1 at the end of the descriptor, 1 when there is a target now. */
static int listen_for_target(void)
{
	static char line[256];
	static size_t length;
	char *end, address[128];
	int port, found = 0;
	ssize_t got = read(STDIN_FILENO, line + length, sizeof line - 1 - length);
	if (got == 0)
		return -1;
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	length += (size_t)got;
	line[length] = 0;
	while ((end = strchr(line, '\n'))) {
		struct sockaddr_in *four = (struct sockaddr_in *)&target.address;
		struct sockaddr_in6 *six = (struct sockaddr_in6 *)&target.address;
		if (sscanf(line, "%127s %d", address, &port) == 2) {
			memset(&target, 0, sizeof target);
			if (inet_pton(AF_INET, address, &four->sin_addr) == 1) {
				four->sin_family = AF_INET;
				four->sin_port = htons((uint16_t)port);
				target.size = sizeof *four;
				found = 1;
			} else if (inet_pton(AF_INET6, address, &six->sin6_addr) == 1) {
				six->sin6_family = AF_INET6;
				six->sin6_port = htons((uint16_t)port);
				target.size = sizeof *six;
				found = 1;
			}
		}
		length -= (size_t)(end + 1 - line);
		memmove(line, end + 1, length + 1);
	}
	if (length == sizeof line - 1)
		length = 0; /* no line of ours is so long */
	return found;
}

int applet_forward(int argc, char **argv)
{
	struct rlimit files;
	int netns, udp, begun = 0;
	static char control, listener;

	if (argc != 3) {
		fputs("usage: forward NETNS tcp|udp\n", stderr);
		return 2;
	}
	udp = strcmp(argv[2], "udp") == 0;
	netns = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (netns < 0 || setns(netns, CLONE_NEWNET) < 0) {
		fprintf(stderr, "cannot enter network namespace %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	close(netns);
	signal(SIGHUP, SIG_IGN);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	fcntl(3, F_SETFL, O_NONBLOCK);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	watch(EPOLL_CTL_ADD, STDIN_FILENO, EPOLLIN, &control);
	for (;;) {
		struct epoll_event events[64];
		int count = epoll_wait(epoll, events, 64, udp ? udp_patience() : -1);
		for (int i = 0; i < count; i++) {
			void *data = events[i].data.ptr;
			if (data == &control) {
				int heard = listen_for_target();
				if (heard < 0)
					return 0;
				if (heard && !begun) {
					begun = 1;
					if (udp)
						udp_begin(3);
					watch(EPOLL_CTL_ADD, 3, EPOLLIN, &listener);
				}
			} else if (data == &listener) {
				if (udp)
					udp_arrived(epoll, 3, &target);
				else
					accept_one(3);
			} else if (udp) {
				udp_answered(3, data);
			} else {
				serve(data);
			}
		}
		while (closed) {
			struct connection *next = closed->next;
			free(closed);
			closed = next;
		}
		if (udp)
			udp_forget();
	}
}
