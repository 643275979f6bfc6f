import { describe, expect, it } from 'vitest'
import { archiveName, containerPath } from './container-path.ts'
import { goFileMode } from './go-file-mode.ts'

describe('paths of archive requests', () => {
  it.each([
    ['/', '/', '/'],
    ['/.', '/.', '.'],
    ['.', '/.', '.'],
    ['etc', '/etc', 'etc'],
    ['/etc/', '/etc/', 'etc'],
    ['/etc/.', '/etc/.', '.'],
    ['//a//b/../c', '/a/c', 'c'],
    ['/a/b/..', '/a', 'a'],
    ['../../x', '/x', 'x'],
    ['/..', '/', '/'],
  ])('%s is %s, and is called %s in an archive', (path, clean, name) => {
    expect(containerPath(path)).toBe(clean)
    expect(archiveName(clean)).toBe(name)
  })

  it('are refused when they can be none', () => {
    expect(() => containerPath('')).toThrow(/cannot be empty/)
    expect(() => containerPath('/a\0b')).toThrow(/NUL/)
  })
})

describe('Go’s file modes', () => {
  it.each([
    ['a file', 0o100644, 0o644],
    ['a folder that is sticky', 0o041777, 2 ** 31 + 2 ** 20 + 0o777],
    ['a link', 0o120777, 134218239],
    ['a set-user-id program', 0o104755, 2 ** 23 + 0o755],
    ['a set-group-id folder', 0o042750, 2 ** 31 + 2 ** 22 + 0o750],
    ['a character device', 0o020666, 2 ** 26 + 2 ** 21 + 0o666],
    ['a block device', 0o060660, 2 ** 26 + 0o660],
    ['a pipe', 0o010644, 33554852],
    ['a socket', 0o140755, 2 ** 24 + 0o755],
  ])('of %s', (_, mode, go) => expect(goFileMode(mode)).toBe(go))
})
