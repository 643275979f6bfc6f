/*
 * Inside the container's namespaces, still with the engine's rights: lets go of them and executes the program.
 *
 * The order is given by what each step needs: groups and ids before capabilities, the filter while CAP_SYS_ADMIN is
 * there (or after no_new_privs, which needs none), and after the filter as few system calls as can be, because a
 * profile may refuse them: capset, execve and the write that says what failed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "become.h"

#define FILTER_MAX (BPF_MAXINSNS * sizeof(struct sock_filter))

int filter_read(const char *path, struct filter *filter)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	char *bytes = malloc(FILTER_MAX + 1);
	ssize_t got = -1;

	if (file >= 0 && bytes)
		got = read(file, bytes, FILTER_MAX + 1);
	if (file >= 0)
		close(file);
	if (got <= 0)
		return -1;
	if ((size_t)got > FILTER_MAX || (size_t)got % sizeof(struct sock_filter)) {
		errno = EINVAL;
		return -1;
	}
	filter->program.len = (unsigned short)((size_t)got / sizeof(struct sock_filter));
	filter->program.filter = (struct sock_filter *)bytes;
	return 0;
}

static void default_signals(void)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		sigaction(number, &action, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* A directory that the container's root does not reach has a path that does not begin with a slash (getcwd(2)). */
static void enter_directory(const char *cwd)
{
	char path[PATH_MAX];
	long length;

	if (chdir(cwd) < 0)
		say_and_exit(SAY_FAILED, "chdir to cwd (\"%s\") set in config.json failed: %s", cwd, strerror(errno));
	length = syscall(SYS_getcwd, path, sizeof path);
	if (length < 0 ? errno != ERANGE : path[0] != '/')
		say_and_exit(SAY_FAILED, "current working directory is outside of container mount namespace root");
}

/* Pipes of another owner could not be opened again through /dev/stdout. Devices are not ours to give away. */
static void own_stdio(uid_t uid, gid_t gid)
{
	for (int fd = 0; fd < 3; fd++) {
		struct stat info;
		if (fstat(fd, &info) == 0 && S_ISFIFO(info.st_mode) && fchown(fd, uid, gid) < 0)
			say_and_exit(SAY_FAILED, "give stdio to user %u: %s", uid, strerror(errno));
	}
}

static void set_capabilities(uint64_t effective, uint64_t permitted, uint64_t inheritable)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = {
		{ (uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable },
		{ (uint32_t)(effective >> 32), (uint32_t)(permitted >> 32), (uint32_t)(inheritable >> 32) },
	};

	if (syscall(SYS_capset, &header, data) < 0)
		say_and_exit(SAY_FAILED, "set capabilities: %s", strerror(errno));
}

/* What we may still do, as a mask. */
static uint64_t permitted_now(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &header, data) < 0)
		say_and_exit(SAY_FAILED, "read capabilities: %s", strerror(errno));
	return data[0].permitted | (uint64_t)data[1].permitted << 32;
}

static void become_user(const struct entry *e)
{
	for (int cap = 0; cap < 64; cap++) {
		int has = prctl(PR_CAPBSET_READ, cap, 0, 0, 0);
		if (has < 0)
			break; /* the kernel has no more */
		if (has && !(e->bounding >> cap & 1) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			say_and_exit(SAY_FAILED, "drop capability %d: %s", cap, strerror(errno));
	}
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 || setgroups(e->group_count, e->groups) < 0 ||
	    setresgid(e->gid, e->gid, e->gid) < 0 || setresuid(e->uid, e->uid, e->uid) < 0)
		say_and_exit(SAY_FAILED, "become user %u of group %u: %s", e->uid, e->gid, strerror(errno));
	/* A change of ids makes a process dumpable where the host's fs.suid_dumpable says so. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

static void apply_filter(const struct entry *e, const struct filter *filter)
{
	if (e->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		say_and_exit(SAY_FAILED, "set no_new_privs: %s", strerror(errno));
	if (!filter->program.filter)
		return;
	if (!e->no_new_privs) {
		uint64_t all = permitted_now();
		set_capabilities(all, all, 0);
	}
	/* The flag is that of the OCI runtimes: mitigations that processes have not asked for stay off. */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &filter->program) < 0)
		say_and_exit(SAY_FAILED, "apply the seccomp filter: %s", strerror(errno));
}

/* Executes the program, looked for in the PATH of its own environment as its own user. Returns an errno. */
static int execute(const struct entry *e)
{
	const char *path = "", *name = e->args[0];
	char candidate[PATH_MAX];
	int denied = 0;

	if (strchr(name, '/')) {
		execve(name, e->args, e->env);
		return errno;
	}
	for (char **entry = e->env; *entry; entry++)
		if (strncmp(*entry, "PATH=", 5) == 0)
			path = *entry + 5;
	while (*path && *name) {
		size_t length = strcspn(path, ":");
		if (length > 0 && length + strlen(name) + 2 <= sizeof candidate) {
			snprintf(candidate, sizeof candidate, "%.*s/%s", (int)length, path, name);
			execve(candidate, e->args, e->env);
			if (errno == EACCES)
				denied = 1;
			else if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP && errno != ENAMETOOLONG)
				return errno;
		}
		path += length + (path[length] == ':');
	}
	return denied ? EACCES : 0;
}

void become(const struct entry *e, const struct filter *filter)
{
	int why;

	syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC);
	setsid();
	if (e->tty && ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0)
		say_and_exit(SAY_FAILED, "set the controlling terminal: %s", strerror(errno));
	default_signals();
	enter_directory(e->cwd);
	for (size_t i = 0; i < e->limit_count; i++)
		if (setrlimit(e->limits[i].which, &e->limits[i].limit) < 0)
			say_and_exit(SAY_FAILED, "set resource limit %d: %s", e->limits[i].which, strerror(errno));
	umask(022);
	own_stdio(e->uid, e->gid);
	become_user(e);
	apply_filter(e, filter);
	set_capabilities(e->effective, e->permitted, e->inheritable);
	why = execute(e);
	if (why == 0)
		say_and_exit(SAY_FAILED, "executable file `%s` not found in $PATH", e->args[0]);
	say_and_exit(SAY_FAILED, "exec: \"%s\": %s", e->args[0], strerror(why));
}
