import { describe, expect, test } from 'vitest'
import { attributesOf, faultsOf } from '../../from-text.ts'

describe.each(['command', 'entrypoint'] as const)('%s', (key) => {
  test.each([
    ['one', ['one']],
    ['one two', ['one', 'two']],
    ['one "two three"', ['one', 'two three']],
    ["one 'two  three' four\\ five", ['one', 'two  three', 'four five']],
    ['sh -c "echo $$HOME"', ['sh', '-c', 'echo $HOME']],
    ['[one, "two three"]', ['one', 'two three']],
    ['[sleep, 5]', ['sleep', '5']],
    ['[run, "${WHAT:-it all}"]', ['run', 'it all']],
    ['${WHAT:-run it}', ['run', 'it']],
    ['|\n  one\n  two', ['one', 'two']],
    ['[]', []],
    ['""', []],
    ['', null],
  ])('%j [16.03] [16.12]', async (text, expected) => {
    expect(await attributesOf(`${key}: ${text}`)).toEqual({ [key]: expected })
  })

  test.each([
    ['one "two', `the command line has a quote " that is never closed; close it, or write a list of words`],
    ['{a: b}', 'must be a command line or a list of words, not a map'],
    ['[[a]]', 'must be a string or a number, not a list'],
  ])('%s is refused', async (text, expected) => {
    const [line = '', ...more] = await faultsOf(`${key}: ${text}`)
    expect(more).toEqual([])
    expect(line.replace(/^4:\d+: services\.web\.\w+(\[0\])?: /, '')).toBe(expected)
  })
})

describe('healthcheck', () => {
  test.each([
    ['{test: curl -f http://x}', { test: ['CMD-SHELL', 'curl -f http://x'] }],
    ['{test: [CMD, curl, -f, x]}', { test: ['CMD', 'curl', '-f', 'x'] }],
    ['{test: [CMD-SHELL, "a || b"]}', { test: ['CMD-SHELL', 'a || b'] }],
    ['{test: [NONE]}', { test: ['NONE'] }],
    ['{disable: true}', { disable: true }],
    ['{test: a, disable: "${D:-no}"}', { test: ['CMD-SHELL', 'a'], disable: false }],
    [
      '{interval: 1m30s, timeout: 10s, start_period: 40s, start_interval: 5s}',
      { interval: '1m30s', timeout: '10s', start_period: '40s', start_interval: '5s' },
    ],
    ['{interval: 1.5h, timeout: 500ms}', { interval: '1.5h', timeout: '500ms' }],
    ['{interval: 0}', { interval: '0s' }],
    ['{retries: 3}', { retries: 3 }],
    ['{retries: "${R:-5}"}', { retries: 5 }],
  ])('%s [16.13]', async (text, expected) => {
    expect(await attributesOf(`healthcheck: ${text}`)).toEqual({ healthcheck: expected })
  })

  test.each([
    [
      '{test: [curl, x]}',
      '4:26: services.web.healthcheck.test: must begin with CMD, CMD-SHELL or NONE; write ["CMD", "program", "argument"]',
    ],
    [
      '{test: []}',
      '4:25: services.web.healthcheck.test: must begin with CMD, CMD-SHELL or NONE; write ["CMD", "program", "argument"]',
    ],
    [
      '{interval: 5}',
      '4:29: services.web.healthcheck.interval: must be a duration like 90s, 1m30s or 500ms, not the number 5; write a unit: 5s',
    ],
    [
      '{interval: 5 sec}',
      '4:29: services.web.healthcheck.interval: must be a duration like 90s, 1m30s or 500ms, not "5 sec"',
    ],
    [
      '{retries: -1}',
      '4:28: services.web.healthcheck.retries: must be a whole number, 0 or more, not the number -1',
    ],
    [
      '{retries: three}',
      '4:28: services.web.healthcheck.retries: must be a whole number, 0 or more, not "three"',
    ],
    ['{tset: x}', '4:19: services.web.healthcheck.tset: "tset" is not known here; did you mean "test"?'],
    ['curl', '4:18: services.web.healthcheck: must be a map with test, not "curl"'],
  ])('%s is refused', async (text, expected) => {
    expect(await faultsOf(`healthcheck: ${text}`)).toEqual([expected])
  })
})
