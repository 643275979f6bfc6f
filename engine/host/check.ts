/** What this host can do for the engine, in words for people: read only, nothing is tried out. */
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import { cgroupLayout } from './cgroup.ts'
import { run } from './exec.ts'
import { findProgram, nativeHelper } from './native-parts.ts'

/** One line: a thing, whether it is as the engine needs it, and what would make it so. */
export interface HostFinding {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
  readonly remedy: string | null
}

/** Every finding, the most needed first. */
export async function checkHost(): Promise<readonly HostFinding[]> {
  return [
    await program('OCI runtime', ['crun', 'runc'], 'apt-get install crun'),
    await program('conmon', ['conmon'], 'apt-get install conmon'),
    await program('iptables', ['iptables'], 'apt-get install iptables'),
    helper(),
    overlay(),
    cgroups(),
    rights(),
    device('/dev/net/tun', 'networks of rootless containers'),
    device('/dev/fuse', 'fuse-overlayfs, where the kernel has no overlay for users'),
    await optional('netavark', 'networks of one’s own', 'apt-get install netavark'),
    await optional('aardvark-dns', 'names between containers', 'apt-get install aardvark-dns'),
  ]
}

async function program(name: string, names: readonly string[], remedy: string): Promise<HostFinding> {
  const found = names.map((each) => findProgram(each)).find((path) => path !== null)
  if (!found)
    return { name, ok: false, detail: `${names.join(' or ')} is not installed`, remedy: `Run: ${remedy}` }
  return { name, ok: true, detail: `${found}${await versionOf(found)}`, remedy: null }
}

async function optional(name: string, use: string, remedy: string): Promise<HostFinding> {
  const found = findProgram(name)
  // Nothing of today's engine needs it, so that its absence is told and is no failure.
  if (!found)
    return { name, ok: true, detail: `not installed; it will serve ${use}`, remedy: `Run: ${remedy}` }
  return { name, ok: true, detail: `${found}${await versionOf(found)}`, remedy: null }
}

async function versionOf(path: string): Promise<string> {
  const result = await run(path, ['--version'], { expectExit: [0, 1, 2], timeoutMs: 5_000 }).catch(() => null)
  const version = /\d+\.\d+(\.\d+)?/.exec(result?.stdout ?? '')?.[0]
  return version === undefined ? '' : `, ${version}`
}

function helper(): HostFinding {
  const name = 'native helper'
  try {
    return { name, ok: true, detail: nativeHelper(), remedy: null }
  } catch (error) {
    return {
      name,
      ok: false,
      detail: (error as Error).message,
      remedy: 'Run: node engine/host/attach/build.mjs',
    }
  }
}

function overlay(): HostFinding {
  const known = readFileSync('/proc/filesystems', 'utf8')
    .split('\n')
    .some((line) => line.trim().endsWith('\toverlay') || line.trim() === 'nodev\toverlay')
  return known
    ? { name: 'overlayfs', ok: true, detail: 'in the kernel', remedy: null }
    : {
        name: 'overlayfs',
        ok: false,
        detail: 'the kernel does not have it loaded',
        remedy: 'Run as root: modprobe overlay',
      }
}

function cgroups(): HostFinding {
  const { kind } = cgroupLayout()
  const words = {
    v1: 'version 1: limits work; users without root cannot set any',
    hybrid: 'version 1 beside 2 (hybrid): limits work by version 1; users without root cannot set any',
    v2: 'version 2',
  } as const
  return { name: 'cgroups', ok: true, detail: words[kind], remedy: null }
}

function rights(): HostFinding {
  const name = 'rights'
  if (process.getuid?.() === 0) return { name, ok: true, detail: 'root', remedy: null }
  const mapped = ['/etc/subuid', '/etc/subgid'].every((file) => existsSync(file) && statSync(file).size > 0)
  return {
    name,
    ok: false,
    detail: mapped
      ? 'a user without root: this version of the engine does not run rootless yet'
      : 'a user without root and without subordinate ids',
    remedy: 'Start the engine as root, or connect another engine.',
  }
}

function device(path: string, use: string): HostFinding {
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
    return { name: path, ok: true, detail: 'can be used', remedy: null }
  } catch {
    return {
      name: path,
      ok: true,
      detail: `cannot be used by this user; it would serve ${use}`,
      remedy: null,
    }
  }
}
