/*
 * userns make PATH UID GID COUNT [also-root]  a user namespace bound at PATH, in which ids from 0 on are the COUNT ids
 *                                             from UID and GID on; also-root: and id COUNT is the host's root
 * userns view SOURCE PATH USERNS              the folder SOURCE once more at PATH, owners shifted as USERNS says:
 *                                             what root owns on the disk, its first id owns there
 * userns net PATH USERNS                      a network namespace bound at PATH that belongs to USERNS
 *
 * in USERNS APPLET ...                        the applet, as root of that user namespace
 *
 * For containers whose root is somebody else on the host (user_namespaces(7), mount_setattr(2)).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "native.h"

static int fail(const char *what, const char *on)
{
	fprintf(stderr, "cannot %s %s: %s\n", what, on, strerror(errno));
	return 1;
}

static int write_map(pid_t pid, const char *file, const char *first, const char *count, int also_root)
{
	char path[64], map[128];
	int fd, length;
	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
	length = snprintf(map, sizeof map, "0 %s %s\n", first, count);
	if (also_root)
		length += snprintf(map + length, sizeof map - (size_t)length, "%s 0 1\n", count);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, map, (size_t)length) != length)
		return -1;
	return close(fd);
}

/* A child that has its own namespaces of `flags`, in the user namespace `user` if that is no -1, until `done` closes. */
static pid_t child_with(int flags, int user, int *done)
{
	int ready[2], end[2];
	char byte;
	pid_t child;
	if (pipe2(ready, O_CLOEXEC) < 0 || pipe2(end, O_CLOEXEC) < 0 || (child = fork()) < 0)
		return -1;
	if (child == 0) {
		close(end[1]);
		if ((user >= 0 && setns(user, CLONE_NEWUSER) < 0) || unshare(flags) < 0)
			_exit(errno);
		if (write(ready[1], "", 1) < 0 || read(end[0], &byte, 1) < 0)
			_exit(errno);
		_exit(0);
	}
	close(ready[1]);
	close(end[0]);
	*done = end[1];
	if (read(ready[0], &byte, 1) == 1) {
		close(ready[0]);
		return child;
	}
	{
		int status = 0;
		waitpid(child, &status, 0);
		errno = WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
	}
	return -1;
}

static int bind_namespace(pid_t pid, const char *kind, const char *at)
{
	char path[64];
	int fd = open(at, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	close(fd);
	snprintf(path, sizeof path, "/proc/%d/ns/%s", (int)pid, kind);
	if (mount(path, at, NULL, MS_BIND, NULL) == 0)
		return 0;
	unlink(at);
	return -1;
}

static int make(char **a, int also_root)
{
	int done, result;
	pid_t child = child_with(CLONE_NEWUSER, -1, &done);
	if (child < 0)
		return fail("make a user namespace for", a[0]);
	result = write_map(child, "uid_map", a[1], a[3], also_root) < 0 ||
		 write_map(child, "gid_map", a[2], a[3], also_root) < 0 || bind_namespace(child, "user", a[0]) < 0;
	if (result)
		fail("make the user namespace", a[0]);
	close(done);
	waitpid(child, NULL, 0);
	return result;
}

static int net(const char *at, const char *userns)
{
	int done, result, user = open(userns, O_RDONLY | O_CLOEXEC);
	pid_t child = user < 0 ? -1 : child_with(CLONE_NEWNET, user, &done);
	if (child < 0)
		return fail("make a network namespace of", userns);
	result = bind_namespace(child, "net", at) < 0;
	if (result)
		fail("bind a network namespace at", at);
	close(done);
	waitpid(child, NULL, 0);
	return result;
}

static int view(const char *source, const char *at, const char *userns)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	int tree, user = open(userns, O_RDONLY | O_CLOEXEC);
	if (user < 0)
		return fail("open", userns);
	attr.userns_fd = (uint64_t)user;
	tree = (int)syscall(SYS_open_tree, AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree < 0)
		return fail("look into", source);
	if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof attr) < 0)
		return fail("shift the owners of", source);
	if (syscall(SYS_move_mount, tree, "", AT_FDCWD, at, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return fail("mount at", at);
	return 0;
}

int userns_enter(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWUSER) < 0 || setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 ||
	    setresuid(0, 0, 0) < 0)
		return fail("become root of", path);
	return close(fd);
}

int applet_userns(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	if (strcmp(verb, "make") == 0 && (argc == 6 || argc == 7))
		return make(argv + 2, argc == 7);
	if (strcmp(verb, "view") == 0 && argc == 5)
		return view(argv[2], argv[3], argv[4]);
	if (strcmp(verb, "net") == 0 && argc == 4)
		return net(argv[2], argv[3]);
	fputs("usage: userns make|view|net ...\n", stderr);
	return 2;
}
