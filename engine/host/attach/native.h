/* Applets of longshore-native. Each takes its own arguments (argv[0] is the applet's name) and returns an exit code. */
#ifndef LONGSHORE_NATIVE_H
#define LONGSHORE_NATIVE_H

int applet_attach(int argc, char **argv);
int applet_exec(int argc, char **argv);
int applet_join(int argc, char **argv);
int applet_joined(int argc, char **argv);
int applet_runtime(int argc, char **argv);
int applet_net(int argc, char **argv);
int applet_dns(int argc, char **argv);
int applet_forward(int argc, char **argv);
int applet_hold(int argc, char **argv);
int applet_leash(int argc, char **argv);
/* Becomes root of the user namespace at `path`. Returns 0, or 1 with the reason on stderr. */
int userns_enter(const char *path);
int applet_userns(int argc, char **argv);
int applet_enter(int argc, char **argv);
int applet_init(int argc, char **argv);
int applet_umount(int argc, char **argv);
int applet_files(int argc, char **argv);
int applet_look(int argc, char **argv);

/* What of a container's stdio a client wants, and in which form. */
struct attach_options {
	int raw;        /* bytes as they are (a terminal), else Docker's 8-byte frames */
	int no_stdin;
	int no_stdout;
	int no_stderr;
	int wait_ms;    /* how long a socket that does not exist yet is waited for */
};

/* Reads leading --flags; returns the index of the first argument that is none, or -1 for an unknown flag. */
int attach_parse(int argc, char **argv, struct attach_options *options);

/* Connects to a SOCK_SEQPACKET socket of any path length. Returns the descriptor or -1 with errno. */
int attach_connect(const char *path, int wait_ms);

/* Carries stdin to the socket and packets to stdout until either side is gone. Returns an exit code. */
int attach_pump(int sock, const struct attach_options *options);

#endif
