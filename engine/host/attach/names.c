/* What walking a tree needs: names in a stable order, growing texts, overlayfs's marks. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "files.h"

void text_add(struct text *text, const char *more)
{
	size_t length = strlen(more);

	if (text->length + length + 1 > text->room) {
		text->room = (text->length + length + 1) * 2;
		text->bytes = realloc(text->bytes, text->room);
		if (!text->bytes)
			fail(EXIT_REFUSED, "out of memory");
	}
	memcpy(text->bytes + text->length, more, length + 1);
	text->length += length;
}

void text_cut(struct text *text, size_t length)
{
	text->length = length;
	text->bytes[length] = '\0';
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **names_in(int fd, size_t *count, const char *path)
{
	char **names = NULL;
	size_t room = 0;
	struct dirent *entry;
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	DIR *directory = own < 0 ? NULL : fdopendir(own);

	*count = 0;
	if (!directory)
		fail_errno("reading the directory", path);
	/* Its place in the directory is that of `fd`, which may have been read before. */
	rewinddir(directory);
	while ((errno = 0, entry = readdir(directory)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (*count == room) {
			room = room ? room * 2 : 64;
			names = realloc(names, room * sizeof *names);
		}
		if (!names || !(names[*count] = strdup(entry->d_name)))
			fail(EXIT_REFUSED, "out of memory");
		++*count;
	}
	if (errno)
		fail_errno("reading the directory", path);
	closedir(directory);
	if (*count > 1)
		qsort(names, *count, sizeof *names, by_bytes);
	return names;
}

int is_whiteout(const struct stat *stat)
{
	return S_ISCHR(stat->st_mode) && major(stat->st_rdev) == 0 && minor(stat->st_rdev) == 0;
}

int is_opaque(int fd)
{
	char value;

	return (fgetxattr(fd, "trusted.overlay.opaque", &value, 1) == 1 && value == 'y') ||
	       (fgetxattr(fd, "user.overlay.opaque", &value, 1) == 1 && value == 'y');
}
