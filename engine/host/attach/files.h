/* Parts of the `files` applet. Each ends the program with one of these codes and words on stderr when it fails. */
#ifndef LONGSHORE_FILES_H
#define LONGSHORE_FILES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#define EXIT_MISSING 3   /* a path does not exist */
#define EXIT_REFUSED 4   /* the kernel said no, for the reason given */
#define EXIT_CUT 5       /* the input ended in the middle */
#define EXIT_CONFLICT 6  /* a directory would replace a file, or the other way round */
#define EXIT_FULL 7      /* no space left */
#define EXIT_READ_ONLY 8 /* the place is marked read-only */

#define PATH_BYTES 4096

struct view_bind {
	const char *source;
	const char *target;
	int read_only;
	int recursive;
};

/* What a container sees. Bind sources that are gone are left out. */
struct view {
	const char *root;
	const struct view_bind *binds;
	int count;
	int read_only;       /* the root itself, not its mounts */
};

void fail(int code, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));
void fail_errno(const char *what, const char *path) __attribute__((noreturn));

/* Makes the view this process's root directory. */
void enter_view(const struct view *view);

/* A growing text. */
struct text {
	char *bytes;
	size_t length, room;
};
void text_add(struct text *text, const char *more);
void text_cut(struct text *text, size_t length);

/* The names in a directory without . and .., sorted by their bytes. Ends the program when it cannot be read. */
char **names_in(int fd, size_t *count, const char *path);

/* True for overlayfs's mark of a removed file. */
int is_whiteout(const struct stat *stat);
/* True when overlayfs shows nothing of the lower layers in this directory. */
int is_opaque(int fd);

/*
 * Writes what is at `at`/`name` to stdout as a tar whose names begin with `as` (empty: without the root itself). As a
 * layer with overlayfs's marks told in an image's way; without times, and then a directory alone, to tell what is there.
 */
enum pack_marks { PACK_AS_SEEN, PACK_LAYER, PACK_TIMELESS, PACK_ALONE };
void pack(int at, const char *name, const char *as, enum pack_marks marks);

/* Entries that were written, and bytes of their contents. */
extern struct pack_tally {
	uint64_t entries, bytes;
} pack_tally;

/* Whether an extended attribute means the same everywhere, so that it goes into archives. */
int is_portable(const char *name);

/* Attributes that go into archives, as pax records in a stable order. The caller frees them. */
char *attribute_records(int fd, size_t *total);

/* Takes out of an overlay's `upper` what says nothing: files as they are in `lower`, marks over nothing. */
void tidy(int upper, int lower);

/*
 * Prints where `path` leads in a tree, links followed, and what is there, a NUL after each: d or -, then the path below
 * that place (empty for itself), folders before what is in them.
 */
void list(int tree, const char *path);

/* Copies what stdin says (copy.c) from `sources` into `out`, seen on top of `below` (-1: nothing is). */
void copy(int out, int below, const int *sources, size_t count);

/* Applies the frames on stdin (rooted-files.ts writes them) beneath the working directory. */
struct unpack_options {
	int keep_kinds;      /* a directory never replaces a file, nor the other way round */
	int owner_given;
	uid_t uid;
	gid_t gid;
	const char *place;   /* what the working directory is called, for messages */
};
void unpack(const struct unpack_options *options);

/* Prints how `upper` changes `lower`: a letter, the path and a NUL for each change. */
void changes(int upper, int lower);

#endif
