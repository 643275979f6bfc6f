/*
 * leash FOLDER PROGRAM ARGS...
 *
 * First makes the files that stdin brings, in memory: on a tmpfs at FOLDER that only this process and what it starts can
 * see, and that goes with them. Each file is the length of its name (u32; 0 ends them), the name, mode, uid, gid and size
 * (u32) and its bytes.
 *
 * Then runs a program for as long as somebody holds the other end of stdin: an engine that builds. The program's own stdin is
 * empty, its output goes through pipes of ours (what Node gives a child are sockets, and /dev/stderr of such a process
 * cannot be opened) to our stdout and stderr. When the holder is gone, or the program has ended, all that it started is
 * killed, in other sessions too. Ends with the program's exit code, or 128 + the number of the signal that ended it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "native.h"

static char buffer[64 * 1024];

static int take(void *bytes, size_t length)
{
	for (size_t at = 0; at < length;) {
		ssize_t got = read(STDIN_FILENO, (char *)bytes + at, length - at);

		if (got <= 0 && !(got < 0 && errno == EINTR))
			return -1;
		at += got > 0 ? (size_t)got : 0;
	}
	return 0;
}

/* Returns 1 for a file that was made, 0 at their end, -1 with errno. */
static int take_file(int folder)
{
	uint32_t length, facts[4];
	char name[256];
	int fd, failed = 0;

	if (take(&length, sizeof length) < 0 || length >= sizeof name)
		return -1;
	if (length == 0)
		return 0;
	name[length] = '\0';
	if (take(name, length) < 0 || take(facts, sizeof facts) < 0)
		return -1;
	fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	for (uint32_t left = facts[3]; left > 0 && !failed;) {
		uint32_t want = left < sizeof buffer ? left : (uint32_t)sizeof buffer;

		failed = take(buffer, want) < 0 || write(fd, buffer, want) != (ssize_t)want;
		left -= want;
	}
	if (fchown(fd, facts[1], facts[2]) < 0 || fchmod(fd, facts[0]) < 0)
		failed = 1;
	close(fd);
	return failed ? -1 : 1;
}

static int make_files(const char *path)
{
	int folder, more;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL) < 0 ||
	    mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700,size=64m") < 0)
		return -1;
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return -1;
	do
		more = take_file(folder);
	while (more > 0);
	close(folder);
	return more;
}

/* One end of the program's output; `to` is our own descriptor. */
struct stream {
	int from, to;
};

static pid_t start(char **argv, int out, int err, const sigset_t *before)
{
	pid_t child = fork();

	if (child == 0) {
		int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sigprocmask(SIG_SETMASK, before, NULL);
		signal(SIGPIPE, SIG_DFL);
		dup2(null, STDIN_FILENO);
		dup2(out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		execv(argv[0], argv);
		fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	return child;
}

/* The children of this process: those that lost their own parent are among them. */
static int kill_children(void)
{
	char path[64];
	FILE *list;
	int pid, count = 0;

	snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
	list = fopen(path, "re");
	while (list && fscanf(list, "%d", &pid) == 1) {
		kill(pid, SIGKILL);
		count++;
	}
	if (list)
		fclose(list);
	return count;
}

/* Ends all that is left. Whatever a killed process had started becomes ours, and is next. */
static void kill_all(void)
{
	for (;;) {
		kill_children();
		if (waitpid(-1, NULL, 0) < 0 && errno == ECHILD)
			return;
	}
}

/* Passes on what there is. Returns 0 at the end of the stream, -1 when nobody takes it. */
static int pass(struct stream *stream)
{
	ssize_t got = read(stream->from, buffer, sizeof buffer);

	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 1 : 0;
	if (got == 0)
		return 0;
	for (ssize_t at = 0; at < got;) {
		ssize_t put = write(stream->to, buffer + at, (size_t)(got - at));

		if (put < 0 && errno == EAGAIN) {
			struct pollfd wait = { stream->to, POLLOUT, 0 };
			poll(&wait, 1, -1);
		} else if (put < 0 && errno != EINTR) {
			return -1;
		} else if (put > 0) {
			at += put;
		}
	}
	return 1;
}

static int run(pid_t child, struct stream *streams, int children)
{
	struct pollfd wait[4] = {
		{ streams[0].from, POLLIN, 0 },
		{ streams[1].from, POLLIN, 0 },
		{ children, POLLIN, 0 },
		{ STDIN_FILENO, POLLIN, 0 },
	};
	int status = -1;

	while (status < 0 || wait[0].fd >= 0 || wait[1].fd >= 0) {
		if (poll(wait, 4, -1) < 0 && errno != EINTR)
			return 1;
		for (int i = 0; i < 2; i++) {
			int result = wait[i].fd >= 0 && wait[i].revents ? pass(&streams[i]) : 1;

			if (result < 0)
				return -1;
			if (result == 0)
				wait[i].fd = -1;
		}
		if (wait[2].revents) {
			int each;
			pid_t pid;

			if (read(children, buffer, sizeof(struct signalfd_siginfo)) < 0 && errno != EAGAIN)
				return 1;
			while ((pid = waitpid(-1, &each, WNOHANG)) > 0)
				if (pid == child)
					status = each;
			/* Its output ends when those are gone that may still write to it. */
			if (status >= 0)
				kill_all();
		}
		if (wait[3].revents && (wait[3].revents & (POLLHUP | POLLERR) || read(STDIN_FILENO, buffer, sizeof buffer) == 0))
			return -1;
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int applet_leash(int argc, char **argv)
{
	struct stream streams[2] = { { -1, STDOUT_FILENO }, { -1, STDERR_FILENO } };
	sigset_t watched, before;
	int ends[2][2], result, children;
	pid_t child;

	if (argc < 3) {
		fputs("usage: leash FOLDER PROGRAM ARGS...\n", stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	umask(0);
	if (make_files(argv[1]) < 0) {
		fprintf(stderr, "cannot make files at %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	umask(022);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	sigemptyset(&watched);
	sigaddset(&watched, SIGCHLD);
	sigprocmask(SIG_BLOCK, &watched, &before);
	children = signalfd(-1, &watched, SFD_NONBLOCK | SFD_CLOEXEC);
	for (int i = 0; i < 2; i++) {
		if (pipe2(ends[i], O_CLOEXEC) < 0) {
			fprintf(stderr, "cannot make a pipe: %s\n", strerror(errno));
			return 1;
		}
		streams[i].from = ends[i][0];
		fcntl(ends[i][0], F_SETFL, O_NONBLOCK);
	}
	child = start(argv + 2, ends[0][1], ends[1][1], &before);
	close(ends[0][1]);
	close(ends[1][1]);
	if (child < 0) {
		fprintf(stderr, "cannot start %s: %s\n", argv[2], strerror(errno));
		return 1;
	}
	result = run(child, streams, children);
	kill_all();
	return result < 0 ? 137 : result;
}
