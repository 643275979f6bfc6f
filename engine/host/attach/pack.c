/*
 * A tree as a tar on stdout: GNU format with pax records for extended attributes, names sorted, whole seconds, and
 * nothing of this machine in it, so that the same tree always gives the same bytes.
 * As a layer, overlayfs's marks become those of image-spec layer.md (.wh.NAME, .wh..wh..opq).
 * Layers that a build made are kept as their files alone and named by the digest of these bytes: what this writes for
 * a tree may never change.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "files.h"

#define BLOCK 512
#define XATTR_BYTES 65536

struct pack_tally pack_tally;

static char zeros[BLOCK];
static char buffer[256 * 1024];

static void put(const void *bytes, size_t length)
{
	/* A reader who has gone ends this program by SIGPIPE, or here. */
	if (fwrite(bytes, 1, length, stdout) != length)
		exit(1);
}

static void pad(uint64_t length)
{
	put(zeros, (BLOCK - length % BLOCK) % BLOCK);
}

/* Octal digits, or base 256 for what they cannot hold. */
static void put_number(char *field, int width, int64_t value)
{
	if (value >= 0 && value < (int64_t)1 << 3 * (width - 1)) {
		snprintf(field, (size_t)width, "%0*llo", width - 1, (unsigned long long)value);
		return;
	}
	for (int i = width - 1; i > 0; i--, value >>= 8)
		field[i] = (char)(value & 0xff);
	field[0] = value < 0 ? '\xff' : '\x80';
}

static void put_block(char type, const char *name, const char *link, const struct stat *stat, uint64_t size)
{
	char block[BLOCK] = { 0 };
	unsigned sum = 0;
	int device = type == '3' || type == '4';

	strncpy(block, name, 100);
	put_number(block + 100, 8, stat->st_mode & 07777);
	put_number(block + 108, 8, stat->st_uid);
	put_number(block + 116, 8, stat->st_gid);
	put_number(block + 124, 12, (int64_t)size);
	put_number(block + 136, 12, stat->st_mtim.tv_sec);
	memset(block + 148, ' ', 8);
	block[156] = type;
	strncpy(block + 157, link, 100);
	memcpy(block + 257, "ustar  ", 8);
	put_number(block + 329, 8, device ? major(stat->st_rdev) : 0);
	put_number(block + 337, 8, device ? minor(stat->st_rdev) : 0);
	for (int i = 0; i < BLOCK; i++)
		sum += (unsigned char)block[i];
	snprintf(block + 148, 8, "%06o", sum);
	block[155] = ' ';
	put(block, BLOCK);
}

static void put_long(char type, const char *value)
{
	struct stat plain = { .st_mode = 0644 };
	size_t length = strlen(value) + 1;

	put_block(type, "././@LongLink", "", &plain, length);
	put(value, length);
	pad(length);
}

/* Attributes that mean the same everywhere; overlayfs's own and the host's security labels do not. */
int is_portable(const char *name)
{
	return strcmp(name, "security.capability") == 0 ||
	       (strncmp(name, "user.", 5) == 0 && strncmp(name, "user.overlay.", 13) != 0);
}

