import { describe, expect, it } from 'vitest'
import type { BuildInput } from '../../contract/builds.ts'
import { buildLine } from './build-line.ts'

const INPUT: BuildInput = {
  engine: 'embedded',
  source: { kind: 'folder', path: '/src/shop' },
  dockerfile: { path: 'Dockerfile', text: null },
  tags: [],
  target: '',
  arguments: {},
  noCache: false,
  pull: false,
  platform: '',
  secrets: [],
}

describe('the line of a build', () => {
  it('is short where nothing was chosen', () => {
    expect(buildLine(INPUT)).toBe('longshore build /src/shop')
  })

  it('says everything that was chosen', () => {
    expect(
      buildLine({
        ...INPUT,
        dockerfile: { path: 'docker/api.Dockerfile', text: null },
        tags: ['shop:1', 'shop:latest'],
        target: 'test',
        arguments: { VERSION: '1.3 beta' },
        noCache: true,
        pull: true,
        platform: 'linux/arm64',
        secrets: [{ id: 'npm', file: '/home/me/.npmrc' }],
      }),
    ).toBe(
      "longshore build -t shop:1 -t shop:latest -f docker/api.Dockerfile --target test --platform linux/arm64 --build-arg 'VERSION=1.3 beta' --secret id=npm,src=/home/me/.npmrc --no-cache --pull /src/shop",
    )
  })

  it('takes a text that is in no file from stdin', () => {
    const dockerfile = { path: 'Dockerfile', text: 'FROM scratch\n' }
    expect(buildLine({ ...INPUT, dockerfile })).toBe('longshore build -f - /src/shop')
    expect(buildLine({ ...INPUT, dockerfile, source: { kind: 'empty' } })).toBe('longshore build -')
    const git = { kind: 'git', address: 'https://host/shop.git#main:api' } as const
    expect(buildLine({ ...INPUT, source: git })).toBe("longshore build 'https://host/shop.git#main:api'")
  })
})
