/* One entry of a copy at a time: see copy.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "copy.h"
#include "files.h"

#define XATTR_BYTES 65536
#define COPY_BYTES (1 << 30)

int see(const struct place *place, const char *name, struct stat *stat)
{
	if (fstatat(place->out, name, stat, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	if ((errno != ENOENT && errno != ENOTDIR) || place->below < 0)
		return -1;
	if (fstatat(place->below, name, stat, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (!is_whiteout(stat))
		return 0;
	errno = ENOENT;
	return -1;
}

int open_directory(int at, const char *name)
{
	return at < 0 ? -1 : openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Attributes that mean the same everywhere. Where the file system has none, the file is copied all the same. */
static void copy_attributes(int from, int to)
{
	static char names[XATTR_BYTES], value[XATTR_BYTES];
	ssize_t length = flistxattr(from, names, sizeof names);

	for (char *name = names; length > 0 && name < names + length; name += strlen(name) + 1) {
		ssize_t size;

		if (!is_portable(name))
			continue;
		size = fgetxattr(from, name, value, sizeof value);
		if (size >= 0 && fsetxattr(to, name, value, (size_t)size, 0) < 0 && errno == ENOSPC)
			fail_errno("writing the attributes of", name);
	}
}

void finish(const struct copy_rules *rules, int fd, const char *name, const struct stat *from, const char *path)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_NOW }, from->st_mtim };
	uid_t uid = rules->owner_given ? rules->uid : rules->owner_root ? 0 : from->st_uid;
	gid_t gid = rules->owner_given ? rules->gid : rules->owner_root ? 0 : from->st_gid;
	int at = AT_SYMLINK_NOFOLLOW | (*name ? 0 : AT_EMPTY_PATH);

	/* The owner first: changing it takes set-user-id bits away. */
	if (fchownat(fd, name, uid, gid, at) < 0)
		fail_errno("changing the owner of", path);
	if (!S_ISLNK(from->st_mode)) {
		mode_t mode = from->st_mode & 07777;
		int changed = *rules->chmod ? changed_mode(rules->chmod, from->st_mode) : (int)mode;

		if (changed < 0)
			fail(EXIT_REFUSED, "invalid mode: %s", rules->chmod);
		if ((*name ? fchmodat(fd, name, (mode_t)changed, 0) : fchmod(fd, (mode_t)changed)) < 0)
			fail_errno("changing the mode of", path);
	}
	if ((*name ? utimensat(fd, name, times, AT_SYMLINK_NOFOLLOW) : futimens(fd, times)) < 0)
		fail_errno("changing the times of", path);
}

int bring_up(const struct place *place, const char *name)
{
	static const struct copy_rules as_it_is = { .chmod = "" };
	struct stat stat;
	int fd = open_directory(place->out, name), below;

	if (fd >= 0 || errno != ENOENT)
		return fd;
	below = open_directory(place->below, name);
	if (below < 0)
		return -1;
	if (fstat(below, &stat) == 0 && mkdirat(place->out, name, 0700) == 0)
		fd = open_directory(place->out, name);
	if (fd < 0)
		fail_errno("making the directory", name);
	copy_attributes(below, fd);
	finish(&as_it_is, fd, "", &stat, name);
	close(below);
	return fd;
}

/* Files of the source that have several names, and the first that the copy gave them. */
struct known_link {
	dev_t device;
	ino_t inode;
	int out;
	char *name;
	struct known_link *next;
};
static struct known_link *known_links[1024];

void forget_links(void)
{
	for (size_t i = 0; i < sizeof known_links / sizeof *known_links; i++)
		while (known_links[i]) {
			struct known_link *gone = known_links[i];

			known_links[i] = gone->next;
			close(gone->out);
			free(gone->name);
			free(gone);
		}
}

/* Makes another name of what was copied under a first one. Returns whether it did; else this one is the first. */
static int made_link(const struct place *place, const char *as, const struct stat *stat, const char *path)
{
	struct known_link **slot = &known_links[stat->st_ino % (sizeof known_links / sizeof *known_links)], *each;

	for (each = *slot; each; each = each->next)
		if (each->device == stat->st_dev && each->inode == stat->st_ino) {
			if (linkat(each->out, each->name, place->out, as, 0) < 0)
				fail_errno("linking", path);
			return 1;
		}
	each = malloc(sizeof *each);
	if (!each)
		fail(EXIT_REFUSED, "out of memory");
	*each = (struct known_link){ stat->st_dev, stat->st_ino, fcntl(place->out, F_DUPFD_CLOEXEC, 3), strdup(as), *slot };
	*slot = each;
	return 0;
}

static void copy_range(int from, int to, off_t at, off_t end, const char *path)
{
	static char buffer[256 * 1024];
	off_t read_at = at, write_at = at;

	while (read_at < end) {
		size_t want = (size_t)(end - read_at < COPY_BYTES ? end - read_at : COPY_BYTES);
		ssize_t got = copy_file_range(from, &read_at, to, &write_at, want, 0);

		if (got == 0)
			return; /* it became shorter meanwhile */
		if (got > 0)
			continue;
		if (errno != EXDEV && errno != EINVAL && errno != EOPNOTSUPP && errno != ENOSYS)
			fail_errno("copying", path);
		got = pread(from, buffer, want < sizeof buffer ? want : sizeof buffer, read_at);
		if (got < 0)
			fail_errno("reading", path);
		if (got == 0)
			return;
		read_at += got;
		for (ssize_t done = 0; done < got;) {
			ssize_t put = pwrite(to, buffer + done, (size_t)(got - done), write_at);

			if (put < 0)
				fail_errno("writing", path);
			done += put;
			write_at += put;
		}
	}
}

