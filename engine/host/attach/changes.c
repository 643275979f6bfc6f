/*
 * How a container's writable layer changes what is below it, as `docker diff` tells it: each path once, with C for a
 * directory that has changes inside. Directories' own times and sizes count for nothing.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "files.h"

/* Directories above the current one that are told as soon as something inside them is. */
struct pending {
	const struct pending *above;
	size_t length; /* of the path */
	int told;
};

static void tell(char kind, const struct text *path)
{
	putchar(kind);
	fwrite(path->bytes, 1, path->length + 1, stdout);
}

static void tell_above(struct pending *directory, const struct text *path)
{
	if (!directory || directory->told)
		return;
	tell_above((struct pending *)directory->above, path);
	directory->told = 1;
	putchar('C');
	fwrite(path->bytes, 1, directory->length, stdout);
	putchar('\0');
}

static int same_capability(int upper, int lower, const char *name)
{
	char one[64], other[64];
	ssize_t first, second;
	int a = openat(upper, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int b = openat(lower, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	first = a < 0 ? -1 : fgetxattr(a, "security.capability", one, sizeof one);
	second = b < 0 ? -1 : fgetxattr(b, "security.capability", other, sizeof other);
	if (a >= 0)
		close(a);
	if (b >= 0)
		close(b);
	return first == second && (first < 0 || memcmp(one, other, (size_t)first) == 0);
}

static int differs(int upper, int lower, const char *name, const struct stat *new, const struct stat *old)
{
	if (new->st_mode != old->st_mode || new->st_uid != old->st_uid || new->st_gid != old->st_gid ||
	    ((S_ISCHR(new->st_mode) || S_ISBLK(new->st_mode)) && new->st_rdev != old->st_rdev))
		return 1;
	if (!S_ISDIR(new->st_mode) &&
	    (new->st_size != old->st_size || new->st_mtim.tv_sec != old->st_mtim.tv_sec ||
	     new->st_mtim.tv_nsec != old->st_mtim.tv_nsec))
		return 1;
	return S_ISREG(new->st_mode) && !same_capability(upper, lower, name);
}

static int open_inside(int at, const char *name)
{
	return openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Tells what of `lower` is not in the opaque directory `upper`. */
static void removed(int upper, int lower, struct text *path, struct pending *directory)
{
	size_t count, length = path->length;
	char **names = names_in(lower, &count, path->bytes);
	struct stat stat;

	for (size_t i = 0; i < count; i++) {
		if (fstatat(upper, names[i], &stat, AT_SYMLINK_NOFOLLOW) < 0) {
			tell_above(directory, path);
			text_add(path, "/");
			text_add(path, names[i]);
			tell('D', path);
			text_cut(path, length);
		}
		free(names[i]);
	}
	free(names);
}

/* `lower` is -1 where everything is new. */
static void compare(int upper, int lower, struct text *path, struct pending *directory)
{
	size_t count, length = path->length;
	char **names = names_in(upper, &count, path->bytes);

	for (size_t i = 0; i < count; i++) {
		struct stat new, old;
		struct pending own = { .above = directory };
		int was = lower >= 0 && fstatat(lower, names[i], &old, AT_SYMLINK_NOFOLLOW) == 0;
		int child, beneath;

		if (fstatat(upper, names[i], &new, AT_SYMLINK_NOFOLLOW) < 0)
			goto next; /* removed meanwhile */
		text_add(path, "/");
		text_add(path, names[i]);
		own.length = path->length;
		if (is_whiteout(&new)) {
			if (was) {
				tell_above(directory, path);
				tell('D', path);
			}
			goto next;
		}
		if (!was || differs(upper, lower, names[i], &new, &old)) {
			tell_above(directory, path);
			tell(was ? 'C' : 'A', path);
			own.told = 1;
		}
		beneath = was && S_ISDIR(old.st_mode) ? open_inside(lower, names[i]) : -1;
		child = S_ISDIR(new.st_mode) ? open_inside(upper, names[i]) : -1;
		if (beneath >= 0 && child >= 0 && is_opaque(child))
			removed(child, beneath, path, &own);
		if (child >= 0) {
			compare(child, beneath, path, &own);
			close(child);
		}
		if (beneath >= 0)
			close(beneath);
next:
		text_cut(path, length);
		free(names[i]);
	}
	free(names);
}

void changes(int upper, int lower)
{
	struct text path = { 0 };

	setvbuf(stdout, NULL, _IOFBF, 64 * 1024);
	text_add(&path, "");
	compare(upper, lower, &path, NULL);
	if (fflush(stdout) != 0)
		exit(1);
}
