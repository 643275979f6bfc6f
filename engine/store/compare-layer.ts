/**
 * Is a layer on disk still what was unpacked? Its blob is read again, and each entry compared with the file: content,
 * size, mode, owner, time, device, link. Not compared: extended attributes, and paths that the layer names twice.
 */
import { readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { decompress } from '../archive/compression.ts'
import { displayName } from '../archive/entry.ts'
import { readTar } from '../archive/read.ts'
import { replacedFolders, rewriteLayer } from '../archive/rewrite-layer.ts'
import { compareTar } from '../host/tar.ts'

/** A line for each difference between the files below `folder` and the layer's bytes, which `read` gives as often as asked. */
export async function compareLayer(
  folder: string,
  read: () => Promise<AsyncIterable<Uint8Array>>,
  options: { readonly rootless: boolean; readonly whiteouts: boolean },
): Promise<readonly string[]> {
  const replaced = await replacedFolders(decompress(await read()), options)
  const entries = async () => rewriteLayer(decompress(await read()), { ...options, replaced })
  const named = new Map<string, number>()
  for await (const { header } of readTar(await entries())) {
    const path = displayName(header.path).replace(/\/+$/, '')
    named.set(path, (named.get(path) ?? 0) + 1)
  }
  const differing = await compareTar(folder, await entries())
  return [
    ...differing.filter(({ path }) => (named.get(path) ?? 1) === 1).map(({ path, how }) => `${path}: ${how}`),
    ...(await strangers(folder, named)).map((path) => `${path}: is not of the layer`),
  ]
}

/** Files that no entry names; folders that only stand above one are as good as named. */
async function strangers(folder: string, named: ReadonlyMap<string, number>): Promise<readonly string[]> {
  const above = new Set(
    [...named.keys()].flatMap((path) => {
      const parts = path.split('/')
      return parts.map((_, depth) => parts.slice(0, depth).join('/'))
    }),
  )
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  return files
    .map((each) => relative(folder, join(each.parentPath, each.name)))
    .filter((path) => !named.has(path) && !above.has(path))
}
