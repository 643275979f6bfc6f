/*
 * files [--root DIR] [--read-only] [--bind|--rbind SOURCE TARGET ro|rw]... VERB ...
 *
 * A container's files, looked at from inside its root (view.c):
 *   stat PATH               mode (octal), size, mtime seconds and nanoseconds, then the place a link leads to; a NUL
 *   read PATH AS            the same, then what is there as a tar whose names begin with AS (pack.c)
 *   write PATH [keep] [UID:GID]   frames from stdin (unpack.c); "ready" and a NUL once PATH is known to be a directory
 * Without a view, on directories of the store:
 *   pack DIR                a tar of what is in DIR
 *   layer DIR               the same of an overlay's upper directory, as an image's layer
 *   changes UPPER WORK OPTIONS    what UPPER changes of an overlay with OPTIONS, mounted on WORK for this process alone
 *   copy OUT WORK OPTIONS|/DIR|"" SOURCE...   what stdin says (copy.c), written to OUT, seen on top of the overlay or
 *                                 directory; each SOURCE is such, too; "ready" and a NUL when all is mounted
 *   list WORK OPTIONS|/DIR PATH   the names beneath PATH there (list.c)
 *   tree WORK OPTIONS|/DIR        for each path on stdin, ended by a NUL, where links lead followed: a tar of what is
 *                                 there, all times 0 (a path that ends in a slash: of the folder alone)
 *   seal UPPER WORK OPTIONS|/DIR  makes UPPER say only what it changes (tidy.c), then the same as layer; at the end its
 *                                 number of entries and their bytes on stderr
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "copy.h"
#include "files.h"
#include "native.h"

#define MAX_LINKS 40

/* Where a path leads inside this root, links followed, whether or not all of it is there. */
static void resolve_here(const char *path, struct text *done)
{
	char *pending = strdup(path), link[PATH_BYTES];
	int followed = 0;

	text_add(done, "");
	while (*pending) {
		char *part = pending + strspn(pending, "/"), *rest;
		size_t before = done->length, size = strcspn(part, "/");
		ssize_t length;

		rest = strdup(part + size);
		part[size] = '\0';
		if (strcmp(part, "..") == 0) {
			char *slash = strrchr(done->bytes, '/');
			text_cut(done, slash ? (size_t)(slash - done->bytes) : 0);
		} else if (*part && strcmp(part, ".") != 0) {
			text_add(done, "/");
			text_add(done, part);
			length = readlink(done->bytes, link, sizeof link - 1);
			if (length >= 0 && ++followed > MAX_LINKS)
				fail(EXIT_REFUSED, "%s: too many levels of symbolic links", path);
			if (length >= 0) {
				char *joined;

				link[length] = '\0';
				text_cut(done, link[0] == '/' ? 0 : before);
				if (asprintf(&joined, "%s/%s", link, rest) < 0)
					fail(EXIT_REFUSED, "out of memory");
				free(rest);
				rest = joined;
			}
		}
		free(pending);
		pending = rest;
	}
	free(pending);
	if (done->length == 0)
		text_add(done, "/");
}

static void tell_stat(const char *path)
{
	struct stat stat;
	struct text target = { 0 };

	if (lstat(path, &stat) < 0)
		fail_errno("lstat", path);
	if (S_ISLNK(stat.st_mode))
		resolve_here(path, &target);
	printf("%o %lld %lld %ld %s", stat.st_mode, (long long)stat.st_size, (long long)stat.st_mtim.tv_sec,
	       stat.st_mtim.tv_nsec, target.bytes ? target.bytes : "");
	putchar('\0');
	free(target.bytes);
}

static void write_files(int argc, char **argv)
{
	struct unpack_options options = { .place = argv[1] };
	struct stat place, root;
	struct statvfs mount;
	int fd;

	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "keep") == 0)
			options.keep_kinds = 1;
		else if (sscanf(argv[i], "%u:%u", &options.uid, &options.gid) == 2)
			options.owner_given = 1;
	}
	/* What the path's last link leads to, as far as dockerd is concerned. */
	if (stat(options.place, &place) < 0 || stat("/", &root) < 0)
		fail_errno("stat", options.place);
	if (!S_ISDIR(place.st_mode))
		fail(EXIT_CONFLICT, "extraction point is not a directory");
	if (statvfs(options.place, &mount) == 0 && mount.f_flag & ST_RDONLY)
		fail(EXIT_READ_ONLY, place.st_dev == root.st_dev ? "container rootfs is marked read-only"
								 : "mounted volume is marked read-only");
	fd = open(options.place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fchdir(fd) < 0)
		fail_errno("entering", options.place);
	close(fd);
	fwrite("ready", 1, 6, stdout);
	fflush(stdout);
	unpack(&options);
}

/*
 * Opens what an overlay with these options shows, mounted on `work` for this process alone; without options `work`, and
 * a directory instead of them itself.
 */
