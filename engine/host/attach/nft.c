/* nftables by hand (linux/netfilter/nf_tables.h): one table with one chain and two rules, in one transaction. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dns.h"

#define TABLE "longshore-names"
#define RESOLVER 0x7f00000bu /* 127.0.0.11 */

static char batch[8192] __attribute__((aligned(8)));
static size_t at;

static void *grow(const void *data, size_t length)
{
	void *place = batch + at;
	memcpy(place, data, length);
	at += length;
	while (at % NLMSG_ALIGNTO)
		batch[at++] = 0;
	return place;
}

static struct nlmsghdr *message(int type, int flags, int family)
{
	struct nlmsghdr h = { .nlmsg_type = (uint16_t)type, .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags) };
	struct nfgenmsg g = { .nfgen_family = (uint8_t)family, .version = NFNETLINK_V0 };
	struct nlmsghdr *placed;
	if (type == NFNL_MSG_BATCH_BEGIN || type == NFNL_MSG_BATCH_END)
		g.res_id = htons(NFNL_SUBSYS_NFTABLES);
	placed = grow(&h, sizeof h);
	grow(&g, sizeof g);
	return placed;
}

static struct nlmsghdr *table_message(int type, int flags)
{
	return message(NFNL_SUBSYS_NFTABLES << 8 | type, flags, NFPROTO_IPV4);
}

static void end(struct nlmsghdr *h)
{
	h->nlmsg_len = (uint32_t)(batch + at - (char *)h);
}

static struct nlattr *attribute(int type, const void *data, size_t length)
{
	struct nlattr a = { .nla_len = (uint16_t)(NLA_HDRLEN + length), .nla_type = (uint16_t)type };
	struct nlattr *placed = (struct nlattr *)(batch + at);
	memcpy(placed, &a, sizeof a);
	at += sizeof a;
	if (length)
		grow(data, length);
	return placed;
}

static struct nlattr *nest(int type)
{
	return attribute(type | NLA_F_NESTED, NULL, 0);
}

static void close_nest(struct nlattr *a)
{
	a->nla_len = (uint16_t)(batch + at - (char *)a);
}

static void text(int type, const char *value)
{
	attribute(type, value, strlen(value) + 1);
}

static void number(int type, uint32_t value)
{
	uint32_t big = htonl(value);
	attribute(type, &big, sizeof big);
}

/* A value of a register or comparison. */
static void value(int type, const void *data, size_t length)
{
	struct nlattr *a = nest(type);
	attribute(NFTA_DATA_VALUE, data, length);
	close_nest(a);
}

static struct nlattr *element, *detail;

static void expression(const char *name)
{
	element = nest(NFTA_LIST_ELEM);
	text(NFTA_EXPR_NAME, name);
	detail = nest(NFTA_EXPR_DATA);
}

static void close_expression(void)
{
	close_nest(detail);
	close_nest(element);
}

static void payload(uint32_t base, uint32_t offset, uint32_t length)
{
	expression("payload");
	number(NFTA_PAYLOAD_DREG, NFT_REG_1);
	number(NFTA_PAYLOAD_BASE, base);
	number(NFTA_PAYLOAD_OFFSET, offset);
	number(NFTA_PAYLOAD_LEN, length);
	close_expression();
}

static void equals(const void *data, size_t length)
{
	expression("cmp");
	number(NFTA_CMP_SREG, NFT_REG_1);
	number(NFTA_CMP_OP, NFT_CMP_EQ);
	value(NFTA_CMP_DATA, data, length);
	close_expression();
}

static void load(uint32_t reg, const void *data, size_t length)
{
	expression("immediate");
	number(NFTA_IMMEDIATE_DREG, reg);
	value(NFTA_IMMEDIATE_DATA, data, length);
	close_expression();
}

/* ip daddr 127.0.0.11 PROTOCOL dport 53 dnat to 127.0.0.11:PORT */
static void redirect(uint8_t protocol, uint16_t port)
{
	uint32_t address = htonl(RESOLVER);
	uint16_t asked = htons(53), to = htons(port);
	struct nlmsghdr *h = table_message(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND | NLM_F_ACK);
	struct nlattr *list;
	text(NFTA_RULE_TABLE, TABLE);
	text(NFTA_RULE_CHAIN, "out");
	list = nest(NFTA_RULE_EXPRESSIONS);
	payload(NFT_PAYLOAD_NETWORK_HEADER, 16, sizeof address);
	equals(&address, sizeof address);
	expression("meta");
	number(NFTA_META_DREG, NFT_REG_1);
	number(NFTA_META_KEY, NFT_META_L4PROTO);
	close_expression();
	equals(&protocol, sizeof protocol);
	payload(NFT_PAYLOAD_TRANSPORT_HEADER, 2, sizeof asked);
	equals(&asked, sizeof asked);
	load(NFT_REG_1, &address, sizeof address);
	load(NFT_REG_2, &to, sizeof to);
	expression("nat");
	number(NFTA_NAT_TYPE, NFT_NAT_DNAT);
	number(NFTA_NAT_FAMILY, NFPROTO_IPV4);
	number(NFTA_NAT_REG_ADDR_MIN, NFT_REG_1);
	number(NFTA_NAT_REG_PROTO_MIN, NFT_REG_2);
	close_expression();
	close_nest(list);
	end(h);
}

static void table(int type, int flags)
{
	struct nlmsghdr *h = table_message(type, NLM_F_ACK | flags);
	text(NFTA_TABLE_NAME, TABLE);
	end(h);
}

/* Sends the transaction; the kernel has done it or refused it when send returns. */
static int commit(void)
{
	char answer[8192];
	int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER), result = 0;
	ssize_t got;
	if (sock < 0 || send(sock, batch, at, 0) < 0)
		result = -1;
	while (result == 0 && (got = recv(sock, answer, sizeof answer, MSG_DONTWAIT)) > 0) {
		for (struct nlmsghdr *h = (struct nlmsghdr *)answer; NLMSG_OK(h, got); h = NLMSG_NEXT(h, got)) {
			if (h->nlmsg_type == NLMSG_ERROR && ((struct nlmsgerr *)NLMSG_DATA(h))->error != 0) {
				errno = -((struct nlmsgerr *)NLMSG_DATA(h))->error;
				result = -1;
			}
		}
	}
	if (sock >= 0)
		close(sock);
	return result;
}

static int make(uint16_t udp, uint16_t tcp, int replace)
{
	struct nlmsghdr *h;
	struct nlattr *hook;
	at = 0;
	end(message(NFNL_MSG_BATCH_BEGIN, 0, 0));
	if (replace)
		table(NFT_MSG_DELTABLE, 0);
	table(NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL);
	h = table_message(NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_ACK);
	text(NFTA_CHAIN_TABLE, TABLE);
	text(NFTA_CHAIN_NAME, "out");
	hook = nest(NFTA_CHAIN_HOOK);
	number(NFTA_HOOK_HOOKNUM, NF_INET_LOCAL_OUT);
	number(NFTA_HOOK_PRIORITY, (uint32_t)-100);
	close_nest(hook);
	text(NFTA_CHAIN_TYPE, "nat");
	end(h);
	redirect(IPPROTO_UDP, udp);
	redirect(IPPROTO_TCP, tcp);
	end(message(NFNL_MSG_BATCH_END, 0, 0));
	return commit();
}

int nft_redirect(uint16_t udp, uint16_t tcp)
{
	/* Removing makes the kernel wait for 7 ms: only what an earlier server left is removed. */
	return make(udp, tcp, 0) < 0 && (errno != EEXIST || make(udp, tcp, 1) < 0) ? -1 : 0;
}
