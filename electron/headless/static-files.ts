/** The window's own files, and nothing beside them. */
import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { PAGE_TYPES } from '../router/content-policy.ts'

/** Sends the file of `urlPath` below `root`; false when there is none. */
export async function sendFile(
  response: ServerResponse,
  root: string,
  urlPath: string,
  head: boolean,
): Promise<boolean> {
  const file = await locate(root, urlPath)
  if (file === null) return false
  const { size } = await stat(file)
  response.writeHead(200, {
    'Content-Type': PAGE_TYPES[path.extname(file)] ?? 'application/octet-stream',
    'Content-Length': size,
    // Vite puts a hash of its content into each asset's name; all else is asked for anew.
    'Cache-Control': urlPath.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-store',
  })
  if (head) response.end()
  else await pipeline(createReadStream(file), response).catch(() => {}) // the browser went away
  return true
}

/** The real path of a regular file that lies below `root`, links followed, or null. */
async function locate(root: string, urlPath: string): Promise<string | null> {
  try {
    const wanted = decodeURIComponent(urlPath === '/' ? '/index.html' : urlPath)
    if (wanted.includes('\0')) return null
    const base = await realpath(root)
    const file = await realpath(path.join(base, path.normalize(wanted)))
    if (!file.startsWith(`${base}${path.sep}`)) return null
    return (await stat(file)).isFile() ? file : null
  } catch {
    return null // not there, or not a path
  }
}
