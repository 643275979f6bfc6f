/*
 * attach [--raw] [--no-stdin] [--no-stdout] [--no-stderr] [--wait MS] SOCKET
 *
 * A client of conmon's attach socket (SOCK_SEQPACKET: one byte of stream number, 2 or 3, then data).
 * Writes `+` to stderr once conmon has accepted, so that the engine knows that no output is missed from then on; a failure
 * to connect is a line on stderr and exit code 1.
 * The end of stdin half-closes the socket, by which conmon closes the container's stdin.
 * A slow reader makes the container wait as a full pipe would; it never keeps stdin or the end from being seen.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "native.h"

#define PACKET_MAX 65536            /* conmon sends at most 8193 bytes a packet */
#define OUT_SIZE (512 * 1024)
#define IN_SIZE 8192                /* conmon reads at most 32 KiB a packet and drops the rest */

int attach_parse(int argc, char **argv, struct attach_options *options)
{
	int i = 1;
	memset(options, 0, sizeof *options);
	for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		if (argv[i][2] == 0)
			return i + 1;
		if (strcmp(argv[i], "--raw") == 0)
			options->raw = 1;
		else if (strcmp(argv[i], "--no-stdin") == 0)
			options->no_stdin = 1;
		else if (strcmp(argv[i], "--no-stdout") == 0)
			options->no_stdout = 1;
		else if (strcmp(argv[i], "--no-stderr") == 0)
			options->no_stderr = 1;
		else if (strcmp(argv[i], "--wait") == 0 && i + 1 < argc)
			options->wait_ms = atoi(argv[++i]);
		else
			return -1;
	}
	return i;
}

