/* Carrying a process's stdio while it runs: see relay.c. */
#ifndef LONGSHORE_RELAY_H
#define LONGSHORE_RELAY_H

#include <sys/types.h>

struct relay {
	pid_t child;
	int control;       /* lines `ROWS COLS`: the terminal's size */
	int raw;           /* a terminal: `in` and `out` are its master side, and there are no frames */
	int discard;       /* nobody reads */
	int in, out, err;  /* -1 where there is none */
	int read_stdin;
	void (*ended)(int code); /* told once, with its exit code or 128 + the number of the signal */
};

/* Carries bytes until the child has ended and what it had written by then is delivered, or nobody takes it. */
void relay_run(struct relay *relay);

#endif
