/*
 * exec [attach flags] -- SOCKET CONMON ARGS...
 *
 * Starts conmon for an exec with an attached client, and is that client: it makes conmon's start and attach pipes,
 * connects before the process starts (so that no output is lost), then carries bytes as `attach` does.
 * One process instead of two, and no round trip through the engine in between.
 * Descriptor 3 is conmon's sync pipe, handed through untouched: the engine reads the pid and later the exit code
 * from it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "native.h"

#define SYNC_FD 3
#define START_FD 4
#define ATTACH_FD 5

/* Puts a pipe's end at a fixed number in the child. The source is never one of the targets: see `above`. */
static void place(int from, int to)
{
	dup2(from, to);
	close(from);
}

/* Moves a descriptor out of the way of the fixed numbers. */
static int above(int fd)
{
	int moved = fcntl(fd, F_DUPFD_CLOEXEC, 10);
	close(fd);
	return moved;
}

int applet_exec(int argc, char **argv)
{
	struct attach_options options;
	int first = attach_parse(argc, argv, &options), start[2], ready[2], sock, null;
	const char *socket_path;
	char line[64];
	pid_t child;

	if (first < 0 || argc - first < 2) {
		fputs("usage: exec [attach flags] -- SOCKET CONMON ARGS...\n", stderr);
		return 2;
	}
	socket_path = argv[first];
	if (pipe2(start, O_CLOEXEC) < 0 || pipe2(ready, O_CLOEXEC) < 0) {
		perror("pipe");
		return 1;
	}
	for (int i = 0; i < 2; i++) {
		start[i] = above(start[i]);
		ready[i] = above(ready[i]);
	}
	null = above(open("/dev/null", O_RDWR | O_CLOEXEC));
	signal(SIGPIPE, SIG_IGN);

	child = fork();
	if (child < 0) {
		perror("fork");
		return 1;
	}
	if (child == 0) {
		signal(SIGPIPE, SIG_DFL);
		place(start[0], START_FD);
		place(ready[1], ATTACH_FD);
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		setenv("_OCI_SYNCPIPE", "3", 1);
		setenv("_OCI_STARTPIPE", "4", 1);
		setenv("_OCI_ATTACHPIPE", "5", 1);
		execv(argv[first + 1], argv + first + 1);
		fprintf(stderr, "%s: %s\n", argv[first + 1], strerror(errno));
		_exit(127);
	}
	close(SYNC_FD);
	close(start[0]);
	close(ready[1]);

	/* First byte: conmon may go on. Then it makes its socket and says so. */
	if (write(start[1], "1", 1) != 1 || read(ready[0], line, sizeof line) <= 0) {
		waitpid(child, NULL, 0);
		return 1; /* the engine learns why from the sync pipe or conmon's stderr */
	}
	sock = attach_connect(socket_path, 1000);
	if (sock < 0) {
		fprintf(stderr, "%s: %s\n", socket_path, strerror(errno));
		return 1;
	}
	/* Second byte: a client is there, the process may start. */
	if (write(start[1], "1", 1) != 1)
		return 1;
	close(start[1]);
	close(ready[0]);
	waitpid(child, NULL, 0); /* conmon's first process ends at once; the second goes on by itself */
	return attach_pump(sock, &options);
}
