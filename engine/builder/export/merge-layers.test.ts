import { describe, expect, test } from 'vitest'
import { header, type TarHeader } from '../../archive/entry.ts'
import { readTar } from '../../archive/read.ts'
import { END_OF_ARCHIVE, encodeEntry } from '../../archive/write.ts'
import { mergeLayers } from './merge-layers.ts'

type Entry = readonly [TarHeader, string?]
const file = (path: string, body: string, more: Partial<TarHeader> = {}): Entry => [
  header('file', path, more),
  body,
]
const folder = (path: string, more: Partial<TarHeader> = {}): Entry => [header('directory', path, more)]
const link = (path: string, to: string): Entry => [header('hardlink', path, { link: to })]
const hidden = (path: string): Entry => [header('file', path)]

/** The merged tar as lines: `path`, `path = content`, `path -> target`. */
async function merged(layers: readonly (readonly Entry[])[], whiteouts = true): Promise<readonly string[]> {
  const reads = layers.map((entries) => async () => once(tar(entries)))
  const lines: string[] = []
  for await (const { header: head, body } of readTar(mergeLayers(reads, { whiteouts }))) {
    const bytes: Uint8Array[] = []
    for await (const chunk of body) bytes.push(chunk)
    const text = Buffer.concat(bytes).toString()
    lines.push(head.path + (head.link === '' ? '' : ` -> ${head.link}`) + (text === '' ? '' : ` = ${text}`))
  }
  return lines
}

function tar(entries: readonly Entry[]): Buffer {
  return Buffer.concat([
    ...entries.map(([head, body = '']) => encodeEntry(head, Buffer.from(body))),
    END_OF_ARCHIVE,
  ])
}

async function* once(bytes: Uint8Array) {
  yield bytes
}

describe('layers as one', () => {
  test('a file of a later layer takes the place of an earlier one', async () => {
    expect(await merged([[folder('a/'), file('a/f', 'old')], [file('a/f', 'new')]])).toEqual([
      'a/',
      'a/f = new',
    ])
  })

  test('a whiteout hides what is here and goes on hiding what is below', async () => {
    const layers = [[folder('a/'), file('a/f', 'x'), file('a/g', 'y')], [hidden('a/.wh.f')]]
    expect(await merged(layers)).toEqual(['a/', 'a/.wh.f', 'a/g = y'])
    expect(await merged(layers, false)).toEqual(['a/', 'a/g = y'])
  })

  test('a whiteout in a layer is not about that layer', async () => {
    expect(await merged([[file('f', 'old')], [file('f', 'new'), hidden('.wh.f')]])).toEqual(['f = new'])
  })

  test('a folder made anew where one was removed shows nothing of it', async () => {
    const layers = [[hidden('.wh.d')], [folder('d/'), file('d/new', 'n')]]
    expect(await merged(layers)).toEqual(['d/', 'd/.wh..wh..opq', 'd/new = n'])
  })

  test('an opaque folder stays opaque and empties what is here', async () => {
    const layers = [
      [folder('d/'), file('d/old', 'o')],
      [folder('d/'), hidden('d/.wh..wh..opq'), file('d/new', 'n')],
      [file('d/last', 'l')],
    ]
    expect(await merged(layers)).toEqual(['d/', 'd/.wh..wh..opq', 'd/new = n', 'd/last = l'])
  })

  test('a folder in the place of a file, and a file in the place of a folder', async () => {
    expect(await merged([[file('x', 'f')], [folder('x/'), file('x/in', 'i')]])).toEqual([
      ...['x/', 'x/.wh..wh..opq', 'x/in = i'],
    ])
    expect(await merged([[folder('x/'), file('x/in', 'i')], [file('x', 'f')]])).toEqual(['x = f'])
  })

  test('a folder’s last attributes count', async () => {
    const reads = [
      tar([folder('d/', { mode: 0o700 }), file('d/f', '')]),
      tar([folder('d/', { mode: 0o711 })]),
    ]
    const tars = reads.map((bytes) => async () => once(bytes))
    for await (const { header: head } of readTar(mergeLayers(tars, { whiteouts: true }))) {
      if (head.path === 'd/') expect(head.mode).toBe(0o711)
    }
  })

  test('names of one file stay so, also when the first of them is hidden later', async () => {
    const links = [file('one', 'same'), link('two', 'one'), link('three', 'one')]
    expect(await merged([links])).toEqual(['one = same', 'two -> one', 'three -> one'].toSorted(sortLinks))
    expect(await merged([links, [hidden('.wh.one')]])).toEqual(['.wh.one', 'three = same', 'two -> three'])
  })

  test('attributes and long names come through', async () => {
    const long = `${'d'.repeat(90)}/${'f'.repeat(90)}`
    const pax = new Map([['SCHILY.xattr.user.x', 'y']])
    const reads = [async () => once(tar([file(long, 'x', { pax, mode: 0o4755, uid: 7, gid: 8 })]))]
    const heads: TarHeader[] = []
    for await (const entry of readTar(mergeLayers(reads, { whiteouts: true }))) heads.push(entry.header)
    expect(heads.at(-1)).toMatchObject({ path: long, mode: 0o4755, uid: 7, gid: 8, pax })
  })

  test('nothing is an empty archive', async () => {
    expect(await merged([])).toEqual([])
  })
})

/** Files before links; links by name. */
function sortLinks(a: string, b: string): number {
  return Number(a.includes('->')) - Number(b.includes('->')) || (a < b ? -1 : 1)
}
