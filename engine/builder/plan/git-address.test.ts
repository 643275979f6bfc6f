import { describe, expect, it } from 'vitest'
import { parseGitAddress } from './git-address.ts'

/** `remote|ref|folder` and what else is not as usual. */
function read(text: string, context = false): string | null {
  const found = parseGitAddress(text, { context })
  if (found === null) return null
  const { remote, ref, subdirectory, checksum, submodules, keepGitDir } = found
  const more = [
    checksum,
    submodules ? null : 'no submodules',
    keepGitDir === null ? null : `.git ${keepGitDir}`,
  ]
  return [`${remote}|${ref}|${subdirectory}`, ...more.filter((part) => part !== null)].join(' ')
}

describe('an address of a git repository', () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ['https://github.com/moby/buildkit.git', 'https://github.com/moby/buildkit.git||'],
    ['https://github.com/moby/buildkit.git#v1', 'https://github.com/moby/buildkit.git|v1|'],
    ['https://github.com/moby/buildkit.git#v1:sub/dir/', 'https://github.com/moby/buildkit.git|v1|sub/dir'],
    ['https://github.com/moby/buildkit.git#:/sub', 'https://github.com/moby/buildkit.git||sub'],
    [
      'https://github.com/moby/buildkit.git#pull/42/head',
      'https://github.com/moby/buildkit.git|pull/42/head|',
    ],
    ['https://user:pw@host:8443/x.git', 'https://user:pw@host:8443/x.git||'],
    ['https://github.com/moby/buildkit', null],
    ['https://example.com/archive.tar.gz', null],
    ['http://host/x.git', 'http://host/x.git||'],
    ['git://host/x', 'git://host/x||'],
    ['ssh://git@host:2222/x', 'ssh://git@host:2222/x||'],
    ['git@github.com:moby/buildkit.git', 'git@github.com:moby/buildkit.git||'],
    ['git@github.com:moby/buildkit#main:docs', 'git@github.com:moby/buildkit|main|docs'],
    ['github.com/moby/buildkit', null],
    ['./x.git', null],
    ['x.git', null],
    ['a:b', null],
    ['https://h/x.git?ref=v1&subdir=/a', 'https://h/x.git|v1|a'],
    ['https://h/x.git?tag=v1', 'https://h/x.git|refs/tags/v1|'],
    ['https://h/x.git?branch=b&keep-git-dir=1', 'https://h/x.git|refs/heads/b| .git true'],
    ['https://h/x.git?commit=abc123', 'https://h/x.git|abc123| abc123'],
    ['https://h/x.git?submodules=false#v1', 'https://h/x.git|v1| no submodules'],
  ]
  for (const [text, parts] of cases)
    it(`${text} is ${parts === null ? 'none' : 'one'} [10.09]`, () => {
      expect(read(text)).toBe(parts)
    })

  it('may be short for a context [10.06]', () => {
    expect(read('github.com/moby/buildkit#main', true)).toBe('https://github.com/moby/buildkit|main|')
  })

  for (const text of ['https://h/x.git?ref=a&tag=b', 'https://h/x.git?branch=a#b', 'https://h/x.git?x=1'])
    it(`${text} contradicts itself [10.09]`, () => {
      expect(() => parseGitAddress(text)).toThrow('git address')
    })

  it('has no ref that git would take for an option [10.07]', () => {
    expect(() => parseGitAddress('https://h/x.git#--upload-pack=x')).toThrow('begins with a dash')
    expect(() => parseGitAddress('https://h/x.git?ref=--upload-pack=x')).toThrow('begins with a dash')
    expect(() => parseGitAddress('https://h/x.git?commit=-x')).toThrow('begins with a dash')
  })
})
