/*
 * Tells of folders what readdir and lstat say, no slower than the kernel does: a build looks at every file of its
 * context, and through Node's calls that costs several times as much.
 *
 * usage: look ROOT. On stdin come paths of folders below ROOT (u32 length, bytes; empty is ROOT itself). For each, in
 * order: u32 errno, u32 count of entries, u32 bytes of their names; then of each entry nine doubles (mode, uid, gid,
 * rdev, dev, ino, size, mtime and ctime in milliseconds), and at last the names, each with a zero byte behind it.
 * What is gone before it is looked at is left out. Links are not followed.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "native.h"

#define FIELDS 9
#define PATH_BYTES 4096

static double (*looks)[FIELDS];
static char *names;
static size_t room, names_room;

static void *grown(void *old, size_t bytes)
{
	void *now = realloc(old, bytes);

	if (!now) {
		fputs("look: out of memory\n", stderr);
		exit(1);
	}
	return now;
}

static double milliseconds(const struct timespec *time)
{
	return (double)time->tv_sec * 1000 + (double)time->tv_nsec / 1e6;
}

static void answer(uint32_t code, uint32_t count, uint32_t bytes)
{
	uint32_t head[3] = { code, count, bytes };

	fwrite(head, sizeof head, 1, stdout);
	fwrite(looks, sizeof *looks, count, stdout);
	fwrite(names, 1, bytes, stdout);
	fflush(stdout);
}

static void look(int root, const char *path)
{
	int folder = openat(root, *path ? path : ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *directory = folder < 0 ? NULL : fdopendir(folder);
	size_t count = 0, bytes = 0;
	struct dirent *entry;

	if (!directory) {
		answer(errno, 0, 0);
		if (folder >= 0)
			close(folder);
		return;
	}
	while ((entry = readdir(directory))) {
		size_t length = strlen(entry->d_name) + 1;
		struct stat stat;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (fstatat(folder, entry->d_name, &stat, AT_SYMLINK_NOFOLLOW))
			continue;
		if (count == room)
			looks = grown(looks, (room = room * 2 + 64) * sizeof *looks);
		if (bytes + length > names_room)
			names = grown(names, names_room = (names_room + length) * 2);
		double *fields = looks[count++];
		fields[0] = stat.st_mode;
		fields[1] = stat.st_uid;
		fields[2] = stat.st_gid;
		fields[3] = (double)stat.st_rdev;
		fields[4] = (double)stat.st_dev;
		fields[5] = (double)stat.st_ino;
		fields[6] = (double)stat.st_size;
		fields[7] = milliseconds(&stat.st_mtim);
		fields[8] = milliseconds(&stat.st_ctim);
		memcpy(names + bytes, entry->d_name, length);
		bytes += length;
	}
	closedir(directory);
	answer(0, (uint32_t)count, (uint32_t)bytes);
}

int applet_look(int argc, char **argv)
{
	static char path[PATH_BYTES];
	uint32_t length;
	int root;

	if (argc != 2) {
		fputs("usage: longshore-native look ROOT\n", stderr);
		return 2;
	}
	root = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0) {
		fprintf(stderr, "look: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	while (fread(&length, sizeof length, 1, stdin) == 1) {
		if (length >= sizeof path || fread(path, 1, length, stdin) != length)
			return 1;
		path[length] = '\0';
		look(root, path);
	}
	return 0;
}
