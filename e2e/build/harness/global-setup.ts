/** Before all: a registry, and the engines to test, each with the base images under names that need no registry. */
import type { TestProject } from 'vitest/node'
import setUpEngines from '../../api/global-setup.ts'
import { Client } from '../../fixtures/http.ts'
import { IMAGES } from '../../fixtures/images.ts'

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const provided: { engines: readonly { socket: string }[]; registry: string } = { engines: [], registry: '' }
  const tearDown = await setUpEngines({
    provide: (key: 'engines' | 'registry', value: never) => {
      provided[key] = value
      project.provide(key, value)
    },
  } as unknown as TestProject)
  try {
    for (const { socket } of provided.engines) {
      for (const image of Object.values(IMAGES))
        await fetchImage(new Client(socket), provided.registry, image)
    }
  } catch (error) {
    await tearDown()
    throw error
  }
  return tearDown
}

/** Pulls the image and gives it its plain name, so that Dockerfiles say `FROM busybox`. */
async function fetchImage(api: Client, registry: string, image: string): Promise<void> {
  const [name, tag] = image.split(':')
  const pulled = await api.post(`/images/create?fromImage=${registry}/${name}&tag=${tag}`)
  const tagged = await api.post(`/images/${registry}/${image}/tag?repo=${name}&tag=${tag}`)
  if (tagged.status !== 201)
    throw new Error(`${image} could not be had: ${pulled.text}${tagged.status} ${tagged.text}`)
}
