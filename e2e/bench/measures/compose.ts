/** Compose: twenty services up from nothing, and up again with nothing to do. Ours on our engine, docker-compose on dockerd. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { bin } from '../../fixtures/paths.ts'
import { mustRun } from '../../fixtures/processes.ts'
import { type Contender, IMAGE } from '../contender.ts'
import { type Measure, timed } from './measure.ts'

const SERVICES = 20

/** One file for all; it lies there until the process ends. */
function composeFile(): string {
  const services = Object.fromEntries(
    Array.from({ length: SERVICES }, (_, index) => [
      `s${index}`,
      {
        image: IMAGE,
        command: ['sleep', '1000'],
        init: true,
        environment: { N: String(index) },
        volumes: ['data:/data'],
        // A few layers of dependence, as real stacks have.
        ...(index < 4 ? {} : { depends_on: [`s${index % 4}`] }),
      },
    ]),
  )
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-compose-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'docker-compose.yml')
  writeFileSync(file, JSON.stringify({ version: '3.7', services, volumes: { data: {} } }))
  return file
}

let file: string | undefined

/** Longshore's compose on Longshore's engine; docker-compose everywhere else. */
async function compose(on: Contender, ...args: readonly string[]): Promise<void> {
  file ??= composeFile()
  const env = { DOCKER_HOST: `unix://${on.client.socket}`, COMPOSE_PARALLEL_LIMIT: '' }
  const words = ['-f', file, '-p', 'bench', ...args]
  if (on.name === 'longshore') await mustRun(process.execPath, [bin, 'compose', ...words], { env })
  else await mustRun('docker-compose', words, { env: { DOCKER_HOST: env.DOCKER_HOST } })
}

const unchanged: Measure = {
  name: `compose: up of ${SERVICES} services, nothing to do`,
  target: 0.4,
  most: 10,
  heavy: true,
  async prepare(on) {
    await compose(on, 'up', '-d')
    return () => compose(on, 'down', '-v', '-t', '1')
  },
  once: (on) => timed(() => compose(on, 'up', '-d')),
}

const cold: Measure = {
  name: `compose: up of ${SERVICES} services from nothing`,
  target: 0.4,
  most: 3,
  heavy: true,
  async once(on) {
    const took = await timed(() => compose(on, 'up', '-d'))
    await compose(on, 'down', '-v', '-t', '1')
    return took
  },
}

export const COMPOSE: readonly Measure[] = [unchanged, cold]
