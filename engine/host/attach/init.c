/*
 * init [--] PROGRAM ARGS...        (also when called as docker-init, as which it is bound into containers)
 *
 * A container's first process for `--init`: starts the program, passes signals on to it, collects orphans, and
 * ends as the program ended. Static, so that it runs in any root filesystem.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "native.h"

int applet_init(int argc, char **argv)
{
	sigset_t all, before;
	int first = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1, number;
	pid_t child;

	if (first >= argc) {
		fputs("usage: init [--] PROGRAM ARGS...\n", stderr);
		return 2;
	}
	sigfillset(&all);
	/* Faults of this program itself must not be held back. */
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGFPE);
	sigdelset(&all, SIGILL);
	sigdelset(&all, SIGTRAP);
	sigdelset(&all, SIGABRT);
	sigprocmask(SIG_BLOCK, &all, &before);

	child = fork();
	if (child < 0) {
		perror("fork");
		return 1;
	}
	if (child == 0) {
		/* Its own group, in the terminal's foreground: ctrl-c reaches the program and its children alone. */
		setpgid(0, 0);
		tcsetpgrp(STDIN_FILENO, getpid());
		sigprocmask(SIG_SETMASK, &before, NULL);
		execvp(argv[first], argv + first);
		fprintf(stderr, "%s: %s\n", argv[first], strerror(errno));
		_exit(errno == ENOENT ? 127 : 126);
	}
	for (;;) {
		int status, code = -1;
		pid_t gone;

		if (sigwait(&all, &number) != 0)
			continue;
		if (number != SIGCHLD) {
			if (number != SIGTTIN && number != SIGTTOU)
				kill(child, number);
			continue;
		}
		while ((gone = waitpid(-1, &status, WNOHANG)) > 0) {
			if (gone == child)
				code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		}
		if (code >= 0)
			return code;
	}
}
