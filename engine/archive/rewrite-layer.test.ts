import { describe, expect, it } from 'vitest'
import { header, type TarHeader } from './entry.ts'
import { readTar } from './read.ts'
import { ReplacedFolder, replacedFolders, rewriteLayer } from './rewrite-layer.ts'
import { END_OF_ARCHIVE, encodeEntry } from './write.ts'

async function* archive(headers: readonly TarHeader[]) {
  for (const entry of headers) yield encodeEntry(entry, Buffer.alloc(entry.size, 'x'))
  yield END_OF_ARCHIVE
}

/** One line an entry, as it would be unpacked. */
async function rewrite(headers: readonly TarHeader[], rootless = false, whiteouts = true) {
  const lines: string[] = []
  for await (const { header: entry } of readTar(rewriteLayer(archive(headers), { rootless, whiteouts }))) {
    const target = entry.link === '' ? '' : ` -> ${entry.link}`
    const attributes = [...entry.pax]
      .map(([key, value]) => ` ${key.replace('SCHILY.xattr.', '')}=${value}`)
      .join('')
    lines.push(`${entry.kind} ${entry.path}${target}${attributes}`)
  }
  return lines
}

const symlink = (path: string, link: string) => header('symlink', path, { link })
const hardlink = (path: string, link: string) => header('hardlink', path, { link })
const device = (
  kind: 'char-device' | 'block-device',
  path: string,
  deviceMajor: number,
  deviceMinor: number,
) => header(kind, path, { deviceMajor, deviceMinor })

describe('paths', () => {
  it.each([
    ['a link to nothing', [symlink('l', '')], /"l" is a symbolic link to nowhere/],
    ['`..` at the front', [header('file', '../evil')], /"\.\.\/evil" leads out/],
    ['`..` in the middle', [header('file', 'a/../../evil')], /"a\/\.\.\/\.\.\/evil" leads out/],
    [
      'a file beneath an absolute link',
      [symlink('l', '/etc'), header('file', 'l/passwd')],
      /"l\/passwd" would be written through the link "l" -> "\/etc"/,
    ],
    [
      'a file beneath a link that climbs out',
      [symlink('a/l', '../../etc'), header('file', 'a/l/passwd')],
      /"a\/l\/passwd" leads out/,
    ],
    [
      'a link beneath a link to an absolute one',
      [symlink('x', '/'), symlink('y', 'x'), header('file', 'y/etc/passwd')],
      /would be written through the link "x"/,
    ],
    ['a loop of links', [symlink('x', 'y'), symlink('y', 'x'), header('file', 'x/a')], /through the link/],
    ['a hard link to outside', [hardlink('h', '../../etc/shadow')], /"\.\.\/\.\.\/etc\/shadow" leads out/],
    ['a hard link through a link', [symlink('l', '/etc'), hardlink('h', 'l/shadow')], /through the link "l"/],
    [
      'a hard link to what is not there',
      [hardlink('h', '/etc/shadow')],
      /"h" is a hard link to "\/etc\/shadow", which the archive does not hold/,
    ],
    [
      'a hard link that hides a link',
      [symlink('l', '/etc'), hardlink('m', 'l'), header('file', 'm/passwd')],
      /through the link "m"/,
    ],
    ['the root as a file', [header('file', './')], undefined],
    ['the root as a link', [symlink('.', '/etc')], /would replace the root/],
    ['a file beneath a file', [header('file', 'f'), header('file', 'f/g')], /"f\/g" lies beneath a file/],
    ['a disk', [device('block-device', 'dev/sda', 8, 0)], /"dev\/sda" is the block device 8:0/],
    ['memory', [device('char-device', 'dev/mem', 1, 1)], /"dev\/mem" is the character device 1:1/],
    ['a whiteout of the parent', [header('file', 'a/.wh...')], /removes nothing that has a name/],
  ])('%s', async (_, headers, words) => {
    if (words) await expect(rewrite(headers)).rejects.toThrow(words)
    else await expect(rewrite(headers)).resolves.toBeDefined()
  })

  it('takes absolute names and dots as inside the root', async () => {
    expect(
      await rewrite([header('file', '/etc/a'), header('file', './b/../c'), header('directory', '.')]),
    ).toEqual(['file etc/a', 'file c', 'directory ./'])
  })

  it('follows a link inside the root, as a container would', async () => {
    const headers = [
      header('directory', 'usr/lib'),
      symlink('lib', 'usr/lib'),
      header('file', 'lib/a'),
      hardlink('b', 'lib/a'),
    ]
    expect(await rewrite(headers)).toEqual([
      'directory usr/lib/',
      'file usr/lib/a',
      'hardlink b -> usr/lib/a',
      'symlink lib -> usr/lib',
    ])
  })

  it('keeps links that lead anywhere, as long as nothing is written through them', async () => {
    expect(await rewrite([symlink('etc/mtab', '/proc/mounts'), symlink('up', '../../x')])).toHaveLength(2)
  })

  it('makes a second name of a link a link', async () => {
    expect(await rewrite([symlink('l', 'x'), hardlink('m', 'l')])).toEqual([
      'symlink l -> x',
      'symlink m -> x',
    ])
  })

  it('leaves out what a later entry takes the place of', async () => {
    const headers = [
      header('directory', 'c'),
      header('file', 'c/deep'),
      header('file', 'c'),
      header('file', 'd'),
    ]
    await expect(rewrite(headers)).rejects.toThrow(ReplacedFolder)
    const replaced = await replacedFolders(archive(headers), { rootless: false })
    expect([...replaced]).toEqual([['c', 2]])
    const lines: string[] = []
    for await (const { header: entry } of readTar(
      rewriteLayer(archive(headers), { rootless: false, replaced }),
    ))
      lines.push(entry.path)
    expect(lines).toEqual(['c', 'd'])
  })

  it('takes a hard link to itself for the file that it is', async () => {
    expect(await rewrite([header('file', 'a'), hardlink('./a', 'a')])).toEqual(['file a'])
  })

  it('lets a link be replaced by a folder', async () => {
    const headers = [symlink('l', '/etc'), header('directory', 'l'), header('file', 'l/passwd')]
    expect(await rewrite(headers)).toEqual(['directory l/', 'file l/passwd'])
  })

  it('keeps the devices of every container, and leaves them out without privileges', async () => {
    const headers = [device('char-device', 'dev/null', 1, 3), header('fifo', 'pipe')]
    expect(await rewrite(headers)).toEqual(['char-device dev/null', 'fifo pipe'])
    expect(await rewrite(headers, true)).toEqual(['fifo pipe'])
  })
})

