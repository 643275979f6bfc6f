/*
 * joined        (started by `join` alone; see there)
 *
 * Becomes a process of a running container: joins its cgroups and namespaces, then lets go of every right that the
 * process is not to have, in the order in which each step still may be done, and executes the program.
 * The entry is read from ENTRY_SPEC_FD; what is to be said goes to the socket ENTRY_SAY_FD, whose end without a failure
 * says that the program runs.
 *
 * What a hostile container could do, and what stands against it:
 * - writing to this very program through /proc/PID/exe: it runs from a sealed copy in memory (join.c);
 * - tracing it or reading its memory before it has let go of its rights: it is not dumpable, and only the last of
 *   its processes is in the container's PID namespace;
 * - reaching the host through a descriptor or a working directory: everything but stdio is closed by the kernel at
 *   execve, and a working directory outside of the root is refused;
 * - a file of its own in the place of /dev/pts/ptmx: it must be the multiplexer of a devpts, and the terminal's other
 *   side is asked for by descriptor, not by a name.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "become.h"
#include "entry.h"
#include "native.h"

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

void say_and_exit(char kind, const char *format, ...)
{
	char text[4096];
	va_list args;
	int length;

	text[0] = kind;
	va_start(args, format);
	length = vsnprintf(text + 1, sizeof text - 1, format, args);
	va_end(args);
	if (length > (int)sizeof text - 2)
		length = sizeof text - 2;
	send(ENTRY_SAY_FD, text, (size_t)length + 1, MSG_NOSIGNAL);
	_exit(1);
}

/* Opens the container's first process and makes sure that it is the one that was meant. */
static int open_target(const struct entry *e)
{
	char path[64], text[1024], *at;
	unsigned long long start = 0;
	int pidfd = (int)syscall(SYS_pidfd_open, e->pid, 0), file;
	ssize_t got;

	if (pidfd < 0)
		say_and_exit(SAY_UNSUPPORTED, "pidfd_open: %s", strerror(errno));
	snprintf(path, sizeof path, "/proc/%d/stat", (int)e->pid);
	file = open(path, O_RDONLY | O_CLOEXEC);
	got = file < 0 ? -1 : read(file, text, sizeof text - 1);
	close(file);
	text[got > 0 ? got : 0] = 0;
	/* Field 22; the second, the name in brackets, may hold anything. */
	at = strrchr(text, ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	if (at)
		start = strtoull(at + 1, NULL, 10);
	if (start != e->start)
		say_and_exit(SAY_FAILED, "container is not running");
	return pidfd;
}

/* The namespaces in which the container differs from us, as flags of setns(2). */
static int namespaces_to_join(pid_t pid)
{
	static const struct {
		const char *name;
		int flag;
	} kinds[] = {
		{ "user", CLONE_NEWUSER }, { "mnt", CLONE_NEWNS }, { "net", CLONE_NEWNET }, { "ipc", CLONE_NEWIPC },
		{ "pid", CLONE_NEWPID }, { "uts", CLONE_NEWUTS }, { "cgroup", CLONE_NEWCGROUP },
		{ "time", CLONE_NEWTIME },
	};
	char path[64];
	int flags = 0;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct stat ours, theirs;
		snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i].name);
		if (stat(path, &ours) < 0)
			continue; /* a kernel without this kind */
		snprintf(path, sizeof path, "/proc/%d/ns/%s", (int)pid, kinds[i].name);
		if (stat(path, &theirs) < 0)
			say_and_exit(SAY_UNSUPPORTED, "%s: %s", path, strerror(errno));
		if (ours.st_ino != theirs.st_ino || ours.st_dev != theirs.st_dev)
			flags |= kinds[i].flag;
	}
	if (flags & CLONE_NEWUSER)
		say_and_exit(SAY_UNSUPPORTED, "the container has a user namespace of its own");
	if (!(flags & CLONE_NEWNS))
		say_and_exit(SAY_UNSUPPORTED, "the container has no root of its own");
	return flags;
}

/* Writes `text` to a file; -1 with errno. */
static int write_file(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC), result, saved;

	if (file < 0)
		return -1;
	result = write(file, text, strlen(text)) < 0 ? -1 : 0;
	saved = errno;
	close(file);
	errno = saved;
	return result;
}

/*
 * Joins the cgroups of v1. Through `tasks`, with one thread that names itself, the kernel need not wait for every
 * other process to stop forking, as it does for cgroup.procs: that wait is the most of an exec's time.
 */
