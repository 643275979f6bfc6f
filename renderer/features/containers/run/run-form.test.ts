import { expect, test } from 'vitest'
import type { RunInput } from '../../../rpc/views.ts'
import { EMPTY_FORM, formOf, isRunLine, nextKey, readForm } from './run-form.ts'

const INPUT: RunInput = {
  engine: 'embedded',
  image: 'postgres:17',
  name: 'orders-db',
  ports: [{ hostIp: '127.0.0.1', hostPort: 5433, containerPort: 5432, protocol: 'tcp' }],
  mounts: [
    { kind: 'volume', source: 'orders_data', destination: '/var/lib/postgresql/data', readOnly: false },
  ],
  environment: [{ name: 'POSTGRES_DB', value: 'orders' }],
  command: ['-c', 'log_statement = all'],
  entrypoint: ['docker-entrypoint.sh'],
  network: 'bridge',
  restart: 'unless-stopped',
  memoryBytes: 512 * 1024 ** 2,
  cpus: 1.5,
  terminal: false,
  removeWhenDone: false,
  readOnly: true,
  start: true,
}

test('an input becomes a form and the same input again', () => {
  expect(readForm(formOf(INPUT), 'embedded', true)).toEqual({ input: INPUT })
})

test('an image alone is runnable, empty lines are left out', () => {
  const port = {
    key: nextKey(),
    hostIp: '127.0.0.1',
    hostPort: '',
    containerPort: '',
    protocol: 'tcp' as const,
  }
  const read = readForm({ ...EMPTY_FORM, image: ' nginx ', ports: [port] }, 'embedded', false)
  expect(read).toMatchObject({ input: { image: 'nginx', ports: [], start: false } })
})

test.each([
  [{ image: '' }, 'Name an image to run'],
  [{ memory: 'lots' }, 'Memory reads like 512m or 2g'],
  [{ cpus: '-1' }, 'CPUs is a number such as 1.5'],
  [
    { ports: [{ key: 1, hostIp: '', hostPort: '80', containerPort: '99999', protocol: 'tcp' as const }] },
    'A port of the container is a number from 1 to 65535',
  ],
  [
    { mounts: [{ key: 1, kind: 'bind' as const, source: 'here', destination: '/x', readOnly: false }] },
    'A folder of this machine starts with /',
  ],
])('%j is told', (part, problem) => {
  expect(readForm({ ...EMPTY_FORM, image: 'x', ...part }, 'embedded', true)).toEqual({ problem })
})

test('a docker line is known from other text', () => {
  expect(['docker run nginx', '$ sudo docker container run -d x', 'podman create y'].every(isRunLine)).toBe(
    true,
  )
  expect(['docker ps', 'run nginx', 'dockerrun x'].some(isRunLine)).toBe(false)
})
