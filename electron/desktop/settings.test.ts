import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readSettings } from './settings.ts'

describe('the settings of a start', () => {
  test('are the flags, then the variables, then the user folder', () => {
    expect(readSettings(['--state', '/a'], { LONGSHORE_STATE: '/b' }).state).toBe('/a')
    expect(readSettings([], { LONGSHORE_STATE: '/b', XDG_STATE_HOME: '/c' }).state).toBe('/b')
    expect(readSettings(['--state='], { LONGSHORE_STATE: '' }).state).toMatch(/longshore$/)
  })

  test.runIf(process.platform === 'linux')('follow XDG on Linux', () => {
    expect(readSettings([], { XDG_STATE_HOME: '/c' }).state).toBe('/c/longshore')
  })

  test('reach the services as flags, with absolute paths', () => {
    expect(
      readSettings(['--socket', 'engine.sock', '--stop-engine-on-exit'], {
        LONGSHORE_STATE: '/s',
        LONGSHORE_ROOT: '/r',
      }).serviceArgs,
    ).toEqual([
      ...['--state', '/s', '--root', '/r', '--socket', path.resolve('engine.sock')],
      '--stop-engine-on-exit',
    ])
  })

  test('leave to Chromium what is its own', () => {
    const { serviceArgs } = readSettings(['--no-zygote', '--lang=de', '--state=/s'], {})
    expect(serviceArgs).toEqual(['--state', '/s'])
  })
})
