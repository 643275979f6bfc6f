import { expect, test } from 'vitest'
import { jsonLines } from './json-lines.ts'

const VALUE = { Id: 'abc', State: { Running: true, Pid: 7 }, Mounts: [{ Name: 'data' }], Empty: {} }
const shape = (closed: readonly string[], query: string) =>
  jsonLines(VALUE, new Set(closed), query).map(
    (line) => `${'  '.repeat(line.depth)}${line.key ?? ''} ${line.text}`,
  )

test('every line of the tree, containers with their children below', () => {
  expect(shape([], '')).toEqual([
    ' { }',
    '  Id "abc"',
    '  State { }',
    '    Running true',
    '    Pid 7',
    '  Mounts [ ]',
    '    0 { }',
    '      Name "data"',
    '  Empty {}',
  ])
})

test('a folded container hides what is in it', () => {
  expect(shape(['/State', '/Mounts'], '')).toEqual([
    ' { }',
    '  Id "abc"',
    '  State { }',
    '  Mounts [ ]',
    '  Empty {}',
  ])
})

test('a search keeps matches with the way to them, and all below a matching key', () => {
  expect(shape([], 'data')).toEqual([' { }', '  Mounts [ ]', '    0 { }', '      Name "data"'])
  expect(shape(['/State'], 'state')).toEqual([' { }', '  State { }', '    Running true', '    Pid 7'])
})
