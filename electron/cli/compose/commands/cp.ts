/** `cp`: files and folders between here and containers, by docker cp's rules of what a target's name means. */
import { createReadStream } from 'node:fs'
import { lstat, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { byteString, displayName, header } from '../../../../engine/archive/entry.ts'
import { readTar } from '../../../../engine/archive/read.ts'
import { END_OF_ARCHIVE, encodeHeader, padding } from '../../../../engine/archive/write.ts'
import type { EngineClient } from '../../../../engine/client/client.ts'
import { select, selectOne } from '../../../../engine/compose/operate/select.ts'
import { packFolder } from '../../../../engine/context/pack.ts'
import { EngineError } from '../../../../engine/errors.ts'
import { unpackInto } from '../../build/unpack.ts'
import type { Command } from '../command.ts'
import { write } from '../terminal.ts'

/** A folder's bit in the mode that engines tell (Go's os.ModeDir). */
const FOLDER = 2 ** 31

export const cp: Command = {
  summary: 'Copy files between here and containers',
  usage: '[-a] [-L] [--all] [--index N] SERVICE:PATH PATH|- | PATH|- SERVICE:PATH',
  flags: {
    archive: { type: 'boolean', short: 'a' },
    'follow-link': { type: 'boolean', short: 'L' },
    all: { type: 'boolean' },
    index: { type: 'string' },
  },
  async run(call) {
    const [from, to] = call.names
    if (from === undefined || to === undefined || call.names.length > 2)
      throw new EngineError('invalid', 'cp needs a source and a target')
    const [source, target] = [placeOf(from), placeOf(to)]
    const place = source ?? target
    if (!place || (source && target))
      throw new EngineError('invalid', 'one of source and target must be SERVICE:PATH, and the other not')
    const [client, { project }, containers] = await Promise.all([
      call.client(),
      call.known(),
      call.containers(),
    ])
    const index = call.flags.whole('index')
    const one = selectOne(containers, place.service, index, project).inspect.Id
    if (source) {
      await fromContainer(client, one, source.path, to)
      return 0
    }
    const all = select(containers, { services: [place.service] }, project).map(({ inspect }) => inspect.Id)
    const follow = call.flags.yes('follow-link')
    // Without a number all copies of a service get it, as of Docker Compose.
    for (const id of index === undefined ? all : [one])
      await toContainer(
        client,
        id,
        follow ? await realpath(from) : from,
        place.path,
        call.flags.yes('archive'),
      )
    return 0
  },
}

/** `SERVICE:PATH`; a path of this machine has a slash or a dot before any colon. */
function placeOf(text: string): { readonly service: string; readonly path: string } | undefined {
  const colon = text.indexOf(':')
  if (colon <= 0 || /^[./]/.test(text)) return undefined
  return { service: text.slice(0, colon), path: text.slice(colon + 1) }
}

async function fromContainer(client: EngineClient, id: string, source: string, to: string): Promise<void> {
  const { tar, stat: found } = await client.containers.archive(id, source)
  if (to === '-') {
    for await (const bytes of tar) await write(process.stdout, bytes as Buffer)
    return
  }
  const there = await stat(to).catch(() => undefined)
  if (source.endsWith('/.') && found.mode >= FOLDER)
    await unpackInto(
      to,
      renamed(tar, () => ''),
    )
  else if (there?.isDirectory()) await unpackInto(to, tar)
  else {
    if (to.endsWith('/') && found.mode < FOLDER)
      throw new EngineError('not-found', `${to} is not there: make the folder first`)
    await unpackInto(
      path.dirname(path.resolve(to)),
      renamed(tar, () => path.basename(to)),
    )
  }
}

async function toContainer(
  client: EngineClient,
  id: string,
  from: string,
  target: string,
  keepOwners: boolean,
): Promise<void> {
  if (from === '-') {
    await client.containers.putArchive(id, target, process.stdin, keepOwners)
    return
  }
  const own = await lstat(from).catch(() => undefined)
  if (!own) throw new EngineError('not-found', `${from} is not there`)
  const there = await client.containers.stat(id, target)
  const inside = there !== undefined && (there.mode >= FOLDER || there.linkTarget !== '')
  if (target.endsWith('/') && !inside)
    throw new EngineError('not-found', `${target} is no folder of the container`)
  const contents = from.endsWith('/.') || from === '.'
  const folder = inside ? target : path.posix.dirname(target)
  const name = inside ? (contents ? '' : path.basename(path.resolve(from))) : path.posix.basename(target)
  const tar = own.isDirectory() ? folderTar(from, name) : fileTar(from, name, own)
  await client.containers.putArchive(id, folder, Readable.from(tar, { objectMode: false }), keepOwners)
}

async function* folderTar(folder: string, name: string): AsyncGenerator<Uint8Array> {
  if (name !== '') {
    const { mode, mtimeMs } = await stat(folder)
    const fields = { mode: mode & 0o7777, mtime: Math.floor(mtimeMs / 1000) }
    yield encodeHeader(header('directory', byteString(name), fields))
  }
  const prefix = name === '' ? '' : `${name}/`
  yield* entries(readTar(packFolder(folder, { ignore: [] })), (own) => `${prefix}${own}`)
}

async function* fileTar(
  file: string,
  name: string,
  { mode, size, mtimeMs }: Awaited<ReturnType<typeof lstat>>,
): AsyncGenerator<Uint8Array> {
  const fields = {
    mode: Number(mode) & 0o7777,
    size: Number(size),
    mtime: Math.floor(Number(mtimeMs) / 1000),
  }
  yield encodeHeader(header('file', byteString(name), fields))
  yield* createReadStream(file, { end: Math.max(0, Number(size) - 1) })
  yield padding(Number(size))
  yield END_OF_ARCHIVE
}

/** An archive whose top folder, or only file, has another name; an empty one leaves what is in it. */
function renamed(tar: AsyncIterable<Uint8Array>, name: (top: string) => string): AsyncGenerator<Uint8Array> {
  return entries(readTar(tar), (own) => {
    const [top = '', ...rest] = displayName(own).replace(/\/$/, '').split('/')
    return byteString([name(top), ...rest].filter((part) => part !== '').join('/') || '.')
  })
}

async function* entries(
  tar: ReturnType<typeof readTar>,
  rename: (path: string) => string,
): AsyncGenerator<Uint8Array> {
  for await (const { header: own, body } of tar) {
    const link = own.kind === 'hardlink' ? { link: rename(own.link) } : {}
    yield encodeHeader({ ...own, ...link, path: rename(own.path) })
    yield* body
    yield padding(own.size)
  }
  yield END_OF_ARCHIVE
}
