/* What the two halves of the forward applet know of each other. */
#ifndef LONGSHORE_FORWARD_H
#define LONGSHORE_FORWARD_H

#include <sys/socket.h>

/* Where a published port leads. */
struct target {
	struct sockaddr_storage address;
	socklen_t size;
};

/* Asks for the address that datagrams come to. */
void udp_begin(int listener);

/* A datagram waits at `listener`. */
void udp_arrived(int epoll, int listener, const struct target *target);

/* The container answered the client that `session` (of epoll's data) stands for. */
void udp_answered(int listener, void *session);

/* Ends the sessions that were silent for too long; how long in ms until that is to be asked again, -1 for never. */
void udp_forget(void);
int udp_patience(void);

#endif