/* Shares the blocks where the file system can; holes stay holes. */
static void copy_content(int from, int to, const struct stat *stat, const char *path)
{
	if (stat->st_size == 0 || ioctl(to, FICLONE, from) == 0)
		return;
	if ((off_t)stat->st_blocks * 512 >= stat->st_size) {
		copy_range(from, to, 0, stat->st_size, path);
		return;
	}
	for (off_t at = lseek(from, 0, SEEK_DATA); at >= 0;) {
		off_t end = lseek(from, at, SEEK_HOLE);

		if (end < 0)
			end = stat->st_size;
		copy_range(from, to, at, end, path);
		at = lseek(from, end, SEEK_DATA);
	}
	if (ftruncate(to, stat->st_size) < 0)
		fail_errno("writing", path);
}

static void make_special(const struct place *place, const char *name, const char *as, const struct stat *stat,
			 const char *path)
{
	static char target[PATH_BYTES];
	ssize_t length;

	if (S_ISLNK(stat->st_mode)) {
		length = readlinkat(place->source, name, target, sizeof target - 1);
		if (length < 0)
			fail_errno("reading the link", path);
		target[length] = '\0';
		if (symlinkat(target, place->out, as) < 0)
			fail_errno("making the link", path);
	} else if (mknodat(place->out, as, stat->st_mode, stat->st_rdev) < 0) {
		fail_errno("making the device", path);
	}
}

void copy_file(const struct copy_rules *rules, const struct place *place, const char *name, const char *as, const char *path)
{
	struct stat stat, there;
	int from, to;

	if (fstatat(place->source, name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
		fail_errno("lstat", path);
	/* A socket is somebody's who listens; overlayfs's mark of a removal is no file. */
	if (S_ISSOCK(stat.st_mode) || is_whiteout(&stat))
		return;
	if (see(place, as, &there) == 0) {
		if (S_ISDIR(there.st_mode))
			fail(EXIT_CONFLICT, "cannot replace to directory %s with file", path);
		if (unlinkat(place->out, as, 0) < 0 && errno != ENOENT)
			fail_errno("replacing", path);
	}
	if (!S_ISREG(stat.st_mode)) {
		make_special(place, name, as, &stat, path);
		finish(rules, place->out, as, &stat, path);
		return;
	}
	if (stat.st_nlink > 1 && made_link(place, as, &stat, path))
		return;
	from = openat(place->source, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (from < 0)
		fail_errno("opening", path);
	to = openat(place->out, as, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (to < 0)
		fail_errno("making", path);
	copy_content(from, to, &stat, path);
	finish(rules, to, "", &stat, path);
	/* Capabilities would be lost by a change of the owner. */
	copy_attributes(from, to);
	close(from);
	close(to);
}

struct place enter_directory(const struct place *place, const char *name, const char *as, const char *path)
{
	struct place inside = { open_directory(place->source, name), -1, open_directory(place->below, as) };
	struct stat stat;

	if (inside.source < 0)
		fail_errno("opening the directory", path);
	if (see(place, as, &stat) == 0) {
		if (!S_ISDIR(stat.st_mode))
			fail(EXIT_CONFLICT, "cannot copy to non-directory: %s", path);
		inside.out = bring_up(place, as);
	} else if (mkdirat(place->out, as, 0700) == 0) {
		inside.out = open_directory(place->out, as);
	}
	if (inside.out < 0)
		fail_errno("making the directory", path);
	return inside;
}

void leave_directory(const struct copy_rules *rules, struct place *place, const char *path)
{
	struct stat stat;

	if (fstat(place->source, &stat) < 0)
		fail_errno("reading", path);
	copy_attributes(place->source, place->out);
	finish(rules, place->out, "", &stat, path);
	close(place->source);
	close(place->out);
	if (place->below >= 0)
		close(place->below);
}

void copy_inside(const struct copy_rules *rules, const struct place *place, const char *path)
{
	size_t count;
	char **names = names_in(place->source, &count, path);
	struct text name = { 0 };

	text_add(&name, path);
	for (size_t i = 0; i < count; i++) {
		struct stat stat;
		size_t length = name.length;

		text_add(&name, "/");
		text_add(&name, names[i]);
		if (fstatat(place->source, names[i], &stat, AT_SYMLINK_NOFOLLOW) < 0)
			fail_errno("lstat", name.bytes);
		if (S_ISDIR(stat.st_mode)) {
			struct place inside = enter_directory(place, names[i], names[i], name.bytes);

			copy_inside(rules, &inside, name.bytes);
			leave_directory(rules, &inside, name.bytes);
		} else {
			copy_file(rules, place, names[i], names[i], name.bytes);
		}
		text_cut(&name, length);
		free(names[i]);
	}
	free(names);
	free(name.bytes);
}
