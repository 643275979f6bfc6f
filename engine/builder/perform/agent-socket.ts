/** A socket of a step's own in front of an ssh agent: with the step's owner and mode, and gone with it. */
import { chmod, chown, open, rm } from 'node:fs/promises'
import { createConnection, createServer, type Socket } from 'node:net'
import { basename, dirname } from 'node:path'

/** Listens at `path` until the answer is called. */
export async function serveAgent(
  path: string,
  agent: string,
  { mode, uid, gid }: { readonly mode: number; readonly uid: number; readonly gid: number },
): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    return socket
  }
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = keep(createConnection({ path: agent, allowHalfOpen: true }))
    keep(client)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('error', () => to.destroy()) // the other end learns by the close
      from.pipe(to)
    }
  })
  // A socket's address has 108 bytes; a folder that is open has a short name.
  const folder = await open(dirname(path), 'r')
  try {
    await new Promise<void>((resolve, reject) => {
      server.on('error', reject)
      server.listen(`/proc/self/fd/${folder.fd}/${basename(path)}`, resolve)
    })
  } finally {
    await folder.close()
  }
  await chown(path, uid, gid)
  await chmod(path, mode)
  return async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((resolve) => server.close(() => resolve()))
    await rm(path, { force: true })
  }
}
