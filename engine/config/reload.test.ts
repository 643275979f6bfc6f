import { expect, test } from 'vitest'
import { parseCommand } from './flags.ts'
import { reloaded } from './reload.ts'

const read = (file: object, args: readonly string[] = []) => {
  const command = parseCommand(args, { env: {}, uid: 0, readText: () => JSON.stringify(file) })
  if (command.kind !== 'serve') throw new Error(command.kind)
  return command.config
}

test('what can change does, the rest is as it was, and both are named [25.15]', () => {
  const running = read({ mtu: 1400, labels: ['a=1'], 'shutdown-timeout': 5 }, [
    '--max-concurrent-uploads',
    '2',
  ])
  const fresh = read({ mtu: 1300, labels: ['a=2'], debug: true, dns: ['8.8.8.8'] }, [
    '--max-concurrent-uploads',
    '2',
  ])
  const { config, applied, ignored } = reloaded(running, fresh, () => null)
  expect(applied).toEqual(['debug', 'shutdown-timeout', 'labels'])
  expect(ignored).toEqual(['mtu', 'dns'])
  expect(config).toMatchObject({
    logLevel: 'debug',
    settings: {
      debug: true,
      labels: ['a=2'],
      // No longer said, so the default again.
      shutdownTimeoutSeconds: 15,
      network: { mtu: 1400, dns: [] },
      registries: { maxUploads: 2 },
    },
  })
  // What was ignored is still different the next time.
  expect(reloaded(config, fresh, () => null)).toMatchObject({ applied: [], ignored: ['mtu', 'dns'] })
})
