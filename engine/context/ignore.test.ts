import { describe, expect, it } from 'vitest'
import { IgnoreRules, parseIgnoreFile } from './ignore.ts'

/** Paths of `all` that the ignore file leaves in. */
function left(file: string, all: readonly string[]): string[] {
  const rules = new IgnoreRules(parseIgnoreFile(file))
  return all.filter((path) => !rules.excludes(path))
}

describe('an ignore file', () => {
  it('is read without comments, blanks, slashes and a byte order mark [10.16]', () => {
    const text = '\uFEFF# comment\r\n  a/b/  \n\n/c\n ! /d/../e \n #f\n./g//h\n/\n'
    expect(parseIgnoreFile(text)).toEqual(['a/b', 'c', '!e', '#f', 'g/h', '/'])
  })

  // The table of moby/patternmatcher's documentation and of the Dockerfile reference.
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['**', 'file', true],
    ['**', 'dir/file', true],
    ['**/', 'dir/file', true],
    ['**/**', 'dir/file', true],
    ['dir/**', 'dir/file', true],
    ['dir/**', 'dir', false],
    ['dir/**', 'dir/dir2/file', true],
    ['**/dir', 'a/dir', true],
    ['**/dir', 'dir', true],
    ['**/dir', 'adir', false],
    ['**dir', 'adir', true],
    ['**/dir2/*', 'dir/dir2/file', true],
    ['**/dir2/*', 'dir/dir2/dir2/file', true],
    ['**file', 'dir/dir/file', true],
    ['**/file', 'dir/dir/file', true],
    ['**/file*', 'dir/dir/file.txt', true],
    ['**/file*txt', 'dir/dir/file.txt', true],
    ['**/file*.txt*', 'dir/dir/file.txt', true],
    ['**/**/*.txt', 'dir/dir/file.txt', true],
    ['a**/*.txt', 'a/file.txt', true],
    ['a**/*.txt', 'a/dir/file.txt', true],
    ['a/*.txt', 'a/dir/file.txt', false],
    ['a[b-d]e', 'ace', true],
    ['a[b-d]e', 'aae', false],
    ['[^a]', 'b', true],
    ['.*', '.foo', true],
    ['.*', 'foo', false],
    ['abc.def', 'abcZdef', false],
    ['abc?def', 'abcZdef', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['a(b', 'a(b', true],
    ['a|b', 'a|b', true],
    ['a-b?', 'a-bc', true],
    ['**/foo/bar', 'foo/bar', true],
    ['**/foo/bar', 'dir/dir2/foo/bar', true],
    ['abc/**', 'abc/def/ghi', true],
    ['**/.git', 'a/.git', true],
    ['*/temp*', 'somedir/temporary.txt', true],
    ['*/*/temp*', 'somedir/temporary.txt', false],
    ['temp?', 'tempa', true],
    ['temp?', 'temp', false],
    ['?', 'ü', true],
    ['?', '\u{1F680}', true],
  ]
  for (const [pattern, path, excluded] of cases)
    it(`${pattern} ${excluded ? 'leaves out' : 'keeps'} ${path} [10.16]`, () => {
      expect(new IgnoreRules(parseIgnoreFile(pattern)).excludes(path)).toBe(excluded)
    })

  it('leaves out what lies in a folder that it leaves out [10.16]', () => {
    expect(left('node_modules', ['node_modules/a/b', 'src/node_modules/a'])).toEqual(['src/node_modules/a'])
  })

  it('lets the last pattern that matches decide [10.17]', () => {
    expect(left('*.md\n!README.md', ['README.md', 'a.md', 'b'])).toEqual(['README.md', 'b'])
    expect(left('!README.md\n*.md', ['README.md', 'b'])).toEqual(['b'])
    const file = '*.md\n!README*.md\nREADME-secret.md'
    expect(left(file, ['README.md', 'README-secret.md', 'x.md'])).toEqual(['README.md'])
  })

  it('brings back what lies in a folder that it leaves out [10.17]', () => {
    expect(left('dir\n!dir/keep', ['dir', 'dir/a', 'dir/keep', 'dir/keep/x'])).toEqual([
      'dir/keep',
      'dir/keep/x',
    ])
    expect(left('**\n!src\n!*.json', ['a', 'src', 'src/b', 'p.json', 'd/p.json'])).toEqual([
      'src',
      'src/b',
      'p.json',
    ])
  })

  it('knows which folders that are out may hold something that is not [10.17]', () => {
    const rules = new IgnoreRules(['a', 'b', '!a/x/*.md', '!a/y'])
    expect(['a', 'a/x', 'a/x/deep', 'a/y', 'a/z', 'b'].map((path) => rules.mayHold(path))).toEqual([
      ...[true, true, true, true, false, false],
    ])
    expect(new IgnoreRules(['**', '!**/*.go']).mayHold('any/where')).toBe(true)
  })

  it('never leaves out the root', () => {
    expect(new IgnoreRules(['**']).excludes('')).toBe(false)
  })

  for (const pattern of ['a[', '[]a]', '[-x]', 'a\\', '[a-]', '!'])
    it(`refuses ${pattern}`, () => {
      expect(() => new IgnoreRules([pattern])).toThrow(/syntax error in pattern|illegal exclusion/)
    })
})
