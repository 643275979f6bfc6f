/*
 * longshore-native: what the engine needs of the kernel and Node cannot do. One static program without
 * dependencies; see each applet's file for its contract.
 */
#include <stdio.h>
#include <string.h>

#include "native.h"

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');

	if (strcmp(slash ? slash + 1 : argv[0], "docker-init") == 0)
		return applet_init(argc, argv);
	if (argc >= 4 && strcmp(argv[1], "in") == 0) {
		if (userns_enter(argv[2]))
			return 1;
		argv[2] = argv[0];
		return main(argc - 2, argv + 2);
	}
	if (argc >= 2) {
		if (strcmp(argv[1], "attach") == 0)
			return applet_attach(argc - 1, argv + 1);
		if (strcmp(argv[1], "exec") == 0)
			return applet_exec(argc - 1, argv + 1);
		if (strcmp(argv[1], "join") == 0)
			return applet_join(argc - 1, argv + 1);
		if (strcmp(argv[1], "joined") == 0)
			return applet_joined(argc - 1, argv + 1);
		if (strcmp(argv[1], "runtime") == 0)
			return applet_runtime(argc - 1, argv + 1);
		if (strcmp(argv[1], "net") == 0)
			return applet_net(argc - 1, argv + 1);
		if (strcmp(argv[1], "dns") == 0)
			return applet_dns(argc - 1, argv + 1);
		if (strcmp(argv[1], "forward") == 0)
			return applet_forward(argc - 1, argv + 1);
		if (strcmp(argv[1], "hold") == 0)
			return applet_hold(argc - 1, argv + 1);
		if (strcmp(argv[1], "leash") == 0)
			return applet_leash(argc - 1, argv + 1);
		if (strcmp(argv[1], "userns") == 0)
			return applet_userns(argc - 1, argv + 1);
		if (strcmp(argv[1], "enter") == 0)
			return applet_enter(argc - 1, argv + 1);
		if (strcmp(argv[1], "umount") == 0)
			return applet_umount(argc - 1, argv + 1);
		if (strcmp(argv[1], "init") == 0)
			return applet_init(argc - 1, argv + 1);
		if (strcmp(argv[1], "files") == 0)
			return applet_files(argc - 1, argv + 1);
		if (strcmp(argv[1], "look") == 0)
			return applet_look(argc - 1, argv + 1);
		if (strcmp(argv[1], "version") == 0) {
			puts("longshore-native 1");
			return 0;
		}
	}
	fputs("usage: longshore-native attach|exec|join|runtime|net|dns|forward|hold|leash|look|enter|files|userns|in|init|umount|version ...\n", stderr);
	return 2;
}
