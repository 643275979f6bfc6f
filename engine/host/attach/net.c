/*
 * net bridge NAME ADDRESS/PREFIX MTU          a bridge that exists, is up and has this address (idempotent)
 * net drop LINK                               removes a link; well if there is none
 * net join NETNS BRIDGE VETH ADDRESS/PREFIX GATEWAY MAC MTU
 *                                             a new namespace bound at the path NETNS, with loopback and an eth0
 *                                             that is plugged into BRIDGE as VETH
 * net empty NETNS                             a new namespace with loopback only
 * net leave NETNS                             unbinds and removes the path; well if it is gone
 *
 * rtnetlink(7) by hand, as one short process: on the path of every container that has a network.
 * A failed join or empty leaves nothing behind.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "native.h"

/* One request under construction; `nest` offsets are where an attribute's length is filled in later. */
struct request {
	struct nlmsghdr header;
	char bytes[1024];
};

static void begin(struct request *r, int type, int flags)
{
	memset(r, 0, sizeof *r);
	r->header.nlmsg_len = NLMSG_LENGTH(0);
	r->header.nlmsg_type = (uint16_t)type;
	r->header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
}

static void *grow(struct request *r, size_t length)
{
	void *at = (char *)&r->header + NLMSG_ALIGN(r->header.nlmsg_len);
	r->header.nlmsg_len = NLMSG_ALIGN(r->header.nlmsg_len) + (uint32_t)length;
	return at;
}

static struct rtattr *attribute(struct request *r, int type, const void *data, size_t length)
{
	struct rtattr *a = grow(r, RTA_LENGTH(length));
	a->rta_type = (uint16_t)type;
	a->rta_len = (uint16_t)RTA_LENGTH(length);
	if (length)
		memcpy(RTA_DATA(a), data, length);
	return a;
}

static void text(struct request *r, int type, const char *value)
{
	attribute(r, type, value, strlen(value) + 1);
}

static void number(struct request *r, int type, uint32_t value)
{
	attribute(r, type, &value, sizeof value);
}

static void end(struct request *r, struct rtattr *nest)
{
	nest->rta_len = (uint16_t)((char *)&r->header + r->header.nlmsg_len - (char *)nest);
}

