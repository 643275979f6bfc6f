/** Before all: a registry with the test images, and the engines to test, each with the busybox image pulled. */
import type { TestProject } from 'vitest/node'
import type { EngineAddress, RunningEngine } from '../fixtures/engine.ts'
import { Client } from '../fixtures/http.ts'
import { IMAGES, pushImages } from '../fixtures/images.ts'
import { startRegistry } from '../fixtures/registry.ts'
import { enginesToTest, startEngine } from '../fixtures/start-engine.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The engines under test. */
    readonly engines: readonly EngineAddress[]
    /** The loopback registry, `127.0.0.1:PORT`, holding every image of fixtures/images.ts. */
    readonly registry: string
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const registry = await startRegistry()
  const started: RunningEngine[] = []
  const tearDown = async () => {
    for (const engine of started) await engine.stop()
    await registry.stop()
  }
  try {
    await pushImages(registry.host)
    for (const name of enginesToTest()) {
      const engine = await startEngine(name)
      started.push(engine)
      const [image, tag] = IMAGES.busybox.split(':')
      const pull = await new Client(engine.socket).post(
        `/images/create?fromImage=${registry.host}/${image}&tag=${tag}`,
      )
      if (pull.status !== 200 || pull.text.includes('"error"')) {
        throw new Error(`${name} could not pull busybox (${pull.status}): ${pull.text}\n${engine.log()}`)
      }
    }
  } catch (error) {
    await tearDown()
    throw error
  }
  project.provide(
    'engines',
    started.map(({ name, socket, root }) => ({ name, socket, root })),
  )
  project.provide('registry', registry.host)
  return tearDown
}