static int open_below(const char *work, const char *overlay)
{
	int below;

	if (*overlay == '/') {
		work = overlay;
		overlay = "";
	}

	if (*overlay) {
		static int own;

		if (!own++ && (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0))
			fail_errno("making a mount namespace for", work);
		if (mount("overlay", work, "overlay", MS_RDONLY, overlay) < 0)
			fail_errno("mounting the lower layers at", work);
	}
	below = open(work, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (below < 0)
		fail_errno("opening", work);
	return below;
}

static int open_upper(const char *upper)
{
	int fd = open(upper, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		fail_errno("opening", upper);
	return fd;
}

/* What paths of a tree hold, without what a rebuild of the same changes. */
static void tell_tree(int tree)
{
	struct place place = { -1, tree, -1 };
	char *path = NULL;
	size_t room = 0;

	while (getdelim(&path, &room, '\0', stdin) > 1) {
		struct text real = { 0 };
		int alone = path[strlen(path) - 1] == '/';

		resolve(&place, path, &real);
		if (real.length == 0)
			text_add(&real, ".");
		if (faccessat(tree, real.bytes, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
			fail_errno("lstat", path);
		pack(tree, real.bytes, ".", alone ? PACK_ALONE : PACK_TIMELESS);
		free(real.bytes);
	}
}

static void copy_files(int argc, char **argv)
{
	size_t count = (size_t)argc - 4;
	int out = open_upper(argv[1]), below = *argv[3] ? open_below(argv[2], argv[3]) : -1;
	int *sources = calloc(count + 1, sizeof *sources);

	for (size_t i = 0; i < count; i++) {
		sources[i] = open_below(argv[2], argv[4 + i]);
	}
	fwrite("ready", 1, 6, stdout);
	fflush(stdout);
	copy(out, below, sources, count);
}

static int usage(void)
{
	fputs("usage: files [--root DIR] [--read-only] [--bind|--rbind SOURCE TARGET ro|rw]... "
	      "stat PATH | read PATH AS | write PATH [keep] [UID:GID] | pack DIR | layer DIR | "
	      "changes|seal UPPER WORK OPTIONS | copy OUT WORK OPTIONS SOURCE...\n",
	      stderr);
	return 2;
}

int applet_files(int argc, char **argv)
{
	struct rlimit limit;
	struct view_bind *binds = calloc((size_t)argc, sizeof *binds);
	struct view view = { .binds = binds };
	int at = 1;

	/* A descriptor a level of depth. */
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	for (; at < argc && argv[at][0] == '-'; at++) {
		int recursive = strcmp(argv[at], "--rbind") == 0;

		if (strcmp(argv[at], "--root") == 0 && at + 1 < argc) {
			view.root = argv[++at];
		} else if (strcmp(argv[at], "--read-only") == 0) {
			view.read_only = 1;
		} else if ((recursive || strcmp(argv[at], "--bind") == 0) && at + 3 < argc) {
			binds[view.count++] = (struct view_bind){ argv[at + 1], argv[at + 2],
								  strcmp(argv[at + 3], "ro") == 0, recursive };
			at += 3;
		} else {
			return usage();
		}
	}
	argc -= at;
	argv += at;
	if (view.root && argc > 0)
		enter_view(&view);
	if (argc == 2 && strcmp(argv[0], "stat") == 0) {
		tell_stat(argv[1]);
	} else if (argc == 3 && strcmp(argv[0], "read") == 0) {
		tell_stat(argv[1]);
		pack(AT_FDCWD, argv[1], argv[2], PACK_AS_SEEN);
	} else if (argc >= 2 && strcmp(argv[0], "write") == 0) {
		write_files(argc, argv);
	} else if (argc == 2 && strcmp(argv[0], "pack") == 0) {
		pack(AT_FDCWD, argv[1], "", PACK_AS_SEEN);
	} else if (argc == 2 && strcmp(argv[0], "layer") == 0) {
		pack(AT_FDCWD, argv[1], "", PACK_LAYER);
	} else if (argc == 4 && strcmp(argv[0], "changes") == 0) {
		changes(open_upper(argv[1]), open_below(argv[2], argv[3]));
	} else if (argc == 4 && strcmp(argv[0], "list") == 0) {
		list(open_below(argv[1], argv[2]), argv[3]);
	} else if (argc == 3 && strcmp(argv[0], "tree") == 0) {
		tell_tree(open_below(argv[1], argv[2]));
	} else if (argc >= 4 && strcmp(argv[0], "copy") == 0) {
		copy_files(argc, argv);
	} else if (argc == 4 && strcmp(argv[0], "seal") == 0) {
		tidy(open_upper(argv[1]), open_below(argv[2], argv[3]));
		pack(AT_FDCWD, argv[1], "", PACK_LAYER);
		fprintf(stderr, "%llu %llu", (unsigned long long)pack_tally.entries, (unsigned long long)pack_tally.bytes);
	} else {
		return usage();
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
