/** Before all: a registry with the test images, and the engines to test, each with the busybox image pulled. */
import type { TestProject } from 'vitest/node'
import type { EngineAddress } from '../fixtures/engine.ts'
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
  const engines = await Promise.all([pushImages(registry.host), ...enginesToTest().map(startEngine)]).then(
    ([, ...started]) => started,
  )
  for (const engine of engines) {
    const [name, tag] = IMAGES.busybox.split(':')
    const pull = await new Client(engine.socket).post(
      `/images/create?fromImage=${registry.host}/${name}&tag=${tag}`,
    )
    if (pull.status !== 200 || pull.text.includes('"error"')) {
      throw new Error(`${engine.name} could not pull busybox (${pull.status}): ${pull.text}\n${engine.log()}`)
    }
  }
  project.provide(
    'engines',
    engines.map(({ name, socket, root }) => ({ name, socket, root })),
  )
  project.provide('registry', registry.host)
  return async () => {
    for (const engine of engines) await engine.stop()
    await registry.stop()
  }
}
