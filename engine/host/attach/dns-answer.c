/* Questions about containers (RFC 1035): names, aliases and addresses of the networks that the asking one is on. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dns.h"

enum { HEADER = 12, TTL = 60, MOST = 64 };
enum { TYPE_A = 1, TYPE_PTR = 12, TYPE_AAAA = 28, CLASS_IN = 1 };

/* The question's name as text in lower case without its last dot, and where its type begins. 0 when it is malformed. */
static size_t read_name(const uint8_t *q, size_t length, char *name, size_t room)
{
	size_t at = HEADER, out = 0;
	while (at < length && q[at] != 0) {
		size_t label = q[at++];
		/* A question's name is not compressed. */
		if (label > 63 || at + label >= length || out + label + 2 > room)
			return 0;
		if (out)
			name[out++] = '.';
		for (size_t i = 0; i < label; i++, at++)
			name[out++] = (char)(q[at] >= 'A' && q[at] <= 'Z' ? q[at] + 32 : q[at]);
	}
	name[out] = 0;
	return at + 5 <= length ? at + 1 : 0;
}

struct found {
	int known; /* the name is one of ours, whether it has an address of the family or not */
	const char *addresses[MOST];
	int count;
};

static int same(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

static int has_fact(const struct sandbox *s, int kind, const char *network, const char *first)
{
	for (size_t i = 0; i < s->fact_count; i++) {
		const struct fact *f = &s->facts[i];
		if ((int)f->kind == kind && strcmp(f->network, network) == 0 && same(f->first, first))
			return 1;
	}
	return 0;
}

static void look_in(const char *network, const char *name, int family, struct found *found)
{
	for (const struct sandbox *s = sandboxes; s; s = s->next) {
		if (!has_fact(s, NAME, network, name))
			continue;
		found->known = 1;
		for (size_t i = 0; i < s->fact_count; i++) {
			const struct fact *f = &s->facts[i];
			int six = f->kind == ADDRESS && strchr(f->first, ':') != NULL;
			if (f->kind == ADDRESS && strcmp(f->network, network) == 0 && six == (family == AF_INET6) &&
			    found->count < MOST)
				found->addresses[found->count++] = f->first;
		}
	}
}

/* The first of its networks that knows the name has the word; NAME.NETWORK means that network alone. */
static void look_up(const struct sandbox *asking, const char *name, int family, struct found *found)
{
	for (size_t i = 0; i < asking->fact_count && !found->known; i++) {
		const struct fact *f = &asking->facts[i];
		if (f->kind == ALIAS && same(f->first, name))
			look_in(f->network, f->second, family, found);
		if (f->kind != NETWORK)
			continue;
		look_in(f->network, name, family, found);
		if (!found->known) {
			size_t whole = strlen(name), tail = strlen(f->first);
			char head[256];
			if (whole <= tail + 1 || whole - tail > sizeof head || name[whole - tail - 1] != '.' ||
			    !same(name + whole - tail, f->first))
				continue;
			snprintf(head, sizeof head, "%.*s", (int)(whole - tail - 1), name);
			look_in(f->network, head, family, found);
		}
	}
}

/* The address that a name below in-addr.arpa or ip6.arpa stands for, as text. */
static int reverse_address(const char *name, char *text, size_t room)
{
	unsigned a, b, c, d;
	char rest;
	uint8_t six[16] = { 0 };
	if (sscanf(name, "%u.%u.%u.%u.in-addr.arp%c", &d, &c, &b, &a, &rest) == 5 && rest == 'a') {
		snprintf(text, room, "%u.%u.%u.%u", a, b, c, d);
		return 1;
	}
	if (strlen(name) != 72 || strcmp(name + 64, "ip6.arpa") != 0)
		return 0;
	for (int i = 0; i < 32; i++) {
		const char *digits = "0123456789abcdef", *at = strchr(digits, name[i * 2]);
		if (!at || !*at)
			return 0;
		six[15 - i / 2] |= (uint8_t)((at - digits) << (i % 2 ? 4 : 0));
	}
	return inet_ntop(AF_INET6, six, text, (socklen_t)room) != NULL;
}

/* NAME.NETWORK of the container on one of the asking one's networks that has an address; 0 when none has. */
static int look_back(const struct sandbox *asking, const char *address, char *name, size_t room)
{
	for (size_t n = 0; n < asking->fact_count; n++) {
		const struct fact *network = &asking->facts[n];
		if (network->kind != NETWORK)
			continue;
		for (const struct sandbox *s = sandboxes; s; s = s->next) {
			if (!has_fact(s, ADDRESS, network->network, address))
				continue;
			for (size_t i = 0; i < s->fact_count; i++) {
				const struct fact *f = &s->facts[i];
				if (f->kind != NAME || strcmp(f->network, network->network) != 0)
					continue;
				snprintf(name, room, "%s.%s", f->first, network->first);
				return 1;
			}
		}
	}
	return 0;
}

static size_t put_name(uint8_t *out, const char *name)
{
	size_t at = 0;
	while (*name) {
		size_t label = strcspn(name, ".");
		if (label > 63 || at + label > 250)
			return 0;
		out[at++] = (uint8_t)label;
		memcpy(out + at, name, label);
		at += label;
		name += label + (name[label] == '.');
	}
	out[at++] = 0;
	return at;
}

/* One record that answers for the question's own name. Returns its length, 0 when there is no room. */
static size_t put_record(uint8_t *out, size_t room, int type, const uint8_t *data, size_t length)
{
	uint8_t head[12] = { 0xc0, HEADER, 0, (uint8_t)type, 0, CLASS_IN, 0, 0, 0, TTL, (uint8_t)(length >> 8),
			     (uint8_t)length };
	if (sizeof head + length > room)
		return 0;
	memcpy(out, head, sizeof head);
	memcpy(out + sizeof head, data, length);
	return sizeof head + length;
}

int dns_refusal(const uint8_t *q, size_t length, uint8_t *out, int code)
{
	char name[256];
	size_t type_at = read_name(q, length, name, sizeof name), size = type_at ? type_at + 4 : HEADER;
	memcpy(out, q, size);
	out[2] = (uint8_t)(0x80 | (q[2] & 0x79)); /* an answer; operation and recursion as asked */
	out[3] = (uint8_t)(0x80 | code);
	memset(out + 4, 0, 8);
	out[5] = type_at ? 1 : 0;
	return (int)size;
}

int dns_answer(const struct sandbox *asking, const uint8_t *q, size_t length, uint8_t *out, size_t room)
{
	char name[256], text[INET6_ADDRSTRLEN], target[512];
	struct found found = { 0 };
	uint8_t data[256];
	size_t type_at, size, count = 0;
	int type;

	if (length < HEADER || (q[2] & 0x80) || (q[2] & 0x78) || q[4] != 0 || q[5] != 1)
		return -1;
	type_at = read_name(q, length, name, sizeof name);
	if (!type_at)
		return -1;
	type = q[type_at] << 8 | q[type_at + 1];
	size = (size_t)dns_refusal(q, length, out, 0);
	if (type == TYPE_PTR) {
		size_t used;
		if (!reverse_address(name, text, sizeof text) || !look_back(asking, text, target, sizeof target))
			return 0;
		used = put_name(data, target);
		size += used ? put_record(out + size, room - size, TYPE_PTR, data, used) : 0;
		out[7] = used ? 1 : 0;
		return (int)size;
	}
	look_up(asking, name, type == TYPE_AAAA ? AF_INET6 : AF_INET, &found);
	if (!found.known)
		return 0;
	if (type != TYPE_A && type != TYPE_AAAA)
		found.count = 0;
	/* Those who share a name share its work: each answer begins with another. */
	for (int i = 0, start = found.count ? rand() % found.count : 0; i < found.count; i++) {
		int family = type == TYPE_A ? AF_INET : AF_INET6;
		size_t used;
		if (inet_pton(family, found.addresses[(start + i) % found.count], data) != 1)
			continue;
		used = put_record(out + size, room - size, type, data, family == AF_INET ? 4 : 16);
		if (!used)
			break;
		size += used;
		count++;
	}
	out[2] |= 0x04; /* with authority */
	out[7] = (uint8_t)count;
	return (int)size;
}
