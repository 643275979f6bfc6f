import { expect, test } from 'vitest'
import { layoutMap } from './map-layout.ts'

const service = (
  name: string,
  dependsOn: readonly string[],
  networks: readonly string[] = [],
  volumes: readonly string[] = [],
) => ({ name, image: name, dependsOn, networks, volumes })
const MAP = {
  services: [
    service('api', ['db'], ['back', 'front']),
    service('db', [], ['back'], ['data']),
    service('web', ['api'], ['front']),
  ],
  networks: [
    { name: 'back', external: false },
    { name: 'front', external: true },
  ],
  volumes: [{ name: 'data', external: false }],
}

test('services stand in the order in which they start, beside each other', () => {
  const { services } = layoutMap(MAP)
  expect(services.map(({ name }) => name)).toEqual(['db', 'api', 'web'])
  expect(new Set(services.map(({ y }) => y)).size).toBe(1)
})
test('a line has a tap for each service on it, and no two taps of a box meet', () => {
  const { lines } = layoutMap(MAP)
  expect(lines.map(({ name, taps }) => `${name}: ${taps.map((tap) => tap.service).join(' ')}`)).toEqual([
    'back: db api',
    'front: api web',
    'data: db',
  ])
  const api = lines.flatMap(({ taps }) => taps.filter((tap) => tap.service === 'api').map(({ x }) => x))
  expect(new Set(api).size).toBe(2)
})
test('who waits for whom is an arc, and a circle does not hang it', () => {
  expect(layoutMap(MAP).arcs.map(({ from, to }) => `${from}>${to}`)).toEqual(['api>db', 'web>api'])
  const circle = { ...MAP, services: [service('a', ['b']), service('b', ['a'])] }
  expect(layoutMap(circle).services).toHaveLength(2)
})