static void join_cgroups(const struct entry *e)
{
	size_t joined = 0;

	for (char **path = e->tasks; *path; path++) {
		if (write_file(*path, "0") == 0)
			joined++;
		else if (errno != ENOENT) /* a hierarchy in which the container has no group */
			say_and_exit(SAY_UNSUPPORTED, "%s: %s", *path, strerror(errno));
	}
	if (joined == 0 && e->task_count > 0)
		say_and_exit(SAY_UNSUPPORTED, "the container has no cgroup to join");
}

/* Makes a terminal of the container's own devpts into our stdio and hands its master side out. */
static void open_terminal(const struct entry *e)
{
	struct winsize size = { (unsigned short)e->rows, (unsigned short)e->cols, 0, 0 };
	struct statfs where;
	struct stat what;
	int master = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), slave, unlocked = 0;
	char kind = SAY_TERMINAL;
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec body = { &kind, 1 };
	struct msghdr message = { .msg_iov = &body, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof control };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	if (master < 0 || fstat(master, &what) < 0 || fstatfs(master, &where) < 0 || !S_ISCHR(what.st_mode) ||
	    what.st_rdev != makedev(5, 2) || where.f_type != DEVPTS_SUPER_MAGIC ||
	    ioctl(master, TIOCSPTLCK, &unlocked) < 0 ||
	    (slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC)) < 0)
		say_and_exit(SAY_UNSUPPORTED, "open a terminal in the container: %s", strerror(errno));
	if (size.ws_row && size.ws_col)
		ioctl(master, TIOCSWINSZ, &size);
	if (fchown(slave, e->uid, (gid_t)-1) < 0 && errno != EPERM && errno != EROFS)
		say_and_exit(SAY_FAILED, "give the terminal to user %u: %s", e->uid, strerror(errno));
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &master, sizeof(int));
	if (sendmsg(ENTRY_SAY_FD, &message, MSG_NOSIGNAL) != 1)
		_exit(1);
	for (int fd = 0; fd < 3; fd++)
		dup2(slave, fd);
	close(slave);
	close(master);
}

/* Like fork, but the child is our parent's, and begins in the cgroup `unified` if that is not negative. */
static pid_t fork_sibling(int unified)
{
	struct clone_args args = { .flags = CLONE_PARENT };

	if (unified >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)unified;
	}
	return (pid_t)syscall(SYS_clone3, &args, sizeof args);
}

static struct entry read_entry(void)
{
	struct entry entry;
	struct stat info;
	char *text;

	if (fstat(ENTRY_SPEC_FD, &info) < 0 || !(text = malloc((size_t)info.st_size + 1)) ||
	    pread(ENTRY_SPEC_FD, text, (size_t)info.st_size, 0) != info.st_size ||
	    entry_parse(text, (size_t)info.st_size, &entry) < 0)
		say_and_exit(SAY_UNSUPPORTED, "the entry cannot be read");
	close(ENTRY_SPEC_FD);
	return entry;
}

int applet_joined(int argc, char **argv)
{
	struct filter filter = { 0 };
	int pidfd, flags, unified = -1;
	pid_t child;
	char message[1 + sizeof child] = { SAY_PID };

	(void)argc;
	(void)argv;
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	struct entry entry = read_entry();
	pidfd = open_target(&entry);
	if (entry.seccomp && filter_read(entry.seccomp, &filter) < 0)
		say_and_exit(SAY_UNSUPPORTED, "%s: %s", entry.seccomp, strerror(errno));
	if (entry.unified && (unified = open(entry.unified, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		say_and_exit(SAY_UNSUPPORTED, "%s: %s", entry.unified, strerror(errno));
	flags = namespaces_to_join(entry.pid);
	join_cgroups(&entry);
	if (entry.oom && write_file("/proc/self/oom_score_adj", entry.oom) < 0)
		say_and_exit(SAY_FAILED, "set the OOM score to %s: %s", entry.oom, strerror(errno));
	/* As the container's own first process does: one keyring for all of it, and none of the engine's. */
	if (entry.keyring && syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, entry.keyring) < 0)
		syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	if (setns(pidfd, flags) < 0)
		say_and_exit(errno == ESRCH ? SAY_FAILED : SAY_UNSUPPORTED, "setns: %s", strerror(errno));
	close(pidfd);
	if (entry.tty)
		open_terminal(&entry);

	/* The PID namespace is the child's: until then nothing in the container sees this process. */
	child = fork_sibling(unified);
	if (child < 0)
		say_and_exit(SAY_UNSUPPORTED, "clone3: %s", strerror(errno));
	if (child == 0)
		become(&entry, &filter);
	memcpy(message + 1, &child, sizeof child);
	send(ENTRY_SAY_FD, message, sizeof message, MSG_NOSIGNAL);
	return 0;
}
