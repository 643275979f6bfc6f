import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { readServicesArguments, writeServicesArguments } from './services-arguments.ts'
import { readSettings } from './settings.ts'

describe('the settings of a start', () => {
  test('are the flags, then the variables, then the user folders', () => {
    expect(readSettings(['--state', '/a'], { LONGSHORE_STATE: '/b' }).state).toBe('/a')
    expect(readSettings([], { LONGSHORE_STATE: '/b', XDG_STATE_HOME: '/c' }).state).toBe('/b')
    expect(readSettings(['--state='], { LONGSHORE_STATE: '' }).state).toMatch(/longshore$/)
    expect(readSettings(['--root', 'x', '--socket', 'y.sock'], {})).toMatchObject({
      root: path.resolve('x'),
      socket: path.resolve('y.sock'),
    })
  })

  test.runIf(process.platform === 'linux')('follow XDG, and for root the system folders', () => {
    const env = { XDG_STATE_HOME: '/s', XDG_DATA_HOME: '/d', XDG_RUNTIME_DIR: '/run/user/1000' }
    expect(readSettings([], env, 1000)).toEqual({
      state: '/s/longshore',
      root: '/d/longshore',
      socket: '/run/user/1000/longshore/engine.sock',
      stopEngineOnExit: false,
    })
    expect(readSettings([], env, 0)).toMatchObject({
      root: '/var/lib/longshore',
      socket: '/run/longshore/engine.sock',
    })
    expect(readSettings([], {}, 1000).socket).toBe('/run/user/1000/longshore/engine.sock')
  })

  test('leave to Chromium what is its own', () => {
    expect(
      readSettings(['--no-zygote', '--lang=de', '--state=/s', '--stop-engine-on-exit'], {}),
    ).toMatchObject({
      state: '/s',
      stopEngineOnExit: true,
    })
  })
})

test('the arguments of the services process are read as they were written', () => {
  const given = {
    ...{ state: '/s', root: '/r', socket: '/x.sock', engine: '/e.mjs', node: '/n' },
    ...{ page: '/p', version: '0.1.0' },
    stopEngineOnExit: true,
  }
  const argv = writeServicesArguments(given)
  expect(readServicesArguments(argv, { PATH: '/bin' })).toEqual({
    page: '/p',
    services: {
      shell: 'desktop',
      stateDirectory: '/s',
      version: '0.1.0',
      environment: { PATH: '/bin' },
      stopEngineOnExit: true,
      embedded: { program: '/e.mjs', node: '/n', root: '/r', socket: '/x.sock' },
    },
  })
  expect(() => readServicesArguments(argv.slice(2), {})).toThrow('did not say --state')
})
