/*
 * A container's files as the container names them: a mount namespace of our own, whose root is the container's root
 * filesystem with its volumes and binds in place. Whatever its links say, nothing else can be reached from there, and
 * no check races with what a running container does meanwhile.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "files.h"

void fail(int code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	exit(code);
}

void fail_errno(const char *what, const char *path)
{
	int error = errno;

	fail(error == ENOENT ? EXIT_MISSING : error == ENOSPC || error == EDQUOT ? EXIT_FULL : EXIT_REFUSED,
	     "%s %s: %s", what, path, strerror(error));
}

static int open_in(int root, const char *path, int flags)
{
	struct open_how how = { .flags = (unsigned)flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };

	return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

/* Opens what is mounted on, making it as a directory or a file when it is not there. */
static int mount_point(int root, const char *path, int directory)
{
	char part[PATH_BYTES];
	int fd = open_in(root, path, O_PATH), above;

	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (strlen(path) >= sizeof part) {
		errno = ENAMETOOLONG;
		return -1;
	}
	above = open_in(root, "/", O_PATH);
	for (const char *slash = path; above >= 0 && *slash;) {
		const char *start = slash + strspn(slash, "/"), *end = start + strcspn(start, "/");
		int last = end[strspn(end, "/")] == '\0', next;

		if (start == end)
			break;
		memcpy(part, start, (size_t)(end - start));
		part[end - start] = '\0';
		/* A link on the way is followed by the whole path so far, resolved inside the root. */
		char *so_far = strndup(path, (size_t)(end - path));
		next = open_in(root, so_far, O_PATH);
		if (next < 0 && errno == ENOENT) {
			if (last && !directory) {
				int file = openat(above, part, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0755);
				if (file >= 0)
					close(file);
			} else {
				mkdirat(above, part, 0755);
			}
			next = open_in(root, so_far, O_PATH);
		}
		free(so_far);
		close(above);
		above = next;
		slash = end;
	}
	return above;
}

/* Makes the mount at `place` read-only, its other flags as they are: a user namespace may not take any away. */
static int make_read_only(const char *place)
{
	static const struct { unsigned long stat, mount; } kept[] = {
		{ ST_NOSUID, MS_NOSUID },     { ST_NODEV, MS_NODEV },       { ST_NOEXEC, MS_NOEXEC },
		{ ST_NOATIME, MS_NOATIME },   { ST_RELATIME, MS_RELATIME }, { ST_NODIRATIME, MS_NODIRATIME },
	};
	unsigned long flags = MS_REMOUNT | MS_BIND | MS_RDONLY;
	struct statvfs stat;

	if (statvfs(place, &stat) < 0)
		return -1;
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		if (stat.f_flag & kept[i].stat)
			flags |= kept[i].mount;
	return mount(NULL, place, NULL, flags, NULL);
}

static void bind(int root, const struct view_bind *each)
{
	char place[64];
	struct stat stat;
	unsigned long flags = MS_BIND | (each->recursive ? MS_REC : 0);
	int fd;

	/* A source that is gone stops a start, not a look at the other files. */
	if (lstat(each->source, &stat) < 0)
		return;
	fd = mount_point(root, each->target, S_ISDIR(stat.st_mode));
	if (fd < 0)
		fail_errno("mounting at", each->target);
	snprintf(place, sizeof place, "/proc/self/fd/%d", fd);
	if (mount(each->source, place, NULL, flags, NULL) < 0)
		fail_errno("mounting at", each->target);
	close(fd);
	if (!each->read_only)
		return;
	/* What is mounted there now is another place than the descriptor's. */
	fd = open_in(root, each->target, O_PATH);
	snprintf(place, sizeof place, "/proc/self/fd/%d", fd);
	if (fd < 0 || make_read_only(place) < 0)
		fail_errno("making read-only", each->target);
	close(fd);
}

void enter_view(const struct view *view)
{
	int root;

	if (unshare(CLONE_NEWNS) < 0)
		fail_errno("making a mount namespace for", view->root);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		fail_errno("making private the mounts for", view->root);
	/* pivot_root wants a mount point, and the root may be a plain directory. */
	if (mount(view->root, view->root, NULL, MS_BIND, NULL) < 0)
		fail_errno("mounting", view->root);
	root = open(view->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		fail_errno("opening", view->root);
	for (int i = 0; i < view->count; i++)
		bind(root, &view->binds[i]);
	/* All other mounts are let go of: another container's can be unmounted while this one is read. */
	if (fchdir(root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		fail_errno("entering", view->root);
	if (view->read_only && make_read_only("/") < 0)
		fail_errno("making read-only", view->root);
	close(root);
}
