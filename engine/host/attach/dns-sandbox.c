/* What the server of names knows of one container, and its sockets in there. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dns.h"

void close_if(int fd)
{
	if (fd >= 0)
		close(fd);
}

void sandbox_forget(struct sandbox *s)
{
	for (size_t i = 0; i < s->fact_count; i++) {
		free(s->facts[i].network);
		free(s->facts[i].first);
		free(s->facts[i].second);
	}
	free(s->facts);
	s->facts = NULL;
	s->fact_count = 0;
	s->server_count = 0;
}

void sandbox_free(struct sandbox *s)
{
	if (!s)
		return;
	close_if(s->udp);
	close_if(s->tcp);
	close_if(s->ns);
	sandbox_forget(s);
	free(s->id);
	free(s);
}

/* A socket on 127.0.0.11 of the namespace that this process is in; on `port`, or any with 0. */
static int local_socket(int type, uint16_t port, uint16_t *got)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
	socklen_t length = sizeof a;
	int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	a.sin_addr.s_addr = htonl(0x7f00000b);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) < 0 || (type == SOCK_STREAM && listen(fd, 16) < 0) ||
	    getsockname(fd, (struct sockaddr *)&a, &length) < 0) {
		close_if(fd);
		return -1;
	}
	*got = ntohs(a.sin_port);
	return fd;
}

/* Opens its sockets in its namespace. Returns 0, or -1 with errno. */
int sandbox_enter(struct sandbox *s, const char *netns)
{
	uint16_t udp = 0, tcp = 0;
	int saved;
	s->ns = open(netns, O_RDONLY | O_CLOEXEC);
	if (s->ns < 0 || setns(s->ns, CLONE_NEWNET) < 0)
		return -1;
	s->udp = local_socket(SOCK_DGRAM, 0, &udp);
	s->tcp = local_socket(SOCK_STREAM, 0, &tcp);
	if (s->udp >= 0 && s->tcp >= 0 && nft_redirect(udp, tcp) < 0) {
		/* A kernel without nftables: the port itself, which the container's programs cannot have then. */
		close_if(s->udp);
		close_if(s->tcp);
		s->udp = local_socket(SOCK_DGRAM, 53, &udp);
		s->tcp = local_socket(SOCK_STREAM, 53, &tcp);
	}
	saved = errno;
	if (setns(open_home(), CLONE_NEWNET) < 0)
		abort(); /* in a container's network for good: nothing right could follow */
	errno = saved;
	return s->udp < 0 || s->tcp < 0 ? -1 : 0;
}

void sandbox_server(struct sandbox *s, const char *address, int inside)
{
	struct server *server = &s->servers[s->server_count];
	struct sockaddr_in *four = (struct sockaddr_in *)&server->address;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)&server->address;
	if (s->server_count == DNS_SERVERS)
		return;
	memset(server, 0, sizeof *server);
	if (inet_pton(AF_INET, address, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons(53);
		server->length = sizeof *four;
	} else if (inet_pton(AF_INET6, address, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons(53);
		server->length = sizeof *six;
	} else {
		return;
	}
	server->inside = inside;
	s->server_count++;
}

void sandbox_fact(struct sandbox *s, const char *word, char **words, int count)
{
	static const char *kinds[] = { "network", "name", "address", "alias" };
	struct fact *grown;
	for (int kind = NETWORK; kind <= ALIAS; kind++) {
		if (strcmp(word, kinds[kind]) != 0 || count < (kind == ALIAS ? 3 : 2))
			continue;
		grown = realloc(s->facts, (s->fact_count + 1) * sizeof *grown);
		if (!grown)
			abort();
		s->facts = grown;
		grown += s->fact_count++;
		grown->kind = (__typeof__(grown->kind))kind;
		grown->network = strdup(words[0]);
		grown->first = strdup(words[1]);
		grown->second = kind == ALIAS ? strdup(words[2]) : NULL;
	}
}