static int connect_once(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int dir = -1, sock, saved;
	const char *slash = strrchr(path, '/');

	if (strlen(path) < sizeof address.sun_path) {
		strcpy(address.sun_path, path);
	} else {
		/* Longer than an address can be: reach it through its directory's descriptor. */
		char *parent = strndup(path, slash ? (size_t)(slash - path) : 0);
		if (!slash || !parent || (dir = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0) {
			free(parent);
			return -1;
		}
		free(parent);
		snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", dir, slash + 1);
	}
	sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (sock >= 0 && connect(sock, (struct sockaddr *)&address, sizeof address) < 0) {
		saved = errno;
		close(sock);
		sock = -1;
		errno = saved;
	}
	saved = errno;
	if (dir >= 0)
		close(dir);
	errno = saved;
	return sock;
}

int attach_connect(const char *path, int wait_ms)
{
	struct timespec pause = { 0, 500 * 1000 };
	for (int tries = wait_ms * 2;; tries--) {
		int sock = connect_once(path);
		if (sock >= 0 || tries <= 0 || (errno != ENOENT && errno != ECONNREFUSED && errno != EAGAIN))
			return sock;
		nanosleep(&pause, NULL);
	}
}

/* Asks the kernel (sock_diag(7)) for the inode of our peer: 0 until conmon accepted, -1 when it cannot say. */
static long peer_inode(int diag, uint32_t inode)
{
	struct {
		struct nlmsghdr header;
		struct unix_diag_req body;
	} request = {
		.header = { .nlmsg_len = sizeof request, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST },
		.body = { .sdiag_family = AF_UNIX, .udiag_states = ~0u, .udiag_ino = inode,
			.udiag_show = UDIAG_SHOW_PEER, .udiag_cookie = { ~0u, ~0u } },
	};
	char answer[1024];
	ssize_t got;
	struct nlmsghdr *h = (struct nlmsghdr *)answer;

	if (send(diag, &request, sizeof request, 0) < 0 || (got = recv(diag, answer, sizeof answer, 0)) < 0 ||
	    !NLMSG_OK(h, got) || h->nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return -1;
	struct rtattr *a = (struct rtattr *)((char *)NLMSG_DATA(h) + NLMSG_ALIGN(sizeof(struct unix_diag_msg)));
	int left = (int)(h->nlmsg_len - NLMSG_LENGTH(sizeof(struct unix_diag_msg)));
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == UNIX_DIAG_PEER)
			return (long)*(uint32_t *)RTA_DATA(a);
	return -1;
}

/*
 * A connected socket may still stand in conmon's queue, where no output reaches it. Waits until conmon accepted it,
 * so that a program that is quick to write and end loses nothing.
 */
static void wait_accepted(int sock)
{
	struct timespec pause = { 0, 200 * 1000 };
	struct stat self;
	int diag = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	fstat(sock, &self);
	for (int tries = 0; tries < 10000; tries++) {
		long peer = diag < 0 ? -1 : peer_inode(diag, (uint32_t)self.st_ino);
		if (peer > 0)
			break;
		if (peer < 0 && tries >= 50)
			break; /* a kernel without unix_diag: 10 ms must do */
		nanosleep(&pause, NULL);
	}
	if (diag >= 0)
		close(diag);
}

/* A flat buffer: filled at `end`, emptied at `start`. */
struct buffer {
	char *bytes;
	size_t start, end, size;
};

static void settle(struct buffer *b)
{
	if (b->start == b->end) {
		b->start = b->end = 0;
	} else if (b->start > b->size / 2) {
		memmove(b->bytes, b->bytes + b->start, b->end - b->start);
		b->end -= b->start;
		b->start = 0;
	}
}

/*
 * A peer that closed with input unread is reported as ECONNRESET, once, and ahead of what it had sent: that is still
 * to be read.
 */
static ssize_t receive(int sock, char *packet, size_t size)
{
	ssize_t got = recv(sock, packet, size, MSG_DONTWAIT);
	return got < 0 && errno == ECONNRESET ? recv(sock, packet, size, MSG_DONTWAIT) : got;
}

/* Takes one packet into `out`. Returns 1 for data, 0 for the end, -1 for nothing now. */
static int take_packet(int sock, struct buffer *out, const struct attach_options *options)
{
	char packet[PACKET_MAX];
	size_t length;
	ssize_t got = receive(sock, packet, sizeof packet);

	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? -1 : 0;
	if (got == 0)
		return 0;
	length = (size_t)got - 1;
	if (length == 0 || (packet[0] == 2 && options->no_stdout) || (packet[0] == 3 && options->no_stderr))
		return 1;
	if (!options->raw) {
		unsigned char header[8] = { packet[0] == 3 ? 2 : 1, 0, 0, 0,
			(unsigned char)(length >> 24), (unsigned char)(length >> 16),
			(unsigned char)(length >> 8), (unsigned char)length };
		memcpy(out->bytes + out->end, header, sizeof header);
		out->end += sizeof header;
	}
	memcpy(out->bytes + out->end, packet + 1, length);
	out->end += length;
	return 1;
}

int attach_pump(int sock, const struct attach_options *options)
{
	static char out_bytes[OUT_SIZE], in_bytes[IN_SIZE];
	struct buffer out = { out_bytes, 0, 0, OUT_SIZE }, in = { in_bytes, 0, 0, IN_SIZE };
	int sock_open = 1, stdin_open = !options->no_stdin, half_closed = options->no_stdin;

	fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
	fcntl(STDOUT_FILENO, F_SETFL, fcntl(STDOUT_FILENO, F_GETFL) | O_NONBLOCK);
	for (;;) {
		struct pollfd fds[3] = {
			{ .fd = -1 }, { .fd = STDOUT_FILENO }, { .fd = -1 },
		};
		int pending = out.end > out.start;

		if (!sock_open && !pending)
			return 0;
		if (sock_open) {
			if (out.size - out.end >= PACKET_MAX + 8)
				fds[0].events |= POLLIN;
			if (in.end > in.start)
				fds[0].events |= POLLOUT;
			/* A closed peer is reported even for no events: ask nothing while the reader is behind. */
			if (fds[0].events)
				fds[0].fd = sock;
		}
		if (pending)
			fds[1].events = POLLOUT;
		if (stdin_open && in.end == in.start) {
			fds[2].fd = STDIN_FILENO;
			fds[2].events = POLLIN;
		}
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			return 1;

		if (fds[0].revents & (POLLIN | POLLHUP | POLLERR)) {
			int took;
			while (out.size - out.end >= PACKET_MAX + 8 && (took = take_packet(sock, &out, options)) >= 0) {
				if (took == 0) {
					sock_open = 0;
					break;
				}
			}
		}
		if (fds[2].revents) {
			ssize_t got = read(STDIN_FILENO, in.bytes, in.size);
			if (got > 0) {
				in.start = 0;
				in.end = (size_t)got;
			} else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
				stdin_open = 0;
			}
		}
		if (sock_open && in.end > in.start) {
			ssize_t put = send(sock, in.bytes + in.start, in.end - in.start, MSG_DONTWAIT | MSG_NOSIGNAL);
			if (put > 0)
				in.start += (size_t)put;
			else if (put < 0 && errno != EAGAIN && errno != EINTR)
				in.start = in.end; /* nobody reads stdin any more; output may still come */
			settle(&in);
		}
		if (!stdin_open && !half_closed && in.end == in.start) {
			half_closed = 1;
			shutdown(sock, SHUT_WR);
		}
		while (out.end > out.start) {
			ssize_t put = write(STDOUT_FILENO, out.bytes + out.start, out.end - out.start);
			if (put > 0) {
				out.start += (size_t)put;
			} else if (put < 0 && (errno == EAGAIN || errno == EINTR)) {
				break;
			} else {
				return 0; /* the reader left */
			}
		}
		settle(&out);
		if (fds[1].revents & (POLLERR | POLLNVAL))
			return 0;
		if (fds[1].revents & POLLHUP && !pending)
			return 0;
	}
}

int applet_attach(int argc, char **argv)
{
	struct attach_options options;
	int first = attach_parse(argc, argv, &options), sock;

	if (first < 0 || first != argc - 1) {
		fputs("usage: attach [--raw] [--no-stdin] [--no-stdout] [--no-stderr] [--wait MS] SOCKET\n", stderr);
		return 2;
	}
	sock = attach_connect(argv[first], options.wait_ms);
	if (sock < 0) {
		fprintf(stderr, "%s: %s\n", argv[first], strerror(errno));
		return 1;
	}
	wait_accepted(sock);
	if (write(STDERR_FILENO, "+", 1) != 1)
		return 1;
	return attach_pump(sock, &options);
}
