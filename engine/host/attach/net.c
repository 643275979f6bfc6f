/*
 * net bridge NAME MTU ALIAS ADDRESS...        a bridge that exists, is up and has these addresses (idempotent)
 * net drop LINK                               removes a link; well if there is none
 * net links ALIAS                             prints the names of the links that have this alias
 * net join NETNS ROUTE4 ROUTE6 ENDPOINT...    a new namespace bound at the path NETNS, with loopback and the endpoints
 * net plug NETNS ROUTE4 ROUTE6 ENDPOINT       one more endpoint in the namespace at NETNS
 * net unplug NETNS ROUTE4 ROUTE6 INTERFACE    takes an interface out of the namespace; well if it is gone
 * net leave NETNS                             unbinds and removes the path; well if it is gone
 *
 * A ROUTE is the default route of its family, INTERFACE,GATEWAY or - for none. An ENDPOINT is eight words:
 *   bridge BRIDGE VETH INTERFACE MAC MTU ADDRESS4 ADDRESS6      plugged into BRIDGE as VETH
 *   macvlan PARENT MODE INTERFACE MAC MTU ADDRESS4 ADDRESS6     beside PARENT
 *   ipvlan PARENT MODE INTERFACE - MTU ADDRESS4 ADDRESS6
 * An address is ADDRESS/PREFIX or - for none.
 *
 * rtnetlink(7) by hand, as one short process: on the path of every container that has a network.
 * A failed join or plug leaves nothing behind.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "native.h"
#include "netlink.h"

#define WORDS 8
enum { KIND, LINK, WAY, INTERFACE, MAC, MTU, ADDRESS4, ADDRESS6 };

/* The host's namespace and the container's, each with a netlink socket and one for ioctl. */
struct place {
	int ns, netlink, ctl;
};

static int is(const char *word, const char *other)
{
	return strcmp(word, other) == 0;
}

/* A kernel switch of the namespace that this process is in. What the kernel does not have needs no switching. */
static void write_switch(const char *format, const char *link, const char *value)
{
	char path[160];
	int fd;
	snprintf(path, sizeof path, format, link);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, value, strlen(value)) < 0)
		errno = 0; /* read-only: as good as not there */
	close(fd);
}

static int make_bridge(int argc, char **a)
{
	union request r;
	struct rtattr *info;
	struct ifinfomsg *msg;
	int sock = nl_open(), index;

	nl_begin(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	nl_grow(&r, sizeof(struct ifinfomsg));
	nl_text(&r, IFLA_IFNAME, a[0]);
	nl_number(&r, IFLA_MTU, (uint32_t)atoi(a[1]));
	info = nl_attribute(&r, IFLA_LINKINFO, NULL, 0);
	nl_text(&r, IFLA_INFO_KIND, "bridge");
	nl_end(&r, info);
	if (nl_ask(sock, &r) < 0 && errno != EEXIST)
		return nl_fail("make bridge", a[0]);
	index = link_index(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), a[0]);
	if (index == 0)
		return nl_fail("find bridge", a[0]);
	for (int i = 3; i < argc; i++) {
		if (strchr(a[i], ':'))
			write_switch("/proc/sys/net/ipv6/conf/%s/disable_ipv6", a[0], "0");
		if (address_add(sock, index, a[i]) < 0)
			return nl_fail("give bridge the address", a[i]);
	}
	nl_begin(&r, RTM_NEWLINK, 0);
	msg = nl_grow(&r, sizeof *msg);
	msg->ifi_index = index;
	msg->ifi_flags = msg->ifi_change = IFF_UP;
	nl_text(&r, IFLA_IFALIAS, a[2]);
	if (nl_ask(sock, &r) < 0)
		return nl_fail("start bridge", a[0]);
	return 0;
}

