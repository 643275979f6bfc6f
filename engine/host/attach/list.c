/* The names beneath a path of a tree. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "copy.h"
#include "files.h"

static void tell(char kind, const char *path)
{
	putchar(kind);
	fwrite(path, 1, strlen(path) + 1, stdout);
}

static void tell_inside(int fd, struct text *path)
{
	size_t count, length = path->length;
	char **names = names_in(fd, &count, path->bytes);

	for (size_t i = 0; i < count; i++) {
		struct stat stat;
		int child;

		if (length > 0)
			text_add(path, "/");
		text_add(path, names[i]);
		if (fstatat(fd, names[i], &stat, AT_SYMLINK_NOFOLLOW) < 0)
			fail_errno("lstat", path->bytes);
		if (S_ISDIR(stat.st_mode)) {
			tell('d', path->bytes);
			child = open_directory(fd, names[i]);
			if (child < 0)
				fail_errno("opening", path->bytes);
			tell_inside(child, path);
			close(child);
		} else if (!is_whiteout(&stat)) {
			tell('-', path->bytes);
		}
		text_cut(path, length);
		free(names[i]);
	}
	free(names);
}

void list(int tree, const char *path)
{
	struct place place = { -1, tree, -1 };
	struct text real = { 0 }, inside = { 0 };
	struct stat stat;
	int fd;

	setvbuf(stdout, NULL, _IOFBF, 64 * 1024);
	resolve(&place, path, &real);
	fwrite(real.bytes, 1, real.length + 1, stdout);
	if (real.length == 0)
		text_add(&real, ".");
	if (fstatat(tree, real.bytes, &stat, AT_SYMLINK_NOFOLLOW) < 0)
		fail_errno("lstat", path);
	text_add(&inside, "");
	if (!S_ISDIR(stat.st_mode)) {
		tell('-', "");
		return;
	}
	tell('d', "");
	fd = open_directory(tree, real.bytes);
	if (fd < 0)
		fail_errno("opening", path);
	tell_inside(fd, &inside);
}
