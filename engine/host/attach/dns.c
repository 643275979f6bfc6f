/*
 * dns SOCKET TAG          answers the names of containers until a second after the last of them is gone
 *
 * One process for an engine; it outlives the engine and is told what there is over the unix socket SOCKET. In each
 * container's namespace it answers on 127.0.0.11:53, so that who asks is known by where it asks. TAG only shows whose
 * it is. A client sends lines; each of these is answered by one, `ok ...` or `no ...`:
 *
 *   put ID NETNS          begins what is known of a container, in place of what was known, and ends with a line `.`:
 *     network NET NAME      it is on the network NET, called NAME
 *     name NET NAME         it is called so there
 *     address NET ADDRESS   it has this address there
 *     alias NET ALIAS NAME  it alone calls NAME so
 *     server ADDRESS        passes other questions on, asked from here
 *     inside ADDRESS        passes other questions on, asked from the container
 *   drop ID               forgets it and lets go of its namespace; well if it is not known
 *   list                  the ids that are known
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "dns.h"
#include "native.h"

enum { CLIENTS = 8, LINE = 2048, ANSWER_ROOM = 512, TCP_CHILDREN = 32, LINGER_MS = 1000, BEGIN_MS = 15000 };

/* An engine's connection: what came of its next line, and the container that it is telling of. */
struct client {
	int fd;
	char line[LINE];
	size_t length;
	struct sandbox *building;
};

struct sandbox *sandboxes;
static struct client clients[CLIENTS];
static int epoll, home, children, served;

int open_home(void)
{
	return home;
}

static void watch(int fd, int kind, uint64_t which)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = which << 8 | (uint64_t)kind };
	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static struct sandbox **find(const char *id)
{
	struct sandbox **at = &sandboxes;
	while (*at && strcmp((*at)->id, id) != 0)
		at = &(*at)->next;
	return at;
}

static void drop(const char *id)
{
	struct sandbox **at = find(id), *gone = *at;
	if (!gone)
		return;
	forward_forget(epoll, gone);
	/* By name: a process that serves a connection may have them open for a while yet. */
	epoll_ctl(epoll, EPOLL_CTL_DEL, gone->udp, NULL);
	epoll_ctl(epoll, EPOLL_CTL_DEL, gone->tcp, NULL);
	*at = gone->next;
	sandbox_free(gone);
}

static void reply(struct client *c, const char *format, const char *detail)
{
	char line[512];
	int length = snprintf(line, sizeof line, format, detail);
	if (send(c->fd, line, (size_t)length, MSG_NOSIGNAL) < 0)
		errno = 0; /* it has gone: its connection ends next */
}

static void list(struct client *c)
{
	reply(c, "%s", "ok");
	for (struct sandbox *s = sandboxes; s; s = s->next)
		reply(c, " %s", s->id);
	reply(c, "%s", "\n");
}

static void begin_put(struct client *c, const char *id, const char *netns)
{
	struct sandbox *s = calloc(1, sizeof *s);
	sandbox_free(c->building);
	c->building = s;
	if (!s)
		abort();
	s->ns = s->udp = s->tcp = -1;
	s->id = strdup(id);
	/* Its namespace is entered at the end; until then the path stands in for the first fact. */
	sandbox_fact(s, "network", (char *[]){ "", (char *)netns }, 2);
}

static void end_put(struct client *c)
{
	struct sandbox *s = c->building, *known = *find(s->id);
	char *netns = strdup(s->facts[0].first);
	c->building = NULL;
	s->facts[0].kind = NETWORK;
	/* The path was never a network. */
	free(s->facts[0].network);
	free(s->facts[0].first);
	memmove(s->facts, s->facts + 1, --s->fact_count * sizeof *s->facts);
	if (known) {
		/* Sockets stay: nobody's question is lost to a change of names. */
		struct fact *facts = s->facts;
		size_t count = s->fact_count;
		sandbox_forget(known);
		known->facts = facts;
		known->fact_count = count;
		memcpy(known->servers, s->servers, sizeof s->servers);
		known->server_count = s->server_count;
		s->facts = NULL;
		s->fact_count = 0;
		sandbox_free(s);
		reply(c, "%s\n", "ok");
	} else if (sandbox_enter(s, netns) < 0) {
		reply(c, "no %s\n", strerror(errno));
		sandbox_free(s);
	} else {
		s->next = sandboxes;
		sandboxes = s;
		served = 1;
		watch(s->udp, DNS_UDP, (uint64_t)(uintptr_t)s);
		watch(s->tcp, DNS_TCP, (uint64_t)(uintptr_t)s);
		reply(c, "%s\n", "ok");
	}
	free(netns);
}