/* Opens the sockets of the namespace that this process is in. */
static void look_from_here(struct place *p)
{
	p->ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	p->netlink = nl_open();
	p->ctl = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

/* A new namespace as this process's own, bound at `path`. */
static int new_namespace(const char *path)
{
	int fd = open(path, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return nl_fail("make", path);
	close(fd);
	if (unshare(CLONE_NEWNET) < 0) {
		unlink(path);
		return nl_fail("make a network namespace for", path);
	}
	if (mount("/proc/self/ns/net", path, NULL, MS_BIND, NULL) < 0) {
		unlink(path);
		return nl_fail("bind a network namespace at", path);
	}
	return 0;
}

static int enter(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		return nl_fail("enter", path);
	close(fd);
	return 0;
}

static int leave(const char *path)
{
	if (umount2(path, MNT_DETACH) < 0 && errno != EINVAL && errno != ENOENT)
		return nl_fail("unbind", path);
	if (unlink(path) < 0 && errno != ENOENT)
		return nl_fail("remove", path);
	return 0;
}

static int add_mac(union request *r, const char *mac)
{
	unsigned int m[6];
	unsigned char bytes[6];
	if (is(mac, "-"))
		return 0;
	if (sscanf(mac, "%x:%x:%x:%x:%x:%x", &m[0], &m[1], &m[2], &m[3], &m[4], &m[5]) != 6) {
		errno = EINVAL;
		return nl_fail("read MAC address", mac);
	}
	for (int i = 0; i < 6; i++)
		bytes[i] = (unsigned char)m[i];
	nl_attribute(r, IFLA_ADDRESS, bytes, sizeof bytes);
	return 0;
}

static int begin_link(union request *r, char **e)
{
	nl_begin(r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	nl_grow(r, sizeof(struct ifinfomsg));
	nl_text(r, IFLA_IFNAME, e[INTERFACE]);
	if (atoi(e[MTU]) > 0)
		nl_number(r, IFLA_MTU, (uint32_t)atoi(e[MTU]));
	return add_mac(r, e[MAC]);
}

/* Lets a container reach itself through its own published port where bridges pass the firewall (hairpin mode). */
static int turn_back(const struct place *home, const char *veth)
{
	union request r;
	struct rtattr *port;
	struct ifinfomsg *msg;
	uint8_t on = 1;
	nl_begin(&r, RTM_SETLINK, 0);
	msg = nl_grow(&r, sizeof *msg);
	msg->ifi_family = AF_BRIDGE;
	msg->ifi_index = link_index(home->ctl, veth);
	port = nl_attribute(&r, IFLA_PROTINFO | NLA_F_NESTED, NULL, 0);
	nl_attribute(&r, IFLA_BRPORT_MODE, &on, sizeof on);
	nl_end(&r, port);
	return nl_ask(home->netlink, &r) < 0 ? nl_fail("let turn back at", veth) : 0;
}

/* Makes the interface in the container's namespace with its peer in the host's, and plugs that into the bridge. */
static int plug_bridge(const struct place *home, const struct place *inside, char **e)
{
	union request r;
	struct rtattr *info, *data, *peer;
	struct ifinfomsg *msg;
	int master = link_index(home->ctl, e[LINK]);

	if (master == 0)
		return nl_fail("find bridge", e[LINK]);
	if (begin_link(&r, e) < 0)
		return -1;
	info = nl_attribute(&r, IFLA_LINKINFO, NULL, 0);
	nl_text(&r, IFLA_INFO_KIND, "veth");
	data = nl_attribute(&r, IFLA_INFO_DATA, NULL, 0);
	peer = nl_attribute(&r, VETH_INFO_PEER, NULL, 0);
	nl_grow(&r, sizeof(struct ifinfomsg));
	nl_text(&r, IFLA_IFNAME, e[WAY]);
	nl_number(&r, IFLA_MTU, (uint32_t)atoi(e[MTU]));
	nl_number(&r, IFLA_NET_NS_FD, (uint32_t)home->ns);
	nl_end(&r, peer);
	nl_end(&r, data);
	nl_end(&r, info);
	if (nl_ask(inside->netlink, &r) < 0)
		return nl_fail("make link", e[WAY]);
	nl_begin(&r, RTM_NEWLINK, 0);
	msg = nl_grow(&r, sizeof *msg);
	msg->ifi_index = link_index(home->ctl, e[WAY]);
	msg->ifi_flags = msg->ifi_change = IFF_UP;
	nl_number(&r, IFLA_MASTER, (uint32_t)master);
	if (nl_ask(home->netlink, &r) < 0)
		return nl_fail("plug into the bridge link", e[WAY]);
	return turn_back(home, e[WAY]);
}

/* The number of a macvlan or ipvlan mode (if_link.h). */
static int vlan_mode(const char *kind, const char *mode)
{
	if (is(kind, "ipvlan"))
		return is(mode, "l3") ? IPVLAN_MODE_L3 : is(mode, "l3s") ? IPVLAN_MODE_L3S : IPVLAN_MODE_L2;
	if (is(mode, "private"))
		return MACVLAN_MODE_PRIVATE;
	if (is(mode, "vepa"))
		return MACVLAN_MODE_VEPA;
	return is(mode, "passthru") ? MACVLAN_MODE_PASSTHRU : MACVLAN_MODE_BRIDGE;
}

static int plug_vlan(const struct place *home, const struct place *inside, char **e)
{
	union request r;
	struct rtattr *info, *data;
	int parent = link_index(home->ctl, e[LINK]), mode = vlan_mode(e[KIND], e[WAY]);

	if (parent == 0)
		return nl_fail("find the parent interface", e[LINK]);
	if (begin_link(&r, e) < 0)
		return -1;
	nl_number(&r, IFLA_LINK, (uint32_t)parent);
	nl_number(&r, IFLA_NET_NS_FD, (uint32_t)inside->ns);
	info = nl_attribute(&r, IFLA_LINKINFO, NULL, 0);
	nl_text(&r, IFLA_INFO_KIND, e[KIND]);
	data = nl_attribute(&r, IFLA_INFO_DATA, NULL, 0);
	if (is(e[KIND], "ipvlan")) {
		uint16_t short_mode = (uint16_t)mode;
		nl_attribute(&r, IFLA_IPVLAN_MODE, &short_mode, sizeof short_mode);
	} else {
		nl_number(&r, IFLA_MACVLAN_MODE, (uint32_t)mode);
	}
	nl_end(&r, data);
	nl_end(&r, info);
	return nl_ask(home->netlink, &r) < 0 ? nl_fail("make an interface beside", e[LINK]) : 0;
}

/* From inside the namespace: one endpoint with its addresses, up. */
static int plug(const struct place *home, const struct place *inside, char **e)
{
	int index;
	if ((is(e[KIND], "bridge") ? plug_bridge : plug_vlan)(home, inside, e) < 0)
		return -1;
	write_switch("/proc/sys/net/ipv6/conf/%s/disable_ipv6", e[INTERFACE], is(e[ADDRESS6], "-") ? "1" : "0");
	index = link_index(inside->ctl, e[INTERFACE]);
	for (int i = ADDRESS4; i <= ADDRESS6; i++) {
		if (!is(e[i], "-") && address_add(inside->netlink, index, e[i]) < 0)
			return nl_fail("give an interface the address", e[i]);
	}
	return link_up(inside->netlink, index) < 0 ? nl_fail("start", e[INTERFACE]) : 0;
}

static int route(const struct place *inside, int family, const char *way)
{
	char copy[96];
	char *comma;
	snprintf(copy, sizeof copy, "%s", way);
	comma = strchr(copy, ',');
	if (!comma)
		return route_clear(inside->netlink, family);
	*comma = 0;
	return route_set(inside->netlink, link_index(inside->ctl, copy), comma + 1);
}

static int routes(const struct place *inside, char **ways)
{
	return route(inside, AF_INET, ways[0]) < 0 || route(inside, AF_INET6, ways[1]) < 0 ? -1 : 0;
}

static int join(int argc, char **a, int made)
{
	struct place home, inside;
	look_from_here(&home);
	if ((made ? enter(a[0]) : new_namespace(a[0])) < 0)
		return -1;
	look_from_here(&inside);
	if (link_up(inside.netlink, 1) < 0) {
		nl_fail("start loopback in", a[0]);
		goto undo;
	}
	for (int i = 3; i < argc; i += WORDS) {
		if (plug(&home, &inside, a + i) < 0)
			goto undo;
	}
	/* A new namespace has no routes to clear. */
	if ((!is(a[1], "-") && route(&inside, AF_INET, a[1]) < 0) ||
	    (!is(a[2], "-") && route(&inside, AF_INET6, a[2]) < 0))
		goto undo;
	return 0;
undo:
	leave(a[0]); /* the links die with the namespace */
	return -1;
}

static int plug_more(char **a)
{
	struct place home, inside;
	look_from_here(&home);
	if (enter(a[0]) < 0)
		return -1;
	look_from_here(&inside);
	if (plug(&home, &inside, a + 3) < 0 || routes(&inside, a + 1) < 0) {
		link_delete(inside.netlink, a[3 + INTERFACE]);
		return -1;
	}
	return 0;
}

static int unplug(char **a)
{
	struct place inside;
	if (access(a[0], F_OK) < 0 && errno == ENOENT)
		return 0; /* the container has ended meanwhile */
	if (enter(a[0]) < 0)
		return -1;
	look_from_here(&inside);
	return link_delete(inside.netlink, a[3]) < 0 || routes(&inside, a + 1) < 0 ? -1 : 0;
}

int applet_net(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	if (is(verb, "bridge") && argc >= 5)
		return make_bridge(argc - 2, argv + 2) < 0;
	if (is(verb, "drop") && argc == 3)
		return link_delete(nl_open(), argv[2]) < 0;
	if (is(verb, "links") && argc == 3)
		return link_list(nl_open(), argv[2]) < 0;
	if (is(verb, "join") && argc >= 5 && (argc - 5) % WORDS == 0)
		return join(argc - 2, argv + 2, 0) < 0;
	if (is(verb, "furnish") && argc >= 5 && (argc - 5) % WORDS == 0)
		return join(argc - 2, argv + 2, 1) < 0;
	if (is(verb, "plug") && argc == 5 + WORDS)
		return plug_more(argv + 2) < 0;
	if (is(verb, "unplug") && argc == 6)
		return unplug(argv + 2) < 0;
	if (is(verb, "leave") && argc == 3)
		return leave(argv[2]) < 0;
	fputs("usage: net bridge|drop|links|join|furnish|plug|unplug|leave ...\n", stderr);
	return 2;
}
