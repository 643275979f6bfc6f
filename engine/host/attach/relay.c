/*
 * The stdio of a process that `join` started: our stdin to it, its output to our stdout, a terminal's sizes from the
 * control socket. A slow reader makes the process wait as a full pipe would; one that leaves makes its output drop.
 * What descendants write after the process's own end belongs to nobody, as with Docker.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "relay.h"

#define OUT_SIZE (128 * 1024)
#define READ_SIZE (32 * 1024) /* Docker's own size of a frame at most */
#define IN_SIZE (32 * 1024)
#define HEADER 8

struct buffer {
	size_t start, end, size;
	char *bytes;
};

struct state {
	struct relay *relay;
	struct buffer out, in;
	int running, stdin_open;
	int dry; /* after its end: nothing is left to take */
	char size_text[32];
	size_t size_length;
};

static void no_wait(int fd)
{
	if (fd >= 0)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static void drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int has_room(const struct buffer *b)
{
	return b->size - b->end >= READ_SIZE + HEADER;
}

/* Takes what `*fd` has to give; 1 when it gave something. At its end it is closed. */
static int take(struct state *s, int *fd, unsigned char stream)
{
	struct buffer *b = &s->out;
	size_t header = s->relay->raw ? 0 : HEADER;
	ssize_t got = read(*fd, b->bytes + b->end + header, READ_SIZE);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got <= 0) {
		/* A terminal's master gives EIO once nobody has its other side open; closing it would hang up the session. */
		if (s->relay->raw)
			*fd = s->relay->in = -1;
		drop(fd);
		return 0;
	}
	if (s->relay->discard)
		return 1;
	if (header) {
		unsigned char *at = (unsigned char *)b->bytes + b->end;
		memset(at, 0, HEADER);
		at[0] = stream;
		at[4] = (unsigned char)(got >> 24);
		at[5] = (unsigned char)(got >> 16);
		at[6] = (unsigned char)(got >> 8);
		at[7] = (unsigned char)got;
	}
	b->end += header + (size_t)got;
	return 1;
}

/* Nobody reads any more: the process must not wait for them. */
static void lose_reader(struct state *s)
{
	s->relay->discard = 1;
	s->out.start = s->out.end = 0;
}

static void deliver(struct state *s)
{
	struct buffer *b = &s->out;

	while (b->start < b->end) {
		ssize_t put = write(STDOUT_FILENO, b->bytes + b->start, b->end - b->start);
		if (put > 0) {
			b->start += (size_t)put;
		} else if (put < 0 && (errno == EAGAIN || errno == EINTR)) {
			break;
		} else {
			lose_reader(s);
			return;
		}
	}
	if (b->start == b->end) {
		b->start = b->end = 0;
	} else if (b->start > b->size / 2) {
		memmove(b->bytes, b->bytes + b->start, b->end - b->start);
		b->end -= b->start;
		b->start = 0;
	}
}

static void read_input(struct state *s)
{
	ssize_t got = read(STDIN_FILENO, s->in.bytes, s->in.size);

	if (got > 0) {
		s->in.start = 0;
		s->in.end = s->relay->in < 0 ? 0 : (size_t)got; /* what nobody takes is dropped */
	} else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
		s->stdin_open = 0;
	}
}

static void feed(struct state *s)
{
	struct relay *r = s->relay;

	while (s->in.start < s->in.end) {
		ssize_t put = r->in < 0 ? -1 : write(r->in, s->in.bytes + s->in.start, s->in.end - s->in.start);
		if (put > 0) {
			s->in.start += (size_t)put;
		} else if (put < 0 && r->in >= 0 && (errno == EAGAIN || errno == EINTR)) {
			return;
		} else {
			s->in.start = s->in.end; /* it closed its stdin */
			if (!r->raw)
				drop(&r->in);
		}
	}
	if (!s->stdin_open && !r->raw)
		drop(&r->in);
}

/* Sizes come as whole lines; the last one counts. */
static void read_sizes(struct state *s)
{
	ssize_t got = read(s->relay->control, s->size_text + s->size_length, sizeof s->size_text - 1 - s->size_length);
	char *end;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		drop(&s->relay->control); /* the engine is gone */
		return;
	}
	s->size_length += (size_t)got;
	s->size_text[s->size_length] = 0;
	while ((end = strchr(s->size_text, '\n'))) {
		struct winsize size = { 0 };
		if (sscanf(s->size_text, "%hu %hu", &size.ws_row, &size.ws_col) == 2 && s->relay->raw && s->relay->out >= 0)
			ioctl(s->relay->out, TIOCSWINSZ, &size);
		s->size_length -= (size_t)(end + 1 - s->size_text);
		memmove(s->size_text, end + 1, s->size_length + 1);
	}
	if (s->size_length == sizeof s->size_text - 1)
		s->size_length = 0; /* no size is that long */
}

static void reap(struct state *s)
{
	int status;

	if (waitpid(s->relay->child, &status, WNOHANG) != s->relay->child)
		return;
	s->running = 0;
	/* Told at once: a reader that is slow, or never reads on, holds nobody else up. */
	s->relay->ended(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
	/* What it still left in the pipes is read below without waiting for more. */
	s->stdin_open = 0;
}

void relay_run(struct relay *r)
{
	static char out_bytes[OUT_SIZE], in_bytes[IN_SIZE];
	struct state s = {
		.relay = r, .out = { 0, 0, OUT_SIZE, out_bytes }, .in = { 0, 0, IN_SIZE, in_bytes },
		.running = 1, .stdin_open = r->read_stdin,
	};
	int pidfd = (int)syscall(SYS_pidfd_open, r->child, 0);

	no_wait(r->in);
	no_wait(r->out);
	no_wait(r->err);
	no_wait(STDIN_FILENO);
	no_wait(STDOUT_FILENO);
	for (;;) {
		int room = has_room(&s.out), pending = s.out.end > s.out.start, took = 0;
		struct pollfd fds[7] = {
			{ .fd = s.running ? pidfd : -1, .events = POLLIN },
			{ .fd = room ? r->out : -1, .events = POLLIN },
			{ .fd = room ? r->err : -1, .events = POLLIN },
			/* Asked for nothing, a stdout that closed is still told. */
			{ .fd = r->discard ? -1 : STDOUT_FILENO, .events = pending ? POLLOUT : 0 },
			{ .fd = s.stdin_open && s.in.end == s.in.start ? STDIN_FILENO : -1, .events = POLLIN },
			{ .fd = s.in.end > s.in.start ? r->in : -1, .events = POLLOUT },
			{ .fd = r->control, .events = POLLIN },
		};

		/* After its end, what is left is taken without waiting, and then only the reader is waited for. */
		if (poll(fds, 7, s.running || (pending && (!room || s.dry)) ? -1 : 0) < 0 && errno != EINTR)
			return;
		if (fds[3].revents & (POLLERR | POLLHUP | POLLNVAL))
			lose_reader(&s);
		if (fds[0].revents)
			reap(&s);
		if (fds[6].revents)
			read_sizes(&s);
		if (fds[4].revents)
			read_input(&s);
		feed(&s);
		if (r->out >= 0 && has_room(&s.out))
			took |= take(&s, &r->out, 1);
		if (r->err >= 0 && has_room(&s.out))
			took |= take(&s, &r->err, 2);
		if (!r->discard)
			deliver(&s);
		if (!s.running && room && !took) {
			s.dry = 1;
			r->out = r->err = -1;
			if (s.out.end == s.out.start)
				return;
		}
	}
}
