/* A process to be started in a running container: what `join` is told, in memory. See join.c for the whole. */
#ifndef LONGSHORE_ENTRY_H
#define LONGSHORE_ENTRY_H

#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#define ENTRY_LIMITS 16

struct entry {
	pid_t pid;                 /* the container's first process */
	unsigned long long start;  /* and its start in clock ticks, by which it is known for sure */
	int tty, rows, cols;
	int want_stdin;            /* else its stdin is /dev/null */
	int detached;              /* nobody reads what it writes */
	int no_new_privs;
	const char *cwd, *seccomp, *keyring, *oom, *unified;
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	size_t group_count;
	uint64_t bounding, effective, permitted, inheritable;
	struct {
		int which;
		struct rlimit limit;
	} limits[ENTRY_LIMITS];
	size_t limit_count;
	char **tasks;              /* files to write "0" to, which joins a cgroup */
	char **args, **env;        /* each ended by NULL */
	size_t task_count, arg_count, env_count;
};

/*
 * Reads strings, each ended by NUL, up to an empty one: `key=value` as join.c lists them. The entry points into
 * `text`, which is kept. Returns 0, or -1 for what it does not know: then nothing may be started.
 */
int entry_parse(char *text, size_t length, struct entry *entry);

/* Messages on the socket between the two processes; the first byte says which. */
#define SAY_PID 'p'         /* pid_t: the process is made */
#define SAY_TERMINAL 't'    /* with the descriptor of the terminal's master side */
#define SAY_FAILED 'f'      /* words for people: it cannot be started */
#define SAY_UNSUPPORTED 'u' /* words: nothing was touched yet, another way may do it */

/* Descriptors that the entering process is started with, after its stdio. */
#define ENTRY_SPEC_FD 3
#define ENTRY_SAY_FD 4

#endif
