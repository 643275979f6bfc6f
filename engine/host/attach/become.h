/* The last steps of a process that enters a container: see become.c. */
#ifndef LONGSHORE_BECOME_H
#define LONGSHORE_BECOME_H

#include <linux/filter.h>

#include "entry.h"

/* A seccomp filter as crun compiled it for the container. */
struct filter {
	struct sock_fprog program;
};

/* Reads a filter. Returns -1 with errno. */
int filter_read(const char *path, struct filter *filter);

/* Gives up what the process is not to have and executes its program; failing, says why. Never returns. */
void become(const struct entry *entry, const struct filter *filter) __attribute__((noreturn));

/* Sends one of the messages of entry.h and ends. */
void say_and_exit(char kind, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));

#endif
