/* Copying into a root, as COPY of a Dockerfile does: copy.c has the words and paths, copy-entry.c the files. */
#ifndef LONGSHORE_COPY_H
#define LONGSHORE_COPY_H

#include <sys/stat.h>
#include <sys/types.h>

/* How what is copied differs from its source. */
struct copy_rules {
	int owner_given; /* else the source's own, or root's */
	uid_t uid;
	gid_t gid;
	int owner_root;  /* without a given owner everything becomes root's */
	char *chmod;     /* octal or symbolic; empty leaves the source's mode */
};

/*
 * A directory in three trees: the source, the one that is written, and what is seen beneath that one. A descriptor is -1
 * where there is no such directory.
 */
struct place {
	int source, out, below;
};

struct text;

/* Where a path leads inside a tree, all links followed: without a slash at either end, empty for the root itself. */
void resolve(const struct place *place, const char *path, struct text *done);

/* Mode of a copy: `spec` is octal or symbolic (chmod(1)). Returns -1 for what is neither. */
int changed_mode(const char *spec, mode_t mode);

/* Sees `name` in the tree that is written, or beneath it. Returns 0, or -1 with errno. */
int see(const struct place *place, const char *name, struct stat *stat);

/* Opens a directory that is no link; -1 with errno, for -1 too. */
int open_directory(int at, const char *name);

/* Makes the directory `name` be in the tree that is written, as it is beneath it; well if it is. Returns it opened. */
int bring_up(const struct place *place, const char *name);

/* Copies what is no directory. `path` is what it will be called, for messages. */
void copy_file(const struct copy_rules *rules, const struct place *place, const char *name, const char *as, const char *path);

/*
 * Opens a directory of the source and the same of the other trees, made where it is missing. Times and the like are for
 * `leave_directory`, when all is in it.
 */
struct place enter_directory(const struct place *place, const char *name, const char *as, const char *path);
void leave_directory(const struct copy_rules *rules, struct place *place, const char *path);

/* Copies all that is in a directory. */
void copy_inside(const struct copy_rules *rules, const struct place *place, const char *path);

/* Forgets which files had several names. */
void forget_links(void);

/* Sets owner, mode and times of what has been made at `fd` (or `name` in it, for what cannot be opened). */
void finish(const struct copy_rules *rules, int fd, const char *name, const struct stat *from, const char *path);

#endif
