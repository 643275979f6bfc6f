/*
 * join
 *
 * Starts a process in a running container and supervises it to its end: what an OCI runtime's `exec` and a conmon do
 * together, in one small program. Descriptor 3 is a socket to the engine.
 *
 * On it the engine first sends strings, each ended by NUL, and an empty one at last:
 *   pid= start=      the container's first process and its start time in clock ticks
 *   tasks=FILE       (any number) `tasks` of a v1 cgroup to join        unified=DIR  a v2 cgroup to begin in
 *   tty=ROWS COLS    a terminal of this size (0 0: as it comes)         stdin=       the engine's stdin is passed on
 *   detached=        output goes nowhere                                keyring=NAME the container's session keyring
 *   cwd= uid= gid= group= (any number) oom= limit=NUMBER SOFT HARD (any number) no-new-privs= seccomp=FILE
 *   bounding= effective= permitted= inheritable=                        capabilities as masks in hexadecimal
 *   arg= env=        (any number) the program's arguments and the whole of its environment
 * and later, at any time, a terminal's new size: `ROWS COLS\n`.
 *
 * It answers with lines of JSON, as conmon does: {"data":PID} once the program runs, {"data":CODE} when it has ended;
 * or {"data":-1,"message":WORDS} when it cannot be started, {"data":-2,...} when nothing was done and the OCI runtime
 * had better do it.
 *
 * Stdin is the process's stdin. Stdout gets its output, framed as Docker does it, or raw with a terminal. If the
 * engine dies or nobody reads, the process goes on and its output is dropped.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "entry.h"
#include "native.h"
#include "relay.h"

#define CONTROL_FD 3
#define SPEC_MAX (8 * 1024 * 1024)

/* Sends one line to the engine. `words` may be NULL. Nobody there is no error: the process goes on alone. */
static void answer(long data, const char *words)
{
	static char line[8 * 4096 + 64];
	size_t at = (size_t)snprintf(line, sizeof line, "{\"data\":%ld", data);

	if (words) {
		at += (size_t)sprintf(line + at, ",\"message\":\"");
		for (; *words && at < sizeof line - 16; words++) {
			unsigned char c = (unsigned char)*words;
			if (c < 0x20 || c == '"' || c == '\\')
				at += (size_t)sprintf(line + at, "\\u%04x", c);
			else
				line[at++] = (char)c;
		}
		line[at++] = '"';
	}
	at += (size_t)sprintf(line + at, "}\n");
	send(CONTROL_FD, line, at, MSG_NOSIGNAL);
}

