/** Longshore's engine without root: what the kernel does not give a user. */
import { readFileSync } from 'node:fs'
import { EMBEDDED } from './embedded.ts'

/** What needs a cgroup: a user has some only where version 2 is the only one and systemd hands a part over. */
const NO_LIMITS =
  'limits need cgroups, and version 1 gives users none: they are discarded with Docker’s warnings'
const WITHOUT_CGROUPS: Readonly<Record<string, string>> = {
  'container lifecycle > pause holds the process and unpause lets it go on':
    'pausing needs a freezer cgroup, and version 1 of cgroups gives users none',
  'container lifecycle > what a paused container refuses, and what it still does, in Docker’s words':
    'pausing needs a freezer cgroup, and version 1 of cgroups gives users none',
  'events > of exec, rename, pause and images are named as Docker names them':
    'without a pause there are no events of one: it needs a freezer cgroup, and version 1 gives users none',
  'commit > a running container is held still meanwhile, unless that is not wanted':
    'nothing can be held still without a freezer cgroup: it is committed as it runs',
  ...Object.fromEntries(
    [
      'container create > answers the id and no warnings, and inspect shows what was asked for',
      'watching containers > stats tell CPU with its quota, memory, processes, disk and network, and the sample before',
      'limits > memory, CPU and processes are held by the kernel',
      'limits > a process above its memory is killed, and OOMKilled says so',
      'limits > memory twice over goes to swap when only memory is said; out of memory can be a wait',
      'limits > traffic of a disk is throttled',
      'limits > what the kernel cannot hold is said in the answer, in Docker’s words',
      'limits > { Memory: 67108864, …(1) } is refused before anything is made',
      'limits > { NanoCpus: 5000000000000 } is refused before anything is made',
      "limits > { CpusetCpus: '4999' } is refused before anything is made",
      "limits > { CpusetCpus: 'x' } is refused before anything is made",
      "limits > { CpusetMems: '999' } is refused before anything is made",
      'limits > an unlimited quota is none',
      'container update > changes the limits of a running container',
      'container update > a stopped container has its new limits at its next start',
      'container update > says that it happened, and what the kernel cannot hold',
      'container update > what cannot be is refused in Docker’s words and changes nothing',
    ].map((name) => [name, NO_LIMITS]),
  ),
}

const users = readFileSync('/proc/self/mountinfo', 'utf8').includes(' - cgroup ') ? WITHOUT_CGROUPS : {}

export const ROOTLESS: Readonly<Record<string, string>> = {
  ...EMBEDDED,
  ...users,
  'mounts > propagation is checked against the host, and shown':
    'an engine without root has a mount namespace of its own, in which this test can mount nothing',
  'mounts > driver options are mounted at the first use and let go after the last':
    'an engine without root mounts in a namespace of its own, which this test does not see',
  'mounts > read-only holds for what is mounted below, unless asked otherwise (API 1.44)':
    'what the host mounts later is not below the source in the engine’s own mount namespace',
  'isolation > devices are given by path, by directory and by rule':
    'in a user namespace nobody can make device nodes, so that a rule for them has nothing to allow',
  'kinds of networks > macvlan: containers are on the parent’s wire and find each other by name':
    'the interfaces of the host are not in the network namespace of an engine without root',
}
