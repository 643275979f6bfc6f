/** Who holds a port, as /proc tells: the socket's inode in the kernel's tables, then the process that has it open. */
import { readdir, readFile, readlink } from 'node:fs/promises'
import type { PortOwner } from './network.ts'

/** TCP_LISTEN, and the state of an unconnected UDP socket (include/net/tcp_states.h). */
const BOUND: Readonly<Record<'tcp' | 'udp', string>> = { tcp: '0A', udp: '07' }

/** The holder of `port`; with nothing but `{}` when its process cannot be seen; null when the port is free. */
export async function portOwner(port: number, protocol: 'tcp' | 'udp'): Promise<PortOwner | null> {
  const inodes = new Set<string>()
  for (const table of [protocol, `${protocol}6`]) {
    const text = await readFile(`/proc/net/${table}`, 'utf8').catch(() => '')
    for (const inode of boundInodes(text, port, BOUND[protocol])) inodes.add(inode)
  }
  if (inodes.size === 0) return null
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (!(await holds(pid, inodes))) continue
    const program = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim()
    return { pid: Number(pid), ...(program === '' ? {} : { program }) }
  }
  return {}
}

/** Inodes of the sockets in a /proc/net table that are bound to `port` in `state`. Pure. */
export function boundInodes(table: string, port: number, state: string): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${hex}`) && fields[3] === state)
    .map((fields) => fields[9] ?? '')
}

async function holds(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`
  const names = await readdir(folder).catch(() => [])
  for (const name of names) {
    const target = await readlink(`${folder}/${name}`).catch(() => '')
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
    if (inode !== undefined && inodes.has(inode)) return true
  }
  return false
}
