/*
 * Makes what the frames on stdin say, beneath the working directory. The engine has read the archive and checked its
 * names; here the view (view.c) is what keeps a link from leading anywhere else.
 * A file appears whole or not at all: it is written beside its place and renamed.
 *
 * A frame: kind (one byte), mode, uid, gid (u32), size (u64), mtime (i64 seconds, u32 nanoseconds), device major and
 * minor (u32), path, link (each u32 length, bytes), a u32 count of attributes (name, value as path). After a file's
 * frame come pieces (u32 length, u64 offset, bytes) until one of length 0. `E` alone ends the archive.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "files.h"

#define TEMPORARY ".longshore-unpacking"
#define PIECE_BYTES (256 * 1024)
#define HOLE_BYTES 4096

struct frame {
	char kind;
	uint32_t mode, uid, gid, nanoseconds, major, minor;
	uint64_t size;
	int64_t mtime;
	char *path, *link;
};

/* Times of directories are set when nothing more is put into them. */
struct later {
	char *path;
	struct timespec mtime;
};
static struct later *later;
static size_t later_count, later_room;
static char temporary[PATH_BYTES];
static char piece[PIECE_BYTES];

static void cut(void)
{
	if (temporary[0])
		unlink(temporary);
	exit(EXIT_CUT);
}

static void take(void *bytes, size_t length)
{
	if (fread(bytes, 1, length, stdin) != length)
		cut();
}

static uint32_t take_u32(void)
{
	uint32_t value;

	take(&value, sizeof value);
	return value;
}

static char *take_text(uint32_t *length)
{
	uint32_t size = take_u32();
	char *text = malloc((size_t)size + 1);

	if (!text)
		fail(EXIT_REFUSED, "out of memory");
	take(text, size);
	text[size] = '\0';
	if (length)
		*length = size;
	return text;
}

/* Fails, naming the entry, without leaving a half-made file. */
static void refuse(const char *what, const char *path)
{
	int error = errno;

	if (temporary[0])
		unlink(temporary);
	/* What the archive itself lacks (a hard link's target) is not a container's path that is missing. */
	if (error == ENOENT)
		fail(EXIT_REFUSED, "%s %s: %s", what, path, strerror(error));
	errno = error;
	fail_errno(what, path);
}

static int remove_one(const char *path, const struct stat *stat, int kind, struct FTW *where)
{
	(void)stat;
	(void)where;
	return kind == FTW_DP || kind == FTW_DNR ? rmdir(path) : unlink(path);
}

static void make_above(const char *path)
{
	char *copy = strdup(path);

	for (char *slash = strchr(copy, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(copy, 0755) < 0 && errno != EEXIST)
			refuse("making the directory", copy);
		*slash = '/';
	}
	free(copy);
}

/* Holes stay holes: blocks of zeros are not written. */
static void write_piece(int fd, size_t length, uint64_t offset, const char *path)
{
	static const char zeros[HOLE_BYTES];

	for (size_t at = 0; at < length;) {
		size_t block = length - at < HOLE_BYTES ? length - at : HOLE_BYTES, end = at;

		while (end < length) {
			block = length - end < HOLE_BYTES ? length - end : HOLE_BYTES;
			if (memcmp(piece + end, zeros, block) == 0)
				break;
			end += block;
		}
		while (at < end) {
			ssize_t written = pwrite(fd, piece + at, end - at, (off_t)(offset + at));
			if (written < 0 && errno == EINTR)
				continue;
			if (written < 0)
				refuse("writing", path);
			at += (size_t)written;
		}
		if (end < length)
			at = end + block;
	}
}

static void take_content(int fd, const char *path)
{
	for (;;) {
		uint32_t length = take_u32();
		uint64_t offset;

		if (length == 0)
			return;
		if (length > sizeof piece)
			fail(EXIT_REFUSED, "a piece of %u bytes", length);
		take(&offset, sizeof offset);
		take(piece, length);
		write_piece(fd, length, offset, path);
	}
}

static void set_attributes(int fd, uint32_t count)
{
	while (count-- > 0) {
		uint32_t length;
		char *name = take_text(NULL), *value = take_text(&length);

		/* A file system that has no such attributes has the file all the same. */
		if (fd >= 0 && fsetxattr(fd, name, value, length, 0) < 0 && errno == ENOSPC)
			refuse("writing the attributes of", name);
		free(name);
		free(value);
	}
}

