/*
 * runtime PROGRAM ARGS...
 *
 * Runs crun on a host with hybrid cgroups, which crun refuses as long as it sees controllers in
 * /sys/fs/cgroup/unified: hides that directory under a tmpfs, in a mount namespace of this call alone.
 * Propagation is slave, so that the container sees later mounts of the host and the host none of ours.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "native.h"

int applet_runtime(int argc, char **argv)
{
	if (argc < 2) {
		fputs("usage: runtime PROGRAM ARGS...\n", stderr);
		return 2;
	}
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL) < 0 ||
	    mount("tmpfs", "/sys/fs/cgroup/unified", "tmpfs", 0, NULL) < 0) {
		fprintf(stderr, "cannot hide the unified cgroup hierarchy from %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	execv(argv[1], argv + 1);
	fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
	return errno == ENOENT ? 127 : 126;
}
