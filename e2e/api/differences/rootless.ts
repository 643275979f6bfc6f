/** Longshore's engine without root: what the kernel does not give a user. */
import { readFileSync } from 'node:fs'
import { EMBEDDED } from './embedded.ts'

/** What needs a cgroup: a user has some only where version 2 is the only one and systemd hands a part over. */
const WITHOUT_CGROUPS: Readonly<Record<string, string>> = {
  'container lifecycle > pause holds the process and unpause lets it go on':
    'pausing needs a freezer cgroup, and version 1 of cgroups gives users none',
  'events > of exec, rename, pause and images are named as Docker names them':
    'without a pause there are no events of one: it needs a freezer cgroup, and version 1 gives users none',
}

const users = readFileSync('/proc/self/mountinfo', 'utf8').includes(' - cgroup ') ? WITHOUT_CGROUPS : {}

export const ROOTLESS: Readonly<Record<string, string>> = { ...EMBEDDED, ...users }