static void take_line(struct client *c, char *line)
{
	char *words[5] = { 0 }, *save = NULL;
	int count = 0;
	for (char *word = strtok_r(line, " ", &save); word && count < 5; word = strtok_r(NULL, " ", &save))
		words[count++] = word;
	if (count == 0)
		return;
	if (c->building && strcmp(words[0], ".") == 0)
		end_put(c);
	else if (c->building && count == 2 && strcmp(words[0], "server") == 0)
		sandbox_server(c->building, words[1], 0);
	else if (c->building && count == 2 && strcmp(words[0], "inside") == 0)
		sandbox_server(c->building, words[1], 1);
	else if (c->building)
		sandbox_fact(c->building, words[0], words + 1, count - 1);
	else if (count == 3 && strcmp(words[0], "put") == 0)
		begin_put(c, words[1], words[2]);
	else if (count == 2 && strcmp(words[0], "drop") == 0) {
		drop(words[1]);
		reply(c, "%s\n", "ok");
	} else if (strcmp(words[0], "list") == 0)
		list(c);
	else
		reply(c, "no %s\n", "such command");
}

static void client_ready(struct client *c)
{
	ssize_t got = recv(c->fd, c->line + c->length, LINE - c->length, 0);
	char *newline;
	if (got <= 0) {
		close(c->fd);
		sandbox_free(c->building);
		memset(c, 0, sizeof *c);
		c->fd = -1;
		return;
	}
	c->length += (size_t)got;
	while ((newline = memchr(c->line, '\n', c->length))) {
		size_t used = (size_t)(newline - c->line) + 1;
		char line[LINE];
		memcpy(line, c->line, used);
		line[used - 1] = 0;
		memmove(c->line, c->line + used, c->length -= used);
		take_line(c, line);
	}
	if (c->length == LINE)
		c->length = 0; /* longer than any line that means something */
}

static void accept_client(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	for (int i = 0; fd >= 0 && i < CLIENTS; i++) {
		if (clients[i].fd >= 0)
			continue;
		clients[i].fd = fd;
		watch(fd, DNS_CLIENT, (uint64_t)i);
		return;
	}
	close_if(fd);
}

static void udp_ready(struct sandbox *s)
{
	static uint8_t question[DNS_MESSAGE], answer[DNS_MESSAGE];
	struct sockaddr_in from;
	socklen_t length = sizeof from;
	ssize_t got = recvfrom(s->udp, question, sizeof question, 0, (struct sockaddr *)&from, &length);
	int size;
	if (got < 0)
		return;
	size = dns_answer(s, question, (size_t)got, answer, ANSWER_ROOM);
	if (size > 0)
		sendto(s->udp, answer, (size_t)size, 0, (struct sockaddr *)&from, length);
	else if (size == 0)
		forward_start(epoll, s, question, (size_t)got, &from);
}

static void tcp_ready(struct sandbox *s)
{
	int fd = accept4(s->tcp, NULL, NULL, SOCK_CLOEXEC);
	while (children > 0 && waitpid(-1, NULL, WNOHANG) > 0)
		children--;
	/* A container that opens connections without end waits for its own. */
	if (fd >= 0 && children < TCP_CHILDREN) {
		pid_t child = fork();
		if (child == 0) {
			/* The namespaces of others are not to live as long as this connection. */
			for (struct sandbox *other = sandboxes; other; other = other->next) {
				if (other == s)
					continue;
				close_if(other->udp);
				close_if(other->tcp);
				close_if(other->ns);
			}
			dns_serve_tcp(s, fd);
			_exit(0);
		}
		children += child > 0;
	}
	close_if(fd);
}

static int listen_on(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (strlen(path) >= sizeof a.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(a.sun_path, path);
	unlink(path);
	umask(0177);
	return fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) < 0 || listen(fd, CLIENTS) < 0 ? -1 : fd;
}

int applet_dns(int argc, char **argv)
{
	struct rlimit files = { 65536, 65536 };
	struct epoll_event events[32];
	int control;
	if (argc != 3) {
		fputs("usage: dns SOCKET TAG\n", stderr);
		return 2;
	}
	setrlimit(RLIMIT_NOFILE, &files); /* three for each container; with less there are fewer containers */
	signal(SIGPIPE, SIG_IGN);
	srand((unsigned)time(NULL));
	epoll = epoll_create1(EPOLL_CLOEXEC);
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	control = listen_on(argv[1]);
	if (control < 0 || home < 0) {
		fprintf(stderr, "cannot listen on %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	for (int i = 0; i < CLIENTS; i++)
		clients[i].fd = -1;
	watch(control, DNS_CONTROL, 0);
	puts("ready");
	fclose(stdout);
	/* A little after its last container, so that who runs one after the other has not each to begin it anew. */
	for (;;) {
		int wait = sandboxes ? forward_expire(epoll) : served ? LINGER_MS : BEGIN_MS;
		int count = epoll_wait(epoll, events, 32, wait);
		if (count == 0 && !sandboxes)
			break;
		for (int i = 0; i < count; i++) {
			uint64_t which = events[i].data.u64 >> 8;
			switch (events[i].data.u64 & 0xff) {
			case DNS_CONTROL:
				accept_client(control);
				break;
			case DNS_CLIENT:
				client_ready(&clients[which]);
				i = count; /* a container may have gone, of which more has come */
				break;
			case DNS_UDP:
				udp_ready((struct sandbox *)(uintptr_t)which);
				break;
			case DNS_TCP:
				tcp_ready((struct sandbox *)(uintptr_t)which);
				break;
			case DNS_FORWARD:
				forward_ready(epoll, (int)which);
				break;
			}
		}
	}
	unlink(argv[1]);
	return 0;
}