describe('whiteouts', () => {
  it('turns a removal into a device and an opaque folder into an attribute', async () => {
    const headers = [
      header('directory', 'a', { mode: 0o750 }),
      header('file', 'a/.wh.gone'),
      header('file', 'a/.wh..wh..opq'),
      header('file', '.wh..wh.plnk'),
    ]
    expect(await rewrite(headers)).toEqual([
      'directory a/',
      'char-device a/gone',
      'directory a/ trusted.overlay.opaque=y',
    ])
    expect((await rewrite(headers, true)).at(-1)).toBe('directory a/ user.overlay.opaque=y')
  })

  it('keeps an opaque folder opaque when its own entry comes later', async () => {
    const headers = [header('file', 'a/.wh..wh..opq'), header('directory', 'a')]
    expect(await rewrite(headers)).toEqual([
      'directory a/ trusted.overlay.opaque=y',
      'directory a/ trusted.overlay.opaque=y',
    ])
  })

  it('makes a folder that is removed and made again opaque, in either order', async () => {
    expect(await rewrite([header('file', '.wh.a'), header('directory', 'a')])).toEqual([
      'char-device a',
      'directory a/ trusted.overlay.opaque=y',
    ])
    expect(await rewrite([header('directory', 'a'), header('file', 'a/b'), header('file', '.wh.a')])).toEqual(
      ['directory a/', 'file a/b', 'directory a/ trusted.overlay.opaque=y'],
    )
    expect(await rewrite([header('file', '.wh.a'), header('file', 'a/b')])).toEqual([
      'char-device a',
      'directory a/ trusted.overlay.opaque=y',
      'file a/b',
    ])
  })

  it('keeps a file that the layer both makes and removes', async () => {
    expect(await rewrite([header('file', 'a'), header('file', '.wh.a')])).toEqual(['file a'])
  })

  it("takes overlayfs's own attributes from nobody else", async () => {
    const pax = new Map([
      ['SCHILY.xattr.trusted.overlay.redirect', '/etc'],
      ['SCHILY.xattr.user.overlay.opaque', 'y'],
      ['SCHILY.xattr.security.capability', 'kept'],
    ])
    expect(await rewrite([header('directory', 'a', { pax })])).toEqual([
      'directory a/ security.capability=kept',
    ])
  })

  it('leaves them be in an archive that is a whole root', async () => {
    expect(await rewrite([header('file', 'a/.wh.b')], false, false)).toEqual(['file a/.wh.b'])
  })
})
