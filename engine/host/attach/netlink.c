/* See netlink.h. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "netlink.h"

void nl_begin(union request *r, int type, int flags)
{
	memset(r, 0, sizeof *r);
	r->header.nlmsg_len = NLMSG_LENGTH(0);
	r->header.nlmsg_type = (uint16_t)type;
	r->header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
}

void *nl_grow(union request *r, size_t length)
{
	void *at = r->bytes + NLMSG_ALIGN(r->header.nlmsg_len);
	r->header.nlmsg_len = NLMSG_ALIGN(r->header.nlmsg_len) + (uint32_t)length;
	return at;
}

struct rtattr *nl_attribute(union request *r, int type, const void *data, size_t length)
{
	struct rtattr *a = nl_grow(r, RTA_LENGTH(length));
	a->rta_type = (uint16_t)type;
	a->rta_len = (uint16_t)RTA_LENGTH(length);
	if (length)
		memcpy(RTA_DATA(a), data, length);
	return a;
}

void nl_text(union request *r, int type, const char *value)
{
	nl_attribute(r, type, value, strlen(value) + 1);
}

void nl_number(union request *r, int type, uint32_t value)
{
	nl_attribute(r, type, &value, sizeof value);
}

void nl_end(union request *r, struct rtattr *nest)
{
	nest->rta_len = (uint16_t)(r->bytes + r->header.nlmsg_len - (char *)nest);
}

int nl_open(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

int nl_ask(int sock, union request *r)
{
	char answer[4096];
	if (send(sock, &r->header, r->header.nlmsg_len, 0) < 0)
		return -1;
	for (;;) {
		ssize_t got = recv(sock, answer, sizeof answer, 0);
		struct nlmsghdr *h = (struct nlmsghdr *)answer;
		if (got < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		if (NLMSG_OK(h, got) && h->nlmsg_type == NLMSG_ERROR) {
			int code = -((struct nlmsgerr *)NLMSG_DATA(h))->error;
			if (code == 0)
				return 0;
			errno = code;
			return -1;
		}
	}
}

int nl_fail(const char *what, const char *on)
{
	fprintf(stderr, "cannot %s %s: %s\n", what, on, strerror(errno));
	return -1;
}

int link_index(int ctl, const char *name)
{
	struct ifreq q;
	memset(&q, 0, sizeof q);
	snprintf(q.ifr_name, sizeof q.ifr_name, "%s", name);
	return ioctl(ctl, SIOCGIFINDEX, &q) < 0 ? 0 : q.ifr_ifindex;
}

int link_up(int sock, int index)
{
	union request r;
	struct ifinfomsg *m;
	nl_begin(&r, RTM_NEWLINK, 0);
	m = nl_grow(&r, sizeof *m);
	m->ifi_index = index;
	m->ifi_flags = m->ifi_change = IFF_UP;
	return nl_ask(sock, &r);
}

int link_delete(int sock, const char *name)
{
	union request r;
	nl_begin(&r, RTM_DELLINK, 0);
	nl_grow(&r, sizeof(struct ifinfomsg));
	nl_text(&r, IFLA_IFNAME, name);
	return nl_ask(sock, &r) < 0 && errno != ENODEV ? nl_fail("remove link", name) : 0;
}

static void print_link(struct nlmsghdr *h, const char *alias)
{
	struct ifinfomsg *m = NLMSG_DATA(h);
	int left = (int)IFLA_PAYLOAD(h);
	const char *name = "", *has = "";
	for (struct rtattr *a = IFLA_RTA(m); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (a->rta_type == IFLA_IFNAME)
			name = RTA_DATA(a);
		if (a->rta_type == IFLA_IFALIAS)
			has = RTA_DATA(a);
	}
	if (strcmp(has, alias) == 0)
		puts(name);
}

int link_list(int sock, const char *alias)
{
	static char answer[65536];
	union request r;
	nl_begin(&r, RTM_GETLINK, NLM_F_DUMP);
	nl_grow(&r, sizeof(struct ifinfomsg));
	if (send(sock, &r.header, r.header.nlmsg_len, 0) < 0)
		return nl_fail("ask for", "links");
	for (;;) {
		ssize_t got = recv(sock, answer, sizeof answer, 0);
		if (got < 0)
			return nl_fail("read", "links");
		for (struct nlmsghdr *h = (struct nlmsghdr *)answer; NLMSG_OK(h, got); h = NLMSG_NEXT(h, got)) {
			if (h->nlmsg_type == NLMSG_DONE)
				return 0;
			if (h->nlmsg_type == NLMSG_ERROR) {
				errno = -((struct nlmsgerr *)NLMSG_DATA(h))->error;
				return nl_fail("list", "links");
			}
			print_link(h, alias);
		}
	}
}

/* Splits ADDRESS/PREFIX of either family; `address` has room for 16 bytes. Returns the family, or -1. */
static int parse_cidr(const char *cidr, unsigned char *address, uint8_t *prefix)
{
	char copy[64];
	char *slash;
	int family;
	snprintf(copy, sizeof copy, "%s", cidr);
	slash = strchr(copy, '/');
	family = strchr(copy, ':') ? AF_INET6 : AF_INET;
	if (slash) {
		*slash = 0;
		*prefix = (uint8_t)atoi(slash + 1);
	}
	if (!slash || *prefix < 1 || *prefix > (family == AF_INET ? 32 : 128) || inet_pton(family, copy, address) != 1) {
		errno = EINVAL;
		return nl_fail("read address", cidr);
	}
	return family;
}

