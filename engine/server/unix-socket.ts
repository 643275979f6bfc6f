/** A unix socket: one left by a dead engine is replaced, a living engine's never. */
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readFileSync, unlinkSync } from 'node:fs'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { EngineError } from '../errors.ts'

/** Longest path of a unix socket in bytes (sockaddr_un has 108 with the final zero). */
const MAX_PATH = 107

/**
 * Listens on `path`: mode 0600, or 0660 and `group`. Throws `conflict` when another engine answers there, `invalid`
 * for a path that cannot be.
 */
export async function listenOnSocket(server: Server, path: string, group: string | null): Promise<void> {
  const owner = group === null ? null : groupId(group)
  if (Buffer.byteLength(path) > MAX_PATH) {
    throw new EngineError(
      'invalid',
      `the socket's path ${path} is longer than ${MAX_PATH} bytes, which no unix socket can be: give a shorter --socket`,
    )
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
  await removeStale(path)
  const mask = process.umask(0o177)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ path, backlog: 1024 }, () => {
        server.off('error', reject)
        resolve()
      })
    })
  } finally {
    process.umask(mask)
  }
  if (owner !== null) {
    chownSync(path, process.getuid?.() ?? 0, owner)
    chmodSync(path, 0o660)
  }
}

async function removeStale(path: string): Promise<void> {
  if (!existsSync(path)) return
  if (!lstatSync(path).isSocket()) {
    throw new EngineError(
      'conflict',
      `${path} exists and is not a socket: give another --socket, or remove it`,
    )
  }
  if (await answers(path)) {
    throw new EngineError('conflict', `something already listens on ${path}: is an engine running there?`)
  }
  unlinkSync(path)
}

/** True when somebody accepts connections on a socket. */
export function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path })
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

/** The number of a group's name. Throws `invalid`. */
function groupId(group: string): number {
  if (/^\d+$/.test(group)) return Number(group)
  const line = readFileSync('/etc/group', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${group}:`))
  const id = line?.split(':')[2]
  if (id === undefined) {
    throw new EngineError(
      'invalid',
      `there is no group "${group}" on this machine (group): make it, or name another`,
    )
  }
  return Number(id)
}
