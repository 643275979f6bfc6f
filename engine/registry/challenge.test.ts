import { expect, it } from 'vitest'
import { parseChallenges } from './challenge.ts'

it.each([
  [
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/a:pull,push"',
    [
      {
        scheme: 'bearer',
        parameters: {
          realm: 'https://auth.docker.io/token',
          service: 'registry.docker.io',
          scope: 'repository:library/a:pull,push',
        },
      },
    ],
  ],
  ['Basic realm="a \\"b\\", c"', [{ scheme: 'basic', parameters: { realm: 'a "b", c' } }]],
  ['basic realm=plain', [{ scheme: 'basic', parameters: { realm: 'plain' } }]],
  [
    'Negotiate, Basic realm="x", Bearer realm="y"',
    [
      { scheme: 'negotiate', parameters: {} },
      { scheme: 'basic', parameters: { realm: 'x' } },
      { scheme: 'bearer', parameters: { realm: 'y' } },
    ],
  ],
  ['', []],
])('%s', (header, challenges) => {
  expect(parseChallenges(header)).toEqual(challenges)
})
