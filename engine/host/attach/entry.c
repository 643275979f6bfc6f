/* Reading what `join` is told: see join.c for the keys. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entry.h"

static int parse_limit(struct entry *entry, const char *value)
{
	unsigned long long soft, hard;
	int which;

	if (entry->limit_count == ENTRY_LIMITS || sscanf(value, "%d %llu %llu", &which, &soft, &hard) != 3)
		return -1;
	entry->limits[entry->limit_count].which = which;
	entry->limits[entry->limit_count].limit = (struct rlimit){ soft, hard };
	entry->limit_count++;
	return 0;
}

static int parse_one(struct entry *e, const char *key, char *value)
{
	if (strcmp(key, "pid") == 0)
		e->pid = atoi(value);
	else if (strcmp(key, "start") == 0)
		e->start = strtoull(value, NULL, 10);
	else if (strcmp(key, "tty") == 0)
		return e->tty = 1, sscanf(value, "%d %d", &e->rows, &e->cols) == 2 ? 0 : -1;
	else if (strcmp(key, "stdin") == 0)
		e->want_stdin = 1;
	else if (strcmp(key, "detached") == 0)
		e->detached = 1;
	else if (strcmp(key, "no-new-privs") == 0)
		e->no_new_privs = 1;
	else if (strcmp(key, "cwd") == 0)
		e->cwd = value;
	else if (strcmp(key, "seccomp") == 0)
		e->seccomp = value;
	else if (strcmp(key, "keyring") == 0)
		e->keyring = value;
	else if (strcmp(key, "oom") == 0)
		e->oom = value;
	else if (strcmp(key, "unified") == 0)
		e->unified = value;
	else if (strcmp(key, "uid") == 0)
		e->uid = (uid_t)strtoul(value, NULL, 10);
	else if (strcmp(key, "gid") == 0)
		e->gid = (gid_t)strtoul(value, NULL, 10);
	else if (strcmp(key, "group") == 0)
		e->groups[e->group_count++] = (gid_t)strtoul(value, NULL, 10);
	else if (strcmp(key, "bounding") == 0)
		e->bounding = strtoull(value, NULL, 16);
	else if (strcmp(key, "effective") == 0)
		e->effective = strtoull(value, NULL, 16);
	else if (strcmp(key, "permitted") == 0)
		e->permitted = strtoull(value, NULL, 16);
	else if (strcmp(key, "inheritable") == 0)
		e->inheritable = strtoull(value, NULL, 16);
	else if (strcmp(key, "limit") == 0)
		return parse_limit(e, value);
	else if (strcmp(key, "tasks") == 0)
		e->tasks[e->task_count++] = value;
	else if (strcmp(key, "arg") == 0)
		e->args[e->arg_count++] = value;
	else if (strcmp(key, "env") == 0)
		e->env[e->env_count++] = value;
	else
		return -1;
	return 0;
}

int entry_parse(char *text, size_t length, struct entry *entry)
{
	size_t strings = 1;
	char *at = text, *end = text + length;

	for (size_t i = 0; i < length; i++)
		strings += text[i] == 0;
	memset(entry, 0, sizeof *entry);
	entry->groups = calloc(strings, sizeof *entry->groups);
	entry->tasks = calloc(strings, sizeof *entry->tasks);
	entry->args = calloc(strings, sizeof *entry->args);
	entry->env = calloc(strings, sizeof *entry->env);
	if (length == 0 || end[-1] != 0 || !entry->groups || !entry->tasks || !entry->args || !entry->env)
		return -1;
	while (at < end && *at) {
		char *next = at + strlen(at) + 1, *value = strchr(at, '=');
		if (!value)
			return -1;
		*value = 0;
		if (parse_one(entry, at, value + 1) < 0)
			return -1;
		at = next;
	}
	/* What must never be left to chance: whom it is for, what to run, and where. */
	return entry->pid > 1 && entry->start && entry->args[0] && entry->cwd ? 0 : -1;
}