static int open_netlink(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

/* Sends one request and waits for its acknowledgement. Returns 0, or -1 with the kernel's errno. */
static int ask(int sock, struct request *r)
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

static int fail(const char *what, const char *on)
{
	fprintf(stderr, "cannot %s %s: %s\n", what, on, strerror(errno));
	return -1;
}

/* Splits ADDRESS/PREFIX. */
static int parse_cidr(const char *cidr, struct in_addr *address, uint8_t *prefix)
{
	char copy[64];
	char *slash;
	snprintf(copy, sizeof copy, "%s", cidr);
	slash = strchr(copy, '/');
	if (!slash)
		goto bad;
	*slash = 0;
	*prefix = (uint8_t)atoi(slash + 1);
	if (*prefix < 1 || *prefix > 32 || inet_pton(AF_INET, copy, address) != 1)
		goto bad;
	return 0;
bad:
	errno = EINVAL;
	return fail("read address", cidr);
}

static int add_address(int sock, int index, struct in_addr address, uint8_t prefix)
{
	struct request r;
	struct ifaddrmsg *m;
	struct in_addr broadcast = address;
	begin(&r, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
	m = grow(&r, sizeof *m);
	m->ifa_family = AF_INET;
	m->ifa_prefixlen = prefix;
	m->ifa_index = (uint32_t)index;
	if (prefix < 32)
		broadcast.s_addr |= htonl(0xffffffffu >> prefix);
	attribute(&r, IFA_LOCAL, &address, sizeof address);
	attribute(&r, IFA_ADDRESS, &address, sizeof address);
	attribute(&r, IFA_BROADCAST, &broadcast, sizeof broadcast);
	return ask(sock, &r) < 0 && errno != EEXIST ? -1 : 0;
}

static int link_up(int sock, int index)
{
	struct request r;
	struct ifinfomsg *m;
	begin(&r, RTM_NEWLINK, 0);
	m = grow(&r, sizeof *m);
	m->ifi_index = index;
	m->ifi_flags = m->ifi_change = IFF_UP;
	return ask(sock, &r);
}

static int delete_link(int sock, const char *name)
{
	struct request r;
	begin(&r, RTM_DELLINK, 0);
	grow(&r, sizeof(struct ifinfomsg));
	text(&r, IFLA_IFNAME, name);
	return ask(sock, &r) < 0 && errno != ENODEV ? fail("remove link", name) : 0;
}

static int make_bridge(const char *name, const char *cidr, const char *mtu)
{
	struct request r;
	struct rtattr *info;
	struct in_addr address;
	uint8_t prefix;
	int sock = open_netlink(), index;

	if (parse_cidr(cidr, &address, &prefix) < 0)
		return -1;
	begin(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	grow(&r, sizeof(struct ifinfomsg));
	text(&r, IFLA_IFNAME, name);
	number(&r, IFLA_MTU, (uint32_t)atoi(mtu));
	info = attribute(&r, IFLA_LINKINFO, NULL, 0);
	text(&r, IFLA_INFO_KIND, "bridge");
	end(&r, info);
	if (ask(sock, &r) < 0 && errno != EEXIST)
		return fail("make bridge", name);
	index = (int)if_nametoindex(name);
	if (index == 0 || add_address(sock, index, address, prefix) < 0)
		return fail("give an address to bridge", name);
	if (link_up(sock, index) < 0)
		return fail("start bridge", name);
	return 0;
}

/* A new namespace as this process's own, bound at `path`. `home` gets the old one. */
static int new_namespace(const char *path, int *home)
{
	int fd;
	*home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (*home < 0 || fd < 0)
		return fail("make", path);
	close(fd);
	if (unshare(CLONE_NEWNET) < 0) {
		unlink(path);
		return fail("make a network namespace for", path);
	}
	if (mount("/proc/self/ns/net", path, NULL, MS_BIND, NULL) < 0) {
		unlink(path);
		return fail("bind a network namespace at", path);
	}
	return 0;
}

static int leave(const char *path)
{
	if (umount2(path, MNT_DETACH) < 0 && errno != EINVAL && errno != ENOENT)
		return fail("unbind", path);
	if (unlink(path) < 0 && errno != ENOENT)
		return fail("remove", path);
	return 0;
}

/* Hairpin lets a container reach itself through its own published port where bridges pass the firewall. */
static void hairpin(const char *veth)
{
	char path[128];
	int fd;
	snprintf(path, sizeof path, "/sys/class/net/%s/brport/hairpin_mode", veth);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (write(fd, "1", 1) < 0)
			errno = 0; /* a read-only /sys: only that rare case is lost */
		close(fd);
	}
}

/* From inside the new namespace: makes eth0 there with its peer, plugged into the bridge, in the namespace `home`. */
static int plug(int home, const char *bridge, const char *veth, const char *mac, const char *mtu)
{
	struct request r;
	struct rtattr *info, *data, *peer;
	unsigned int m[6];
	unsigned char bytes[6];
	int inside, outside, index, master, here;

	if (sscanf(mac, "%x:%x:%x:%x:%x:%x", &m[0], &m[1], &m[2], &m[3], &m[4], &m[5]) != 6) {
		errno = EINVAL;
		return fail("read MAC address", mac);
	}
	for (int i = 0; i < 6; i++)
		bytes[i] = (unsigned char)m[i];

	inside = open_netlink();
	begin(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	grow(&r, sizeof(struct ifinfomsg));
	text(&r, IFLA_IFNAME, "eth0");
	number(&r, IFLA_MTU, (uint32_t)atoi(mtu));
	attribute(&r, IFLA_ADDRESS, bytes, sizeof bytes);
	info = attribute(&r, IFLA_LINKINFO, NULL, 0);
	text(&r, IFLA_INFO_KIND, "veth");
	data = attribute(&r, IFLA_INFO_DATA, NULL, 0);
	peer = attribute(&r, VETH_INFO_PEER, NULL, 0);
	grow(&r, sizeof(struct ifinfomsg));
	text(&r, IFLA_IFNAME, veth);
	number(&r, IFLA_MTU, (uint32_t)atoi(mtu));
	number(&r, IFLA_NET_NS_FD, (uint32_t)home);
	end(&r, peer);
	end(&r, data);
	end(&r, info);
	if (ask(inside, &r) < 0)
		return fail("make link", veth);

	/* The outer end is served from the host's namespace. */
	here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (here < 0 || setns(home, CLONE_NEWNET) < 0)
		return fail("enter the host's namespace for", veth);
	outside = open_netlink();
	index = (int)if_nametoindex(veth);
	master = (int)if_nametoindex(bridge);
	if (master == 0)
		return fail("find bridge", bridge);
	begin(&r, RTM_NEWLINK, 0);
	{
		struct ifinfomsg *msg = grow(&r, sizeof *msg);
		msg->ifi_index = index;
		msg->ifi_flags = msg->ifi_change = IFF_UP;
	}
	number(&r, IFLA_MASTER, (uint32_t)master);
	if (ask(outside, &r) < 0)
		return fail("plug into the bridge link", veth);
	hairpin(veth);
	if (setns(here, CLONE_NEWNET) < 0)
		return fail("enter the new namespace of", veth);
	return 0;
}

static int configure(const char *cidr, const char *gateway)
{
	struct request r;
	struct rtmsg *m;
	struct in_addr address, via;
	uint8_t prefix;
	int sock = open_netlink(), index = (int)if_nametoindex("eth0");

	if (parse_cidr(cidr, &address, &prefix) < 0)
		return -1;
	if (link_up(sock, 1) < 0)
		return fail("start", "loopback");
	if (add_address(sock, index, address, prefix) < 0 || link_up(sock, index) < 0)
		return fail("give eth0 the address", cidr);
	if (strcmp(gateway, "-") == 0)
		return 0; /* an internal network has no way out */
	if (inet_pton(AF_INET, gateway, &via) != 1) {
		errno = EINVAL;
		return fail("read gateway", gateway);
	}
	begin(&r, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);
	m = grow(&r, sizeof *m);
	m->rtm_family = AF_INET;
	m->rtm_table = RT_TABLE_MAIN;
	m->rtm_protocol = RTPROT_BOOT;
	m->rtm_scope = RT_SCOPE_UNIVERSE;
	m->rtm_type = RTN_UNICAST;
	attribute(&r, RTA_GATEWAY, &via, sizeof via);
	if (ask(sock, &r) < 0)
		return fail("set the default route to", gateway);
	return 0;
}

static int join(char **a)
{
	int home;
	if (new_namespace(a[0], &home) < 0)
		return -1;
	if (plug(home, a[1], a[2], a[5], a[6]) < 0 || configure(a[3], a[4]) < 0) {
		leave(a[0]); /* the links die with the namespace */
		return -1;
	}
	return 0;
}

static int empty(const char *path)
{
	int home;
	if (new_namespace(path, &home) < 0)
		return -1;
	if (link_up(open_netlink(), 1) < 0) {
		fail("start loopback in", path);
		leave(path);
		return -1;
	}
	return 0;
}

int applet_net(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	if (strcmp(verb, "bridge") == 0 && argc == 5)
		return make_bridge(argv[2], argv[3], argv[4]) < 0;
	if (strcmp(verb, "drop") == 0 && argc == 3)
		return delete_link(open_netlink(), argv[2]) < 0;
	if (strcmp(verb, "join") == 0 && argc == 9)
		return join(argv + 2) < 0;
	if (strcmp(verb, "empty") == 0 && argc == 3)
		return empty(argv[2]) < 0;
	if (strcmp(verb, "leave") == 0 && argc == 3)
		return leave(argv[2]) < 0;
	fputs("usage: net bridge|drop|join|empty|leave ...\n", stderr);
	return 2;
}
