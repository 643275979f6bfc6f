/*
 * hold LIFELINE [PROGRAM ARGS...]
 *
 * Keeps the namespaces that it is started in, and the program if one is given, for as long as anybody has the FIFO
 * LIFELINE open for writing: an engine and its containers' supervisors. Says "ready" on stdout when it has begun.
 * Ends when the last of them is gone, when nobody came within a minute, or when the program ends (with its code).
 *
 * enter PID LIFELINE PROGRAM ARGS...
 *
 * Runs the program in the user and mount namespace of the holder PID, in the same directory. The program has LIFELINE
 * open for writing; the variable LONGSHORE_LIFELINE names the descriptor.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "native.h"

#define FIRST_WRITER_MS 60000

static int fail(const char *what, const char *on)
{
	fprintf(stderr, "cannot %s %s: %s\n", what, on, strerror(errno));
	return 1;
}

static pid_t start(char **argv, const sigset_t *before)
{
	pid_t child = fork();
	if (child == 0) {
		/* It must not outlive what holds it, however that ends. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sigprocmask(SIG_SETMASK, before, NULL);
		execvp(argv[0], argv);
		fail("run", argv[0]);
		_exit(127);
	}
	return child;
}

static int ended(pid_t child)
{
	int status;
	if (waitpid(child, &status, WNOHANG) != child)
		return -1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int applet_hold(int argc, char **argv)
{
	struct pollfd wait[2];
	sigset_t watched, before;
	pid_t child = 0;
	int met = 0, null;

	if (argc < 2) {
		fputs("usage: hold LIFELINE [PROGRAM ARGS...]\n", stderr);
		return 2;
	}
	/* Whoever started it may have the lifeline open, which would never end then. */
	close_range(STDERR_FILENO + 1, ~0U, 0);
	wait[0].fd = open(argv[1], O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (wait[0].fd < 0)
		return fail("open", argv[1]);
	sigemptyset(&watched);
	sigaddset(&watched, SIGCHLD);
	sigprocmask(SIG_BLOCK, &watched, &before);
	signal(SIGHUP, SIG_IGN);
	wait[1].fd = signalfd(-1, &watched, SFD_NONBLOCK | SFD_CLOEXEC);
	wait[0].events = wait[1].events = POLLIN;
	if (argc > 2 && (child = start(argv + 2, &before)) < 0)
		return fail("start", argv[2]);
	if (write(STDOUT_FILENO, "ready\n", 6) < 0)
		return fail("answer", "that it is ready");
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	for (;;) {
		char bytes[256];
		int code, got = poll(wait, 2, met ? -1 : FIRST_WRITER_MS);
		if (got == 0 && !met)
			return 0;
		if (got < 0 && errno != EINTR)
			return 1;
		if (got > 0 && (wait[0].revents & POLLIN) && read(wait[0].fd, bytes, sizeof bytes) > 0)
			met = 1;
		else if (got > 0 && (wait[0].revents & (POLLHUP | POLLERR)))
			return 0;
		if (got > 0 && (wait[1].revents & POLLIN)) {
			if (read(wait[1].fd, bytes, sizeof bytes) < 0 && errno != EAGAIN)
				return 1;
			if (child && (code = ended(child)) >= 0)
				return code;
		}
	}
}

/* Opens the namespace of a process before any is joined: afterwards its files may be out of reach. */
static int namespace_of(const char *pid, const char *kind)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%s/ns/%s", pid, kind);
	return open(path, O_RDONLY | O_CLOEXEC);
}

int applet_enter(int argc, char **argv)
{
	char here[PATH_MAX], number[16];
	int user, mnt, line;

	if (argc < 4) {
		fputs("usage: enter PID LIFELINE PROGRAM ARGS...\n", stderr);
		return 2;
	}
	if (!getcwd(here, sizeof here))
		strcpy(here, "/");
	/* For both, so that it opens while nobody reads: a holder that was killed gets a successor this way. */
	line = open(argv[2], O_RDWR | O_NONBLOCK);
	if (line < 0 || write(line, "\n", 1) < 0)
		return fail("open", argv[2]);
	user = namespace_of(argv[1], "user");
	mnt = namespace_of(argv[1], "mnt");
	if (user < 0 || mnt < 0 || setns(user, CLONE_NEWUSER) < 0 || setns(mnt, CLONE_NEWNS) < 0)
		return fail("enter the namespaces of process", argv[1]);
	if (chdir(here) < 0 && chdir("/") < 0)
		return fail("go to", here);
	snprintf(number, sizeof number, "%d", line);
	setenv("LONGSHORE_LIFELINE", number, 1);
	execv(argv[3], argv + 3);
	return fail("run", argv[3]);
}
