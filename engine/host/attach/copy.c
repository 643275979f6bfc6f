/*
 * Does what the frames on stdin say (copy-frames.ts writes them), in a root that may be hostile: links in paths are
 * followed as they would be inside it. What is written goes to one tree, what is there already is looked up in that and
 * in another beneath it, so that a layer can be made without mounting anything on it.
 *
 * Numbers are u32, a text is its length and its bytes. Frames:
 *   o GIVEN UID GID CHMOD                            owner and mode of what follows (GIVEN 0: the source's)
 *   c SOURCE ROOT PATH NAME DESTINATION WHOLE [ENTRY... ""]   copies PATH of a source; ROOT 1 makes all of it root's.
 *                                                    NAME is what it is called in a directory; unless WHOLE is 1 only
 *                                                    the entries are copied, folders before what is in them
 *   i MODE NAME DESTINATION CONTENT                  a file that is written here
 *   d PATH                                           a directory and those above it
 *   E                                                the end
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "copy.h"
#include "files.h"

#define MAX_LINKS 40

static struct copy_rules rules = { .chmod = "" };
static struct place root;

static void take(void *bytes, size_t length)
{
	if (fread(bytes, 1, length, stdin) != length)
		exit(EXIT_CUT);
}

static uint32_t take_u32(void)
{
	uint32_t value;

	take(&value, sizeof value);
	return value;
}

static char *take_text(size_t *length)
{
	size_t size = take_u32();
	char *text = malloc(size + 1);

	if (!text)
		fail(EXIT_REFUSED, "out of memory");
	take(text, size);
	text[size] = '\0';
	if (length)
		*length = size;
	return text;
}

static ssize_t link_in(const struct place *place, const char *path, char *link)
{
	ssize_t length = readlinkat(place->out, path, link, PATH_BYTES - 1);

	if (length < 0 && errno == ENOENT && place->below >= 0)
		length = readlinkat(place->below, path, link, PATH_BYTES - 1);
	return length;
}

void resolve(const struct place *place, const char *path, struct text *done)
{
	static char link[PATH_BYTES];
	char *pending = strdup(path);
	int followed = 0;

	text_add(done, "");
	while (*pending) {
		char *part = pending + strspn(pending, "/"), *rest;
		size_t before = done->length, size = strcspn(part, "/");
		ssize_t length = -1;

		rest = strdup(part + size);
		part[size] = '\0';
		if (strcmp(part, "..") == 0) {
			char *slash = strrchr(done->bytes, '/');
			text_cut(done, slash ? (size_t)(slash - done->bytes) : 0);
		} else if (*part && strcmp(part, ".") != 0) {
			if (done->length > 0)
				text_add(done, "/");
			text_add(done, part);
			length = link_in(place, done->bytes, link);
		}
		if (length >= 0) {
			char *joined;

			if (++followed > MAX_LINKS)
				fail(EXIT_REFUSED, "%s: too many levels of symbolic links", path);
			link[length] = '\0';
			text_cut(done, link[0] == '/' ? 0 : before);
			if (asprintf(&joined, "%s/%s", link, rest) < 0)
				fail(EXIT_REFUSED, "out of memory");
			free(rest);
			rest = joined;
		}
		free(pending);
		pending = rest;
	}
	free(pending);
}

static void close_place(struct place *place)
{
	if (place->out >= 0)
		close(place->out);
	if (place->below >= 0)
		close(place->below);
	if (place->source >= 0)
		close(place->source);
}

/* The directory at a resolved path, made with those above it where it is missing, and opened. */
static struct place make_path(const char *path)
{
	struct place at = { -1, fcntl(root.out, F_DUPFD_CLOEXEC, 3), fcntl(root.below, F_DUPFD_CLOEXEC, 3) };
	char *parts = strdup(path), *rest = parts, *part;