char *attribute_records(int fd, size_t *total)
{
	static char names[XATTR_BYTES], value[XATTR_BYTES], record[XATTR_BYTES + 512];
	char *records = NULL;
	size_t count = 0;
	const char *sorted[256];
	ssize_t length;

	*total = 0;
	length = flistxattr(fd, names, sizeof names);
	for (char *name = names; length > 0 && name < names + length; name += strlen(name) + 1)
		if (is_portable(name) && count < 256)
			sorted[count++] = name;
	for (size_t i = 1; i < count; i++)
		for (size_t j = i; j > 0 && strcmp(sorted[j - 1], sorted[j]) > 0; j--) {
			const char *other = sorted[j];
			sorted[j] = sorted[j - 1];
			sorted[j - 1] = other;
		}
	for (size_t i = 0; i < count; i++) {
		int head, digits;
		ssize_t size = fgetxattr(fd, sorted[i], value, sizeof value);
		size_t rest, whole;

		if (size < 0)
			continue;
		rest = strlen(" SCHILY.xattr.=\n") + strlen(sorted[i]) + (size_t)size;
		/* The length counts its own digits. */
		for (digits = 1, whole = rest + 1; snprintf(NULL, 0, "%zu", whole) != digits; whole = rest + (size_t)digits)
			digits++;
		head = snprintf(record, sizeof record, "%zu SCHILY.xattr.%s=", whole, sorted[i]);
		memcpy(record + head, value, (size_t)size);
		record[whole - 1] = '\n';
		records = realloc(records, *total + whole);
		if (!records)
			fail(EXIT_REFUSED, "out of memory");
		memcpy(records + *total, record, whole);
		*total += whole;
	}
	return records;
}

static void put_attributes(int fd)
{
	struct stat plain = { .st_mode = 0644 };
	size_t total;
	char *records = attribute_records(fd, &total);

	if (total > 0) {
		put_block('x', "PaxHeaders/entry", "", &plain, total);
		put(records, total);
		pad(total);
	}
	free(records);
}

static void put_header(char type, const char *name, const char *link, const struct stat *stat, uint64_t size)
{
	pack_tally.entries++;
	pack_tally.bytes += size;
	if (strlen(name) > 100)
		put_long('L', name);
	if (strlen(link) > 100)
		put_long('K', link);
	put_block(type, name, link, stat, size);
}

/* Exactly as many bytes as the header said: a file that shrinks meanwhile ends with zeros. */
static void put_content(int fd, uint64_t size)
{
	for (uint64_t left = size; left > 0;) {
		size_t want = left < sizeof buffer ? (size_t)left : sizeof buffer;
		ssize_t got = read(fd, buffer, want);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			memset(buffer, 0, want);
			got = (ssize_t)want;
		}
		put(buffer, (size_t)got);
		left -= (uint64_t)got;
	}
	pad(size);
}

/* First names of files that have several. */
struct first_name {
	dev_t device;
	ino_t inode;
	char *name;
};
static struct first_name *first_names;
static size_t first_room, first_count;

static struct first_name *slot_of(struct first_name *table, size_t room, dev_t device, ino_t inode)
{
	size_t at = (size_t)((inode * 0x9e3779b97f4a7c15ull) ^ device) & (room - 1);

	while (table[at].name && (table[at].device != device || table[at].inode != inode))
		at = (at + 1) & (room - 1);
	return &table[at];
}

/* The name under which this file was written before; else NULL, and `name` is noted. */
static const char *earlier_name(const struct stat *stat, const char *name)
{
	struct first_name *slot;

	if (first_count * 2 >= first_room) {
		size_t room = first_room ? first_room * 2 : 256;
		struct first_name *table = calloc(room, sizeof *table);

		if (!table)
			fail(EXIT_REFUSED, "out of memory");
		for (size_t i = 0; i < first_room; i++)
			if (first_names[i].name)
				*slot_of(table, room, first_names[i].device, first_names[i].inode) = first_names[i];
		free(first_names);
		first_names = table;
		first_room = room;
	}
	slot = slot_of(first_names, first_room, stat->st_dev, stat->st_ino);
	if (slot->name)
		return slot->name;
	*slot = (struct first_name){ stat->st_dev, stat->st_ino, strdup(name) };
	first_count++;
	return NULL;
}

static void put_mark(const struct text *name, size_t base, const char *mark)
{
	struct text marked = { 0 };
	struct stat plain = { .st_mode = 0 };

	text_add(&marked, name->bytes);
	text_cut(&marked, base);
	text_add(&marked, ".wh.");
	text_add(&marked, mark);
	put_header('0', marked.bytes, "", &plain, 0);
	free(marked.bytes);
}

