/*
 * umount [-l] PATH
 *
 * Unmounts what is mounted at PATH, which no symlink stands for; with -l as soon as its last user is gone (umount(2),
 * MNT_DETACH). Without umount(8)'s libraries, tables and helpers: that one costs five times as much.
 * Exit 0, 32 when it is busy, 1 for all else with the reason on stderr.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "native.h"

int applet_umount(int argc, char **argv)
{
	int lazy = argc == 3 && strcmp(argv[1], "-l") == 0;

	if (argc != 2 + lazy) {
		fputs("usage: umount [-l] PATH\n", stderr);
		return 2;
	}
	if (umount2(argv[1 + lazy], UMOUNT_NOFOLLOW | (lazy ? MNT_DETACH : 0)) == 0)
		return 0;
	fprintf(stderr, "%s: %s\n", argv[1 + lazy], strerror(errno));
	return errno == EBUSY ? 32 : 1;
}