	while ((part = strsep(&rest, "/")) != NULL) {
		struct place next = { -1, -1, -1 };
		struct stat stat = { .st_mode = S_IFDIR | 0755 };
		struct copy_rules own = rules;
		int there = see(&at, part, &stat) == 0;

		if (!*part)
			continue;
		if (there && !S_ISDIR(stat.st_mode))
			fail(EXIT_CONFLICT, "mkdir /%s: not a directory", path);
		next.below = open_directory(at.below, part);
		if (there) {
			next.out = bring_up(&at, part);
		} else if (mkdirat(at.out, part, 0700) == 0 && (next.out = open_directory(at.out, part)) >= 0) {
			own.owner_root = 1;
			own.chmod = "";
			clock_gettime(CLOCK_REALTIME, &stat.st_mtim);
			stat.st_mode = S_IFDIR | 0755;
			finish(&own, next.out, "", &stat, path);
		}
		if (next.out < 0)
			fail_errno("making the directory", path);
		close_place(&at);
		at = next;
	}
	free(parts);
	return at;
}

/*
 * Where a file called `name` goes: into the directory `destination` if it is or is to be one, else in its place.
 * `as` becomes its name there, `path` its whole path.
 */
static struct place place_for_file(const char *destination, const char *name, struct text *as, struct text *path)
{
	struct text above = { 0 }, real = { 0 };
	struct stat stat = { .st_mode = S_IFDIR };
	struct place place;
	char *slash;

	/* A slash at the end makes it a directory. */
	text_add(&above, destination);
	text_cut(&above, (size_t)(strrchr(above.bytes, '/') - above.bytes));
	resolve(&root, above.bytes, &real);
	place = make_path(real.bytes);
	close_place(&place);
	text_cut(&real, 0);
	resolve(&root, destination, &real);
	if (real.length == 0 || (see(&root, real.bytes, &stat) == 0 && S_ISDIR(stat.st_mode))) {
		text_add(as, name);
	} else {
		slash = strrchr(real.bytes, '/');
		text_add(as, slash ? slash + 1 : real.bytes);
		text_cut(&real, slash ? (size_t)(slash - real.bytes) : 0);
	}
	text_add(path, "/");
	text_add(path, real.bytes);
	if (real.length > 0)
		text_add(path, "/");
	text_add(path, as->bytes);
	place = make_path(real.bytes);
	free(above.bytes);
	free(real.bytes);
	return place;
}

/* The directories that are open, from the copy's own down. */
struct level {
	struct place place;
	size_t length; /* of the path of entries that leads here */
};

/* Copies the entries that follow; folders that lead to them are made as they are in the source. */
static void copy_entries(const struct place *top, const char *base)
{
	struct level levels[PATH_BYTES / 2];
	struct text inside = { 0 }, path = { 0 };
	size_t depth = 0;

	levels[0] = (struct level){ *top, 0 };
	text_add(&inside, "");
	text_add(&path, base);
	for (;;) {
		char *entry = take_text(NULL), *rest;
		struct stat stat;

		for (; depth > 0; depth--) {
			size_t length = levels[depth].length;

			if (strncmp(entry, inside.bytes, length) == 0 && entry[length] == '/')
				break;
			leave_directory(&rules, &levels[depth].place, path.bytes);
			text_cut(&inside, levels[depth - 1].length);
			text_cut(&path, strlen(base) + (inside.length > 0 ? inside.length + 1 : 0));
		}
		if (!*entry) {
			free(entry);
			break;
		}
		rest = entry + levels[depth].length + (depth > 0);
		while (*rest) {
			size_t size = strcspn(rest, "/");
			int last = rest[size] == '\0';
			struct level *here = &levels[depth];

			rest[size] = '\0';
			text_add(&path, "/");
			text_add(&path, rest);
			if (fstatat(here->place.source, rest, &stat, AT_SYMLINK_NOFOLLOW) < 0)
				fail_errno("lstat", path.bytes);
			if (!S_ISDIR(stat.st_mode)) {
				copy_file(&rules, &here->place, rest, rest, path.bytes);
				text_cut(&path, path.length - size - 1);
				break;
			}
			if (depth + 1 == sizeof levels / sizeof *levels)
				fail(EXIT_REFUSED, "%s: file name too long", path.bytes);
			levels[++depth].place = enter_directory(&here->place, rest, rest, path.bytes);
			if (inside.length > 0)
				text_add(&inside, "/");
			text_add(&inside, rest);
			levels[depth].length = inside.length;
			rest += size + !last;
		}
		free(entry);
	}
	free(inside.bytes);
	free(path.bytes);
}

