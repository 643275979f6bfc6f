import { describe, expect, test } from 'vitest'
import { parseDotenv } from './dotenv.ts'
import { Faults, printFault } from './fault.ts'

const HOST: Readonly<Record<string, string>> = { HOME: '/root', A: 'host' }

function read(text: string, raw = false) {
  const faults = new Faults()
  const found = parseDotenv(text, { file: '.env', faults, lookup: (name) => HOST[name], raw })
  return { values: Object.fromEntries(found), faults: faults.list.map(printFault) }
}

describe('a file of variables', () => {
  test.each([
    ['A=1', { A: '1' }],
    ['A = 1 ', { A: '1' }],
    ['export A=1', { A: '1' }],
    ['A: 1', { A: '1' }],
    ['A=', { A: '' }],
    ['\uFEFFA=1\r\nB=2\r\n', { A: '1', B: '2' }],
    ['# all\n\n  # indented\nA=1', { A: '1' }],
    ['A=1 # why', { A: '1' }],
    ['A=1#no', { A: '1#no' }],
    ['A=# all of it', { A: '' }],
    ["A='single $B \\n'", { A: 'single $B \\n' }],
    ["A='it\\'s'", { A: "it's" }],
    ['A="double\\nline\\t\\"q\\" \\\\"', { A: 'double\nline\t"q" \\' }],
    ['A="x" # why', { A: 'x' }],
    ['A="\\$B"', { A: '$B' }],
    ['B=2\nA=x$B', { B: '2', A: 'x2' }],
    ['B=2\nA="x${B}y"', { B: '2', A: 'x2y' }],
    ['A=$HOME/x', { A: '/root/x' }],
    // What stands above in the file is nearer than the environment.
    ['A=1\nB=$A', { A: '1', B: '1' }],
    ['A=${NONE:-d e}', { A: 'd e' }],
    ['A=$$x', { A: '$x' }],
    ['A="one\ntwo"\nB=3', { A: 'one\ntwo', B: '3' }],
    ["A='one\n# two'\nB=3", { A: 'one\n# two', B: '3' }],
    ['A', { A: 'host' }],
    ['NONE', {}],
    ['A.b-c=1', { 'A.b-c': '1' }],
    ['A=a b  c', { A: 'a b  c' }],
    ['A=a=b', { A: 'a=b' }],
  ])('%j', (text, expected) => {
    expect(read(text)).toEqual({ values: expected, faults: [] })
  })

  test('raw takes values as they stand', () => {
    expect(read(`A='x' # y\nB=$A\nC="a\nA`, true).values).toEqual({ A: 'host', B: '$A', C: '"a' })
  })

  test.each([
    ['A=1\n=2', '.env:2:1: "=2" sets no variable; write NAME=value'],
    ['  two words', '.env:1:3: "two words" sets no variable; write NAME=value'],
    ['A="open', '.env:1:3: the quote " is never closed'],
    [
      'A=${B',
      '.env:1:3: "${B" has no closing brace; write ${B}, ${B:-default}, ${B:?message} or ${B:+other}',
    ],
  ])('%j is refused', (text, fault) => {
    expect(read(text).faults).toEqual([fault])
  })
})
