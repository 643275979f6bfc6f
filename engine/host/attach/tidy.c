/*
 * Makes an overlay's upper directory say only what it changes. overlayfs copies a file when it is opened for writing,
 * and marks each new directory as opaque; a layer with all of that would differ from one with the same files that was
 * made in another way, and would hide what a layer put between them brings.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "files.h"

static int open_read(int at, const char *name)
{
	return openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

static int same_attributes(int a, int b)
{
	size_t first, second;
	char *one = attribute_records(a, &first), *other = attribute_records(b, &second);
	int same = first == second && (first == 0 || memcmp(one, other, first) == 0);

	free(one);
	free(other);
	return same;
}

static int same_content(int a, int b)
{
	static char one[64 * 1024], other[64 * 1024];

	for (;;) {
		ssize_t first = read(a, one, sizeof one), second = read(b, other, sizeof other);

		if (first != second || first < 0 || memcmp(one, other, (size_t)first) != 0)
			return 0;
		if (first == 0)
			return 1;
	}
}

static int same_link(int upper, int lower, const char *name)
{
	static char one[PATH_BYTES], other[PATH_BYTES];
	ssize_t first = readlinkat(upper, name, one, sizeof one), second = readlinkat(lower, name, other, sizeof other);

	return first == second && first >= 0 && memcmp(one, other, (size_t)first) == 0;
}

static int same_metadata(const struct stat *new, const struct stat *old)
{
	return new->st_mode == old->st_mode && new->st_uid == old->st_uid && new->st_gid == old->st_gid &&
	       new->st_mtim.tv_sec == old->st_mtim.tv_sec && new->st_mtim.tv_nsec == old->st_mtim.tv_nsec &&
	       (S_ISDIR(new->st_mode) || new->st_size == old->st_size) &&
	       (!(S_ISCHR(new->st_mode) || S_ISBLK(new->st_mode)) || new->st_rdev == old->st_rdev);
}

/* Whether what is no directory is as it was. One with several names is left: its other names may be new. */
static int is_unchanged(int upper, int lower, const char *name, const struct stat *new, const struct stat *old)
{
	int a, b, same;

	if (!same_metadata(new, old) || new->st_nlink > 1)
		return 0;
	if (S_ISLNK(new->st_mode))
		return same_link(upper, lower, name);
	if (!S_ISREG(new->st_mode))
		return 1;
	a = open_read(upper, name);
	b = open_read(lower, name);
	same = a >= 0 && b >= 0 && same_attributes(a, b) && same_content(a, b);
	if (a >= 0)
		close(a);
	if (b >= 0)
		close(b);
	return same;
}

static void remove_opaque(int fd)
{
	fremovexattr(fd, "trusted.overlay.opaque");
	fremovexattr(fd, "user.overlay.opaque");
}

static int is_empty(int fd)
{
	size_t count;
	char **names = names_in(fd, &count, "a layer's directory");

	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return count == 0;
}

/* Returns whether the directory `name` says nothing any more. `old` is NULL where there was no directory. */
static int tidy_directory(int upper, int lower, const char *name, const struct stat *new, const struct stat *old)
{
	int child = open_read(upper, name), below = -1, nothing = 0;

	if (child < 0)
		fail_errno("reading", name);
	if (old && (below = open_read(lower, name)) < 0)
		fail_errno("reading", name);
	if (is_opaque(child)) {
		/* Over nothing there is nothing to hide. */
		if (below < 0 || is_empty(below))
			remove_opaque(child);
		tidy(child, -1);
	} else {
		tidy(child, below);
		nothing = below >= 0 && same_metadata(new, old) && same_attributes(child, below) && is_empty(child);
	}
	if (below >= 0)
		close(below);
	close(child);
	return nothing;
}

void tidy(int upper, int lower)
{
	size_t count;
	char **names = names_in(upper, &count, "a layer's directory");
	struct stat here;
	int changed = 0;

	if (fstat(upper, &here) < 0)
		fail_errno("reading", "a layer's directory");
	for (size_t i = 0; i < count; i++) {
		struct stat new, old;
		int was, remove;

		if (fstatat(upper, names[i], &new, AT_SYMLINK_NOFOLLOW) < 0)
			fail_errno("reading", names[i]);
		was = lower >= 0 && fstatat(lower, names[i], &old, AT_SYMLINK_NOFOLLOW) == 0 && !is_whiteout(&old);
		if (S_ISDIR(new.st_mode))
			remove = tidy_directory(upper, lower, names[i], &new, was && S_ISDIR(old.st_mode) ? &old : NULL);
		else if (is_whiteout(&new))
			remove = !was;
		else
			remove = was && is_unchanged(upper, lower, names[i], &new, &old);
		if (remove && unlinkat(upper, names[i], S_ISDIR(new.st_mode) ? AT_REMOVEDIR : 0) < 0)
			fail_errno("removing", names[i]);
		changed |= remove;
		free(names[i]);
	}
	free(names);
	if (changed) {
		struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, here.st_mtim };

		futimens(upper, times);
	}
}