static void take_copy(const int *sources, size_t count)
{
	struct text from = { 0 }, as = { 0 }, to = { 0 };
	struct place source = { -1, -1, -1 }, place;
	struct stat stat;
	uint32_t which = take_u32();
	char *path, *name, *destination;
	int whole;

	rules.owner_root = take_u32() != 0;
	path = take_text(NULL);
	name = take_text(NULL);
	destination = take_text(NULL);
	whole = take_u32() != 0;
	if (which >= count)
		fail(EXIT_REFUSED, "there is no source %u", which);
	source.out = sources[which];
	resolve(&source, path, &from);
	if (from.length == 0)
		text_add(&from, ".");
	if (fstatat(source.out, from.bytes, &stat, AT_SYMLINK_NOFOLLOW) < 0)
		fail_errno("lstat", path);
	if (S_ISDIR(stat.st_mode)) {
		text_add(&as, "/");
		resolve(&root, destination, &to);
		text_add(&as, to.bytes);
		if (to.length > 0 && see(&root, to.bytes, &stat) == 0 && !S_ISDIR(stat.st_mode))
			fail(EXIT_CONFLICT, "cannot copy to non-directory: %s", as.bytes);
		place = make_path(to.bytes);
		place.source = open_directory(source.out, from.bytes);
		if (place.source < 0)
			fail_errno("opening", path);
		if (to.length == 0)
			text_cut(&as, 0);
		if (whole)
			copy_inside(&rules, &place, as.bytes);
		else
			copy_entries(&place, as.bytes);
	} else {
		char *slash = strrchr(from.bytes, '/');

		place = place_for_file(destination, name, &as, &to);
		if (slash)
			*slash = '\0';
		place.source = open_directory(source.out, slash ? from.bytes : ".");
		copy_file(&rules, &place, slash ? slash + 1 : from.bytes, as.bytes, to.bytes);
		while (!whole) {
			char *entry = take_text(NULL);

			whole = !*entry;
			free(entry);
		}
	}
	close_place(&place);
	forget_links();
	free(path);
	free(name);
	free(destination);
	free(from.bytes);
	free(as.bytes);
	free(to.bytes);
}

static void take_inline(void)
{
	struct text as = { 0 }, path = { 0 };
	struct stat stat = { .st_mode = S_IFREG | (take_u32() & 07777) }, there;
	char *name = take_text(NULL), *destination = take_text(NULL);
	size_t length;
	char *content = take_text(&length);
	struct place place = place_for_file(destination, name, &as, &path);
	int fd;

	rules.owner_root = 1;
	clock_gettime(CLOCK_REALTIME, &stat.st_mtim);
	if (see(&place, as.bytes, &there) == 0 && S_ISDIR(there.st_mode))
		fail(EXIT_CONFLICT, "cannot replace to directory %s with file", path.bytes);
	if (unlinkat(place.out, as.bytes, 0) < 0 && errno != ENOENT)
		fail_errno("replacing", path.bytes);
	fd = openat(place.out, as.bytes, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		fail_errno("making", path.bytes);
	for (size_t at = 0; at < length;) {
		ssize_t put = write(fd, content + at, length - at);

		if (put < 0)
			fail_errno("writing", path.bytes);
		at += (size_t)put;
	}
	finish(&rules, fd, "", &stat, path.bytes);
	close(fd);
	close_place(&place);
	free(name);
	free(destination);
	free(content);
	free(as.bytes);
	free(path.bytes);
}

void copy(int out, int below, const int *sources, size_t count)
{
	char kind;

	root = (struct place){ -1, out, below };
	setvbuf(stdin, NULL, _IOFBF, 64 * 1024);
	umask(0);
	for (;;) {
		take(&kind, 1);
		if (kind == 'E')
			return;
		if (kind == 'o') {
			rules.owner_given = take_u32() != 0;
			rules.uid = take_u32();
			rules.gid = take_u32();
			rules.chmod = take_text(NULL);
		} else if (kind == 'c') {
			take_copy(sources, count);
		} else if (kind == 'i') {
			take_inline();
		} else if (kind == 'd') {
			struct text real = { 0 };
			char *path = take_text(NULL);
			struct place place;

			resolve(&root, path, &real);
			place = make_path(real.bytes);
			close_place(&place);
			free(real.bytes);
			free(path);
		} else {
			fail(EXIT_REFUSED, "an unknown frame");
		}
	}
}