/* Reads the strings up to the empty one. */
static char *read_spec(size_t *length)
{
	size_t room = 64 * 1024, have = 0;
	char *text = malloc(room);

	while (text) {
		ssize_t got = recv(CONTROL_FD, text + have, room - have, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return NULL;
		have += (size_t)got;
		if (have >= 2 && text[have - 1] == 0 && text[have - 2] == 0) {
			*length = have;
			return text;
		}
		if (have == room) {
			if (room >= SPEC_MAX)
				return NULL;
			text = realloc(text, room *= 2);
		}
	}
	return NULL;
}

/*
 * A copy of this program in memory that nobody can write to: what runs in the container's namespaces can be opened
 * there by its /proc/PID/exe, and writing to that would be writing to the host's program (CVE-2019-5736).
 */
static int sealed_self(void)
{
	int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), copy;
	struct stat info;
	off_t done = 0;

	copy = (int)syscall(SYS_memfd_create, "longshore-native", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (self < 0 || copy < 0 || fstat(self, &info) < 0)
		return -1;
	while (done < info.st_size)
		if (sendfile(copy, self, &done, (size_t)(info.st_size - done)) <= 0)
			return -1;
	close(self);
	if (fcntl(copy, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		return -1;
	return copy;
}

/* The entry in memory, so that it stands in no argument list and no file. */
static int spec_file(const char *text, size_t length)
{
	int file = (int)syscall(SYS_memfd_create, "entry", MFD_CLOEXEC);

	return file >= 0 && write(file, text, length) == (ssize_t)length ? file : -1;
}

/* Moves a descriptor out of the way of the fixed numbers. */
static int above(int fd)
{
	int moved = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 10);
	if (fd >= 0)
		close(fd);
	return moved;
}

/* The child's side: stdio and the two descriptors in their places, then the sealed copy. */
static void start_entering(int stdio[3], int spec, int say, int self)
{
	char *args[] = { "longshore-native", "joined", NULL }, *none[] = { NULL };

	for (int fd = 0; fd < 3; fd++)
		dup2(stdio[fd], fd);
	dup2(spec, ENTRY_SPEC_FD);
	dup2(say, ENTRY_SAY_FD);
	syscall(SYS_execveat, self, "", args, none, AT_EMPTY_PATH);
	_exit(1);
}

/* A pipe whose ends are both out of the way. */
static int make_pipe(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	ends[0] = above(ends[0]);
	ends[1] = above(ends[1]);
	return ends[0] < 0 || ends[1] < 0 ? -1 : 0;
}

/* Hears what the entering process says until nobody can say more. Returns the pid, or 0 having told the engine why. */
static pid_t hear(int say, int *terminal)
{
	char text[4096 + 1], control[CMSG_SPACE(sizeof(int))];
	pid_t pid = 0;
	int failed = 0;

	for (;;) {
		struct iovec body = { text, sizeof text - 1 };
		struct msghdr message = { .msg_iov = &body, .msg_iovlen = 1, .msg_control = control,
			.msg_controllen = sizeof control };
		struct cmsghdr *head;
		ssize_t got = recvmsg(say, &message, MSG_CMSG_CLOEXEC);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		text[got] = 0;
		head = CMSG_FIRSTHDR(&message);
		if (text[0] == SAY_TERMINAL && *terminal < 0 && pid == 0 && head && head->cmsg_type == SCM_RIGHTS)
			memcpy(terminal, CMSG_DATA(head), sizeof(int));
		else if (text[0] == SAY_PID && pid == 0 && got == 1 + sizeof pid)
			memcpy(&pid, text + 1, sizeof pid);
		else if ((text[0] == SAY_FAILED || text[0] == SAY_UNSUPPORTED) && !failed++)
			answer(text[0] == SAY_FAILED ? -1 : -2, text + 1);
	}
	if (!failed && pid == 0)
		answer(-2, "the process that was to enter the container ended");
	return failed ? 0 : pid;
}

static void tell_end(int code)
{
	answer(code, NULL);
}

int applet_join(int argc, char **argv)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, err[2] = { -1, -1 }, say[2], stdio[3], null, spec, self, terminal = -1;
	struct entry entry;
	size_t length;
	char *text = read_spec(&length), *copy;
	pid_t entering, pid;

	(void)argc;
	(void)argv;
	if (!text || !(copy = malloc(length)))
		return 1;
	setsid(); /* what the engine's terminal or session is told does not reach us */
	signal(SIGPIPE, SIG_IGN);
	memcpy(copy, text, length);
	spec = above(spec_file(text, length));
	self = above(sealed_self());
	null = above(open("/dev/null", O_RDWR | O_CLOEXEC));
	if (entry_parse(copy, length, &entry) < 0 || spec < 0 || self < 0 || null < 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, say) < 0) {
		answer(-2, "the entry cannot be prepared");
		return 1;
	}
	say[0] = above(say[0]);
	say[1] = above(say[1]);
	if (!entry.tty && ((entry.want_stdin && make_pipe(in) < 0) ||
			   (!entry.detached && (make_pipe(out) < 0 || make_pipe(err) < 0)))) {
		answer(-2, strerror(errno));
		return 1;
	}
	stdio[0] = in[0] < 0 ? null : in[0];
	stdio[1] = out[1] < 0 ? null : out[1];
	stdio[2] = err[1] < 0 ? null : err[1];
	entering = fork();
	if (entering == 0)
		start_entering(stdio, spec, say[1], self);
	for (int fd = 0; fd < 3; fd++)
		if (stdio[fd] != null)
			close(stdio[fd]);
	close(spec);
	close(self);
	close(null);
	close(say[1]);
	free(text);
	pid = hear(say[0], &terminal);
	close(say[0]);
	if (entering > 0)
		waitpid(entering, NULL, 0);
	if (pid == 0) {
		/* A dead process that nobody collects keeps its container's PID namespace from ending. */
		while (waitpid(-1, NULL, 0) > 0)
			;
		return 1;
	}
	answer(pid, NULL);
	struct relay relay = {
		.child = pid, .control = CONTROL_FD, .raw = entry.tty, .discard = entry.detached,
		.in = entry.tty ? terminal : in[1], .out = entry.tty ? terminal : out[0], .err = err[0],
		.read_stdin = entry.want_stdin, .ended = tell_end,
	};
	relay_run(&relay);
	return 0;
}
