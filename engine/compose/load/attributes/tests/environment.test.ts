import { describe, expect, test } from 'vitest'
import { attributesOf, faults, faultsOf, withService } from '../../from-text.ts'

describe('environment', () => {
  test.each([
    ['{A: one}', { A: 'one' }],
    ['[A=one]', { A: 'one' }],
    ['[A=b=c]', { A: 'b=c' }],
    ['["A="]', { A: '' }],
    ['{A: ""}', { A: '' }],
    ['{SHELL_VAR: }', { SHELL_VAR: 'from-shell' }],
    ['[SHELL_VAR]', { SHELL_VAR: 'from-shell' }],
    ['[NOT_SET]', {}],
    ['{N: 1, F: 1.10, B: true, O: 0440}', { N: '1', F: '1.10', B: 'true', O: '0440' }],
    ['{A: "$SHELL_VAR"}', { A: 'from-shell' }],
    ['{A: "$$SHELL_VAR"}', { A: '$SHELL_VAR' }],
    ['["A=${UNSET:-x}"]', { A: 'x' }],
    ['["A=1", "A=2"]', { A: '2' }],
    ['{A: yes, B: no}', { A: 'yes', B: 'no' }],
    ['["A=spaces  kept "]', { A: 'spaces  kept ' }],
  ])('%s [16.04]', async (text, expected) => {
    expect(await attributesOf(`environment: ${text}`)).toEqual({ environment: expected })
  })

  test.each([
    ['text', '4:18: services.web.environment: must be a map or a list of NAME=VALUE, not "text"'],
    [
      '{A: [1]}',
      '4:22: services.web.environment.A: must be a string, a number, true, false or empty, not a list',
    ],
    [
      '[{A: 1}]',
      '4:19: services.web.environment[0]: must be text like KEY=VALUE; put it in quotes: "KEY=VALUE"',
    ],
    ['["=x"]', '4:19: services.web.environment[0]: "=x" has no name before the =; write "NAME=x"'],
  ])('%s is refused', async (text, expected) => {
    expect(await faultsOf(`environment: ${text}`)).toEqual([expected])
  })
})

describe('env_file', () => {
  const files = {
    '/stack/a.env': 'A=a\nB=a\n',
    '/stack/b.env': 'B=b\nC="$SHELL_VAR"\n',
    '/home/me/h.env': 'H=h\n',
    '/stack/raw.env': 'R="$SHELL_VAR"\n',
  }
  test.each([
    ['env_file: a.env', { A: 'a', B: 'a' }],
    ['env_file: [a.env, b.env]', { A: 'a', B: 'b', C: 'from-shell' }],
    ['env_file: [b.env, a.env]', { A: 'a', B: 'a', C: 'from-shell' }],
    ['env_file: [{path: ./a.env}]', { A: 'a', B: 'a' }],
    ['env_file: [{path: a.env}, {path: none.env, required: false}]', { A: 'a', B: 'a' }],
    ['env_file: [{path: raw.env, format: raw}]', { R: '"$SHELL_VAR"' }],
    ['env_file: ~/h.env', { H: 'h' }],
    ['env_file: "${F:-a}.env"', { A: 'a', B: 'a' }],
    ['env_file: a.env\nenvironment: {A: own}', { A: 'own', B: 'a' }],
    ['env_file: a.env\nenvironment: [A]', { A: 'a', B: 'a' }],
  ])('%j [16.04]', async (text, expected) => {
    expect(await attributesOf(text, '', files)).toEqual({ environment: expected })
  })

  test('a file that is not there is told, with the place that asks for it', async () => {
    expect(await faultsOf('env_file: none.env')).toEqual([
      '4:15: services.web.env_file: the file /stack/none.env is not there; make it, or write required: false beside its path',
    ])
  })

  test('a line that sets nothing is told at its own place', async () => {
    expect(
      await faults({ '/stack/compose.yaml': withService('env_file: e'), '/stack/e': 'A=1\n??\n' }),
    ).toEqual(['/stack/e:2:1: "??" sets no variable; write NAME=value'])
  })
})

describe('labels and annotations', () => {
  test.each([
    ['labels: {a.b: c}', { labels: { 'a.b': 'c' } }],
    ['labels: [a.b=c, d]', { labels: { 'a.b': 'c', d: '' } }],
    ['labels: {a: , n: 1, t: true}', { labels: { a: '', n: '1', t: 'true' } }],
    ['labels: ["a=${UNSET-x}"]', { labels: { a: 'x' } }],
    ['annotations: {a: b}', { annotations: { a: 'b' } }],
    ['annotations: [a=b]', { annotations: { a: 'b' } }],
    ['label_file: l', { labels: { x: '1', y: '2' } }],
    ['label_file: [l, m]', { labels: { x: '1', y: '3' } }],
    ['label_file: l\nlabels: {x: own}', { labels: { x: 'own', y: '2' } }],
  ])('%j [16.11]', async (text, expected) => {
    expect(await attributesOf(text, '', { '/stack/l': 'x=1\ny=2\n', '/stack/m': 'y=3\n' })).toEqual(expected)
  })
})
