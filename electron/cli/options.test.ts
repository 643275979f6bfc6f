import { describe, expect, test } from 'vitest'
import { readOptions } from './options.ts'

const user = { HOME: '/home/u', XDG_RUNTIME_DIR: '/run/user/1000' }

describe('options', () => {
  test('as a user, the places are the XDG ones', () => {
    expect(readOptions([], user, 1000)).toEqual({
      command: 'open',
      port: 0,
      stateDirectory: '/home/u/.local/state/longshore',
      engineRoot: '/home/u/.local/share/longshore',
      engineSocket: '/run/user/1000/longshore/engine.sock',
      stopEngineOnExit: false,
    })
  })

  test('as root, they are the system’s; the environment comes before them, flags before all', () => {
    const environment = {
      HOME: '/root',
      LONGSHORE_ROOT: '/e/root',
      LONGSHORE_SOCKET: '/e/s',
      LONGSHORE_STATE: '/e/state',
    }
    expect(readOptions([], { HOME: '/root' }, 0)).toMatchObject({
      engineRoot: '/var/lib/longshore',
      engineSocket: '/run/longshore/engine.sock',
    })
    expect(readOptions(['serve', '--root', '/f/root', '--port', '4000'], environment, 0)).toMatchObject({
      command: 'serve',
      port: 4000,
      engineRoot: '/f/root',
      engineSocket: '/e/s',
      stateDirectory: '/e/state',
    })
  })

  test.each([
    [['nonsense'], 'not a command'],
    [['ps', 'extra'], 'not a command'],
    [['--port', '70000'], 'not a port'],
    [['--what'], 'longshore help'],
  ])('%j is refused', (args, why) => {
    expect(() => readOptions(args, user, 1000)).toThrow(why)
  })

  test('help and version', () => {
    expect(readOptions(['--help'], user, 1).command).toBe('help')
    expect(readOptions(['-v'], user, 1).command).toBe('version')
  })
})