int address_add(int sock, int index, const char *cidr)
{
	union request r;
	struct ifaddrmsg *m;
	unsigned char address[16];
	uint8_t prefix = 0;
	int family = parse_cidr(cidr, address, &prefix);
	size_t length = family == AF_INET ? 4 : 16;
	if (family < 0)
		return -1;
	nl_begin(&r, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
	m = nl_grow(&r, sizeof *m);
	m->ifa_family = (unsigned char)family;
	m->ifa_prefixlen = prefix;
	m->ifa_index = (uint32_t)index;
	nl_attribute(&r, IFA_LOCAL, address, length);
	nl_attribute(&r, IFA_ADDRESS, address, length);
	if (family == AF_INET) {
		struct in_addr broadcast;
		memcpy(&broadcast, address, 4);
		if (prefix < 32)
			broadcast.s_addr |= htonl(0xffffffffu >> prefix);
		nl_attribute(&r, IFA_BROADCAST, &broadcast, sizeof broadcast);
	} else {
		/* The engine knows that nobody else has it: no second of waiting for a duplicate. */
		nl_number(&r, IFA_FLAGS, IFA_F_NODAD);
	}
	return nl_ask(sock, &r) < 0 && errno != EEXIST ? -1 : 0;
}

static struct rtmsg *default_route(union request *r, int type, int flags, int family)
{
	struct rtmsg *m;
	nl_begin(r, type, flags);
	m = nl_grow(r, sizeof *m);
	m->rtm_family = (unsigned char)family;
	m->rtm_table = RT_TABLE_MAIN;
	m->rtm_protocol = RTPROT_BOOT;
	m->rtm_scope = RT_SCOPE_UNIVERSE;
	m->rtm_type = RTN_UNICAST;
	return m;
}

int route_set(int sock, int index, const char *gateway)
{
	union request r;
	unsigned char via[16];
	int family = strchr(gateway, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(family, gateway, via) != 1) {
		errno = EINVAL;
		return nl_fail("read gateway", gateway);
	}
	default_route(&r, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, family);
	nl_attribute(&r, RTA_GATEWAY, via, family == AF_INET ? 4 : 16);
	nl_number(&r, RTA_OIF, (uint32_t)index);
	return nl_ask(sock, &r) < 0 ? nl_fail("set the default route to", gateway) : 0;
}

int route_clear(int sock, int family)
{
	union request r;
	default_route(&r, RTM_DELROUTE, 0, family)->rtm_scope = RT_SCOPE_NOWHERE;
	return nl_ask(sock, &r) < 0 && errno != ESRCH && errno != ENOENT ? nl_fail("clear", "the default route") : 0;
}
