/* rtnetlink(7) and nfnetlink by hand: requests under construction, and what is asked of the kernel with them. */
#ifndef LONGSHORE_NETLINK_H
#define LONGSHORE_NETLINK_H

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

/* One request under construction; a nested attribute's length is filled in by nl_end. */
union request {
	struct nlmsghdr header;
	char bytes[1040];
};

void nl_begin(union request *r, int type, int flags);
void *nl_grow(union request *r, size_t length);
struct rtattr *nl_attribute(union request *r, int type, const void *data, size_t length);
void nl_text(union request *r, int type, const char *value);
void nl_number(union request *r, int type, uint32_t value);
void nl_end(union request *r, struct rtattr *nest);

/* A socket of the namespace that this process is in now, and of that one ever after. */
int nl_open(void);

/* Sends one request and waits for its acknowledgement. Returns 0, or -1 with the kernel's errno. */
int nl_ask(int sock, union request *r);

/* The index of a link in the namespace of `ctl` (any socket); 0 when there is none. */
int link_index(int ctl, const char *name);
int link_up(int sock, int index);
/* Well when there is none. */
int link_delete(int sock, const char *name);
/* Prints the name of each link that has this alias, a line each. */
int link_list(int sock, const char *alias);
/* Gives a link the address CIDR of either family; well when it has it. */
int address_add(int sock, int index, const char *cidr);
/* Makes `gateway` by way of link `index` the default route of its family, in place of another. */
int route_set(int sock, int index, const char *gateway);
/* Takes the default route of a family away; well when there is none. */
int route_clear(int sock, int family);

/* Writes "cannot WHAT ON: why" to stderr. Returns -1. */
int nl_fail(const char *what, const char *on);

#endif
