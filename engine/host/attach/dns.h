/* The names of containers: what the server of dns.c knows, and what is made of it. */
#ifndef LONGSHORE_DNS_H
#define LONGSHORE_DNS_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_MESSAGE 65535
#define DNS_SERVERS 6

/* One line of what a container has: see dns.c for the kinds. `network` is an id. */
struct fact {
	enum { NETWORK, NAME, ADDRESS, ALIAS } kind;
	char *network;
	char *first;
	char *second;
};

/* A server that questions are passed on to. */
struct server {
	struct sockaddr_storage address;
	socklen_t length;
	int inside; /* asked from the container's namespace, else from the host's */
};

/* A container that asks, and that is asked for. */
struct sandbox {
	char *id;
	int ns, udp, tcp;
	struct fact *facts;
	size_t fact_count;
	struct server servers[DNS_SERVERS];
	int server_count;
	struct sandbox *next;
};

extern struct sandbox *sandboxes;

/* Opens its sockets in the namespace at a path. Returns 0, or -1 with errno. */
int sandbox_enter(struct sandbox *s, const char *netns);
/* Takes one line of what is known of it; what has no meaning is passed over. */
void sandbox_fact(struct sandbox *s, const char *word, char **words, int count);
void sandbox_server(struct sandbox *s, const char *address, int inside);
/* Frees what is known of it; or all of it with its sockets, also for NULL. */
void sandbox_forget(struct sandbox *s);
void sandbox_free(struct sandbox *s);
void close_if(int fd);

/*
 * Answers a question of `asking` from what is known: writes the message to `out` (DNS_MESSAGE bytes) and returns its
 * length; 0 when others have to be asked, -1 for what is no question. At most `room` bytes are used.
 */
int dns_answer(const struct sandbox *asking, const uint8_t *question, size_t length, uint8_t *out, size_t room);

/* Makes an answer without records out of a question, with the given code (RFC 1035, 4.1.1). Returns its length. */
int dns_refusal(const uint8_t *question, size_t length, uint8_t *out, int code);

/* Passing on by UDP: `client` gets the answer from `asking`'s socket when it comes. */
void forward_start(int epoll, struct sandbox *asking, const uint8_t *question, size_t length,
		   const struct sockaddr_in *client);
/* An answer came, or time has passed. Returns milliseconds until it wants to be called again, or -1. */
void forward_ready(int epoll, int slot);
int forward_expire(int epoll);
/* Forgets what waits for a container that goes. */
void forward_forget(int epoll, const struct sandbox *gone);

/* Serves one connection by TCP to its end, in a process of its own. */
void dns_serve_tcp(const struct sandbox *asking, int fd);

/* Kinds of what the loop waits for, in the lowest byte of its data. */
enum { DNS_CONTROL, DNS_CLIENT, DNS_UDP, DNS_TCP, DNS_FORWARD };

/* The namespace that the server was started in. */
int open_home(void);

/* A socket to a server, of the namespace that it is to be asked from. */
int server_socket(const struct sandbox *asking, const struct server *server, int type);

/*
 * In the namespace that this process is in: leads 127.0.0.11:53 to these ports of the same address, so that the
 * container's own programs may have port 53. Returns 0, or -1 where the kernel has no nftables.
 */
int nft_redirect(uint16_t udp, uint16_t tcp);

#endif