static void put_entry(int at, const char *base, struct text *name, enum pack_marks marks);

static void put_directory(int fd, const struct stat *stat, struct text *name, enum pack_marks marks)
{
	size_t count, length;
	char **names;

	if (name->length > 0) {
		if (name->bytes[name->length - 1] != '/')
			text_add(name, "/");
		put_attributes(fd);
		put_header('5', name->bytes, "", stat, 0);
		if (marks == PACK_LAYER && is_opaque(fd))
			put_mark(name, name->length, ".wh..opq");
	}
	if (marks == PACK_ALONE)
		return;
	length = name->length;
	names = names_in(fd, &count, name->bytes);
	for (size_t i = 0; i < count; i++) {
		size_t base = name->length;

		text_add(name, names[i]);
		if (marks == PACK_LAYER && strncmp(names[i], ".wh.", 4) == 0)
			fail(EXIT_REFUSED, "the file /%s cannot be in an image: in a layer its name means a removal", name->bytes);
		put_entry(fd, name->bytes + base, name, marks);
		text_cut(name, length);
		free(names[i]);
	}
	free(names);
}

/* `base` is the entry's name in the directory `at`, `name` what it is called in the archive. */
static void put_entry(int at, const char *base, struct text *name, enum pack_marks marks)
{
	static char target[PATH_BYTES];
	struct stat stat;
	const char *first;
	ssize_t length;
	int fd;

	if (fstatat(at, base, &stat, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno == ENOENT && at != AT_FDCWD)
			return; /* removed meanwhile */
		fail_errno("reading", base);
	}
	if (marks >= PACK_TIMELESS && is_whiteout(&stat))
		return;
	if (marks == PACK_LAYER && is_whiteout(&stat)) {
		size_t length = name->length - strlen(base);
		char *removed = strdup(base);

		put_mark(name, length, removed);
		free(removed);
		return;
	}
	if (marks >= PACK_TIMELESS)
		stat.st_mtim.tv_sec = 0;
	if (S_ISDIR(stat.st_mode) || S_ISREG(stat.st_mode)) {
		fd = openat(at, base, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT && at != AT_FDCWD)
			return;
		if (fd < 0 || fstat(fd, &stat) < 0)
			fail_errno("reading", name->bytes);
		if (marks >= PACK_TIMELESS)
			stat.st_mtim.tv_sec = 0;
		if (S_ISDIR(stat.st_mode)) {
			put_directory(fd, &stat, name, marks);
		} else if (S_ISREG(stat.st_mode)) {
			first = stat.st_nlink > 1 ? earlier_name(&stat, name->bytes) : NULL;
			put_attributes(fd);
			put_header(first ? '1' : '0', name->bytes, first ? first : "", &stat, first ? 0 : (uint64_t)stat.st_size);
			if (!first)
				put_content(fd, (uint64_t)stat.st_size);
		}
		close(fd);
	} else if (S_ISLNK(stat.st_mode)) {
		length = readlinkat(at, base, target, sizeof target - 1);
		if (length < 0)
			return;
		target[length] = '\0';
		put_header('2', name->bytes, target, &stat, 0);
	} else if (!S_ISSOCK(stat.st_mode)) {
		put_header(S_ISCHR(stat.st_mode) ? '3' : S_ISBLK(stat.st_mode) ? '4' : '6', name->bytes, "", &stat, 0);
	}
}

void pack(int at, const char *name, const char *as, enum pack_marks marks)
{
	struct text text = { 0 };

	static int begun;

	if (!begun++)
		setvbuf(stdout, NULL, _IOFBF, 256 * 1024);
	text_add(&text, as);
	put_entry(at, name, &text, marks);
	free(text.bytes);
	put(zeros, BLOCK);
	put(zeros, BLOCK);
	if (fflush(stdout) != 0)
		exit(1);
}
