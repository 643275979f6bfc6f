import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { componentMatcher, expandPattern, hasWildcard, unescapePath } from './wildcards.ts'

describe('a pattern of one name', () => {
  // The table of Go's path/filepath.Match, as far as it stays within one component.
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['abc', 'abc', true],
    ['*', 'abc', true],
    ['*c', 'abc', true],
    ['a*', 'a', true],
    ['a*b*c*d*e*', 'axbxcxdxe', true],
    ['a*b?c*x', 'abxbbxdbxebxczzx', true],
    ['a*b?c*x', 'abxbbxdbxebxczzy', false],
    ['ab[c]', 'abc', true],
    ['ab[b-d]', 'abc', true],
    ['ab[e-g]', 'abc', false],
    ['ab[^c]', 'abc', false],
    ['ab[^e-g]', 'abc', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'ab', false],
    ['a?b', 'a☺b', true],
    ['a[^a]b', 'a☺b', true],
    ['a???b', 'a☺b', false],
    ['[a-ζ]*', 'α', true],
    ['*[a-ζ]', 'A', false],
    ['[\\]a]', ']', true],
    ['[\\-]', '-', true],
    ['[x\\-]', 'z', false],
    ['[\\-x]', 'a', false],
    ['*x', 'xxx', true],
    ['a-b', 'a-b', true],
  ]
  for (const [pattern, name, matches] of cases)
    it(`${pattern} ${matches ? 'matches' : 'does not match'} ${name} [08.16]`, () => {
      expect(componentMatcher(pattern).test(name)).toBe(matches)
    })

  for (const pattern of ['[]a]', '[-]', '[x-]', '[-x]', '[', '[^', '[^bc', 'a[', '[a-b-c]', 'a\\'])
    it(`${pattern} is none [08.16]`, () => {
      expect(() => componentMatcher(pattern)).toThrow('syntax error in pattern')
    })

  it('is told from a plain name', () => {
    expect(['a', 'a*', 'a\\*', 'a[b', '\\[a?'].map(hasWildcard)).toEqual([false, true, false, true, true])
    expect(unescapePath('a\\*\\\\b')).toBe('a*\\b')
  })
})

describe('sources that match a pattern', () => {
  let root: string
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'wildcards-'))
    for (const folder of ['src/a/b', 'src/c', '.hidden']) await mkdir(join(root, folder), { recursive: true })
    for (const file of ['one.txt', 'two.txt', 'src/x.ts', 'src/a/x.ts', 'src/a/b/x.ts', '.hidden/x.ts'])
      await writeFile(join(root, file), file)
    await symlink('src', join(root, 'link'))
  })
  afterAll(() => rm(root, { recursive: true }))

  it('are found below the folders that they name [08.16]', () => {
    expect(expandPattern(root, '*.txt')).toEqual(['one.txt', 'two.txt'])
    expect(expandPattern(root, './src/*/')).toEqual(['src/a', 'src/c', 'src/x.ts'])
    expect(expandPattern(root, 'src/?/x.ts')).toEqual(['src/a/x.ts'])
    expect(expandPattern(root, 'one.txt/*')).toEqual([])
    expect(expandPattern(root, '*')).toEqual(['.hidden', 'link', 'one.txt', 'src', 'two.txt'])
  })

  it('are found through any number of folders, and through no link [08.16]', () => {
    expect(expandPattern(root, 'src/**/x.ts')).toEqual(['src/a/b/x.ts', 'src/a/x.ts', 'src/x.ts'])
    expect(expandPattern(root, '**/*.ts', (path) => !path.startsWith('src'))).toEqual(['.hidden/x.ts'])
  })
})
