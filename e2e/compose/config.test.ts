/** `config` and `version`: the project as it is understood, and its parts. */
import { readFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { onEachEngine } from '../api/suite.ts'
import { Stack } from './stack.ts'

onEachEngine('longshore compose config', (subject) => {
  const stack = new Stack(subject, 'pier')
  afterAll(() => stack.remove())

  test('prints the whole, its parts, and what can be loaded again [15.10]', async () => {
    stack.write(`
services:
  web: {image: "app:\${TAG:-1}", environment: {A: "$$x"}, volumes: ["data:/d"], networks: [front]}
  tool: {build: ., profiles: [tools]}
networks: {front: {}}
volumes: {data: {}}
`)
    const lines = async (args: string) => (await stack.do(args)).stdout.trim().split('\n')
    expect(await lines('config --services')).toEqual(['web'])
    expect(await lines('--profile tools config --services')).toEqual(['web', 'tool'])
    expect(await lines('--profile tools config --images')).toEqual(['app:1', 'pier-tool'])
    expect(await lines('config --volumes')).toEqual(['data'])
    expect(await lines('config --networks')).toEqual(['front'])
    expect(await lines('config --profiles')).toEqual(['tools'])
    expect((await lines('config --hash web'))[0]).toMatch(/^web [0-9a-f]{64}$/)
    expect(await lines('config --hash *')).toEqual(await lines('config --hash web'))
    expect(await lines('config -q')).toEqual([''])
    const json = JSON.parse((await stack.do('config --format json')).stdout)
    expect(json).toMatchObject({
      name: 'pier',
      services: { web: { image: 'app:1', environment: { A: '$$x' } } },
    })
    expect((await stack.do('config --no-interpolate')).stdout).toContain('image: app:${'.concat('TAG:-1}'))

    const whole = (await stack.do('config')).stdout
    await stack.do('config -o again.yaml')
    expect(readFileSync(`${stack.folder}/again.yaml`, 'utf8')).toBe(whole)
    expect((await stack.do('-f again.yaml config')).stdout).toBe(whole)
    expect((await stack.do('version --short')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect((await stack.do('--help')).stdout).toContain('  logs ')
  })
})