static void make_file(const struct frame *frame)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_NOW }, { frame->mtime, frame->nanoseconds } };
	const char *slash = strrchr(frame->path, '/');
	int fd;

	snprintf(temporary, sizeof temporary, "%.*s" TEMPORARY "-%d", slash ? (int)(slash - frame->path + 1) : 0,
		 frame->path, (int)getpid());
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 && errno == EEXIST) {
		unlink(temporary); /* of one that was killed */
		fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	}
	if (fd < 0) {
		temporary[0] = '\0';
		refuse("making", frame->path);
	}
	/* The owner first: changing it takes set-user-id bits and capabilities away. */
	if (fchown(fd, frame->uid, frame->gid) < 0)
		refuse("changing the owner of", frame->path);
	set_attributes(fd, take_u32());
	take_content(fd, frame->path);
	if (ftruncate(fd, (off_t)frame->size) < 0 || fchmod(fd, frame->mode) < 0)
		refuse("making", frame->path);
	futimens(fd, times);
	/* What is mounted on cannot be replaced, but written to. */
	if (rename(temporary, frame->path) < 0) {
		int target = errno == EBUSY ? open(frame->path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW) : -1;
		int source = target < 0 ? -1 : open(temporary, O_RDONLY | O_CLOEXEC);
		ssize_t got;

		if (source < 0) {
			errno = target < 0 ? errno : EIO;
			refuse("replacing", frame->path);
		}
		while ((got = read(source, piece, sizeof piece)) > 0)
			if (write(target, piece, (size_t)got) != got)
				refuse("writing", frame->path);
		close(source);
		close(target);
		unlink(temporary);
	}
	temporary[0] = '\0';
	close(fd);
}

static void make_other(const struct frame *frame)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_NOW }, { frame->mtime, frame->nanoseconds } };
	const char *path = frame->path;
	mode_t kind = frame->kind == 'c' ? S_IFCHR : frame->kind == 'b' ? S_IFBLK : S_IFIFO;
	int result, fd = -1;

	switch (frame->kind) {
	case 'd':
		result = mkdir(path, 0700) < 0 && errno != EEXIST ? -1 : 0;
		break;
	case 'l':
		result = symlink(frame->link, path);
		break;
	case 'h':
		set_attributes(-1, take_u32());
		if (link(frame->link, path) < 0)
			refuse("linking", path);
		return;
	default:
		result = mknod(path, kind | 0600, makedev(frame->major, frame->minor));
		/* Inside a user namespace no device can be made; every container has the usual ones anyway. */
		if (result < 0 && errno == EPERM && kind != S_IFIFO) {
			set_attributes(-1, take_u32());
			return;
		}
	}
	if (result < 0)
		refuse("making", path);
	if (lchown(path, frame->uid, frame->gid) < 0)
		refuse("changing the owner of", path);
	if (frame->kind == 'd')
		fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	set_attributes(fd, take_u32());
	if (fd >= 0)
		close(fd);
	if (frame->kind != 'l' && chmod(path, frame->mode) < 0)
		refuse("changing the mode of", path);
	if (frame->kind != 'd') {
		utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
		return;
	}
	if (later_count == later_room) {
		later_room = later_room ? later_room * 2 : 64;
		later = realloc(later, later_room * sizeof *later);
		if (!later)
			fail(EXIT_REFUSED, "out of memory");
	}
	later[later_count++] = (struct later){ strdup(path), times[1] };
}

/* Clears the place for an entry of this kind, or says why it may not. */
static void clear_place(const struct frame *frame, const struct unpack_options *options)
{
	struct stat stat;
	int directory = frame->kind == 'd';

	if (lstat(frame->path, &stat) < 0) {
		if (errno != ENOENT)
			refuse("looking at", frame->path);
		make_above(frame->path);
		return;
	}
	if (options->keep_kinds && S_ISDIR(stat.st_mode) != directory)
		fail(EXIT_CONFLICT, S_ISDIR(stat.st_mode) ? "cannot overwrite directory \"%s/%s\" with non-directory \"%s\""
							  : "cannot overwrite non-directory \"%s/%s\" with directory \"%s\"",
		     strcmp(options->place, "/") == 0 ? "" : options->place, frame->path, options->place);
	if (S_ISDIR(stat.st_mode) && !directory) {
		if (nftw(frame->path, remove_one, 64, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) != 0)
			refuse("replacing", frame->path);
	} else if (!S_ISDIR(stat.st_mode) && frame->kind != '-') {
		/* Files are replaced by a rename. */
		if (unlink(frame->path) < 0)
			refuse("replacing", frame->path);
	}
}

void unpack(const struct unpack_options *options)
{
	struct frame frame;

	setvbuf(stdin, NULL, _IOFBF, PIECE_BYTES);
	umask(0);
	for (;;) {
		take(&frame.kind, 1);
		if (frame.kind == 'E')
			break;
		frame.mode = take_u32() & 07777;
		frame.uid = take_u32();
		frame.gid = take_u32();
		take(&frame.size, sizeof frame.size);
		take(&frame.mtime, sizeof frame.mtime);
		frame.nanoseconds = take_u32();
		frame.major = take_u32();
		frame.minor = take_u32();
		frame.path = take_text(NULL);
		frame.link = take_text(NULL);
		if (options->owner_given) {
			frame.uid = options->uid;
			frame.gid = options->gid;
		}
		clear_place(&frame, options);
		if (frame.kind == '-')
			make_file(&frame);
		else
			make_other(&frame);
		free(frame.path);
		free(frame.link);
	}
	while (later_count-- > 0) {
		struct timespec times[2] = { { .tv_nsec = UTIME_NOW }, later[later_count].mtime };

		utimensat(AT_FDCWD, later[later_count].path, times, AT_SYMLINK_NOFOLLOW);
	}
}
