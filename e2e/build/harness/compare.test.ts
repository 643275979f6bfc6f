import { describe, expect, test } from 'vitest'
import { readTar } from '../../fixtures/read-tar.ts'
import { type TarEntry, tar } from '../../fixtures/tar.ts'
import { compareImages } from './compare.ts'
import { type Built, readArchive } from './image.ts'

/** Later than what the fixtures' tars say, sooner than any image. */
const BEGAN = { ours: 1_800_000_000, theirs: 1_800_000_000 }

describe('reading an image', () => {
  test('a later layer hides, replaces and empties what is below', () => {
    const { files } = image([
      [
        { path: 'a/', kind: 'folder' },
        { path: 'a/gone', content: 'x' },
        { path: 'b/', kind: 'folder' },
        { path: 'b/old', content: 'x' },
        { path: 'c/', kind: 'folder' },
        { path: 'c/in', content: 'x' },
      ],
      [
        { path: 'a/.wh.gone' },
        { path: 'b/', kind: 'folder' },
        { path: 'b/.wh..wh..opq' },
        { path: 'b/new', content: 'y' },
        { path: 'c', content: 'a file now' },
      ],
    ])
    expect([...files.keys()].toSorted()).toEqual(['/a', '/b', '/b/new', '/c'])
  })

  test('a file by another name is read as the same', () => {
    const { text } = image([
      [
        { path: 'one', content: 'same' },
        { path: 'two', kind: 'hardlink', target: 'one' },
      ],
    ])
    expect(text('/two')).toBe('same')
  })
})

describe('comparing', () => {
  test('says nothing of the same image', () => {
    const layers = [[{ path: 'f', content: 'x' }]]
    expect(compareImages(image(layers), image(layers), BEGAN)).toEqual([])
  })

  test('says each field that is not the same', () => {
    const mine = image([[{ path: 'f', content: 'x', mode: 0o600 }]], { Env: ['A=1'], Cmd: [] })
    const its = image([[{ path: 'f', content: 'y' }, { path: 'g' }]], { Env: ['A=2'] })
    expect(compareImages(mine, its, BEGAN).map(({ field }) => field)).toEqual([
      ...['/f content', '/f mode', '/g mode', '/g mtime', '/g owner', '/g type'],
      ...['config.Env', 'layer[0] /g'],
    ])
  })

  test('times of the build are all one', () => {
    const layers = [[{ path: 'f', content: 'x' }]]
    const began = { ours: 1_600_000_000, theirs: 1_650_000_000 }
    expect(compareImages(image(layers), image(layers), began)).toEqual([])
    const one = { ours: 1_600_000_000, theirs: BEGAN.theirs }
    expect(compareImages(image(layers), image(layers), one).map(({ field }) => field)).toContain('/f mtime')
  })
})

function image(layers: readonly (readonly TarEntry[])[], settings: object = {}): Built {
  const config = {
    ...{ architecture: 'amd64', os: 'linux', created: '2023-11-14T22:13:20Z', config: settings },
    rootfs: { type: 'layers', diff_ids: [] },
    history: [],
  }
  const names = layers.map((_, at) => `${at}/layer.tar`)
  const archive = tar([
    { path: 'c.json', content: JSON.stringify(config) },
    ...layers.map((entries, at) => ({ path: names[at] as string, content: tar(entries) })),
    {
      path: 'manifest.json',
      content: JSON.stringify([{ Config: 'c.json', RepoTags: null, Layers: names }]),
    },
  ])
  expect(readTar(archive)).toHaveLength(layers.length + 2)
  return readArchive(archive)
}
