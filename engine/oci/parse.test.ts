import { describe, expect, it } from 'vitest'
import { parseConfig, parseManifest } from './parse.ts'

const ROOTFS = { type: 'layers', diff_ids: [`sha256:${'a'.repeat(64)}`] }
const parse = (json: object) =>
  parseConfig(Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: ROOTFS, ...json })))

describe('parseConfig', () => {
  it('keeps what it knows, takes null as left out and a lone text as a list', () => {
    const config = parse({
      created: '2026-01-02T03:04:05Z',
      container_config: { Cmd: 5 },
      config: { Cmd: 'sh', Env: null, Entrypoint: ['/x'], Volumes: { '/v': {} }, Hostname: 'h' },
    })
    expect(config).toEqual({
      os: 'linux',
      architecture: 'amd64',
      created: '2026-01-02T03:04:05Z',
      config: { Cmd: ['sh'], Entrypoint: ['/x'], Volumes: { '/v': {} } },
      history: [],
      rootfs: ROOTFS,
    })
  })

  it.each([
    [{ config: { Env: [1] } }, /config\.Env is not of the right type/],
    [{ config: { Labels: { a: 1 } } }, /config\.Labels/],
    [{ config: { User: {} } }, /config\.User/],
    [{ config: { Healthcheck: { Interval: 'x' } } }, /config\.Healthcheck/],
    [{ config: [] }, /its config is/],
    [{ history: 'x' }, /its history/],
    [{ rootfs: null }, /names no layers/],
    [{ rootfs: { diff_ids: ['../x'] } }, /not a valid sha256 digest/],
  ])('refuses %j', (json, words) => {
    expect(() => parse(json)).toThrow(words)
  })
})

describe('parseManifest', () => {
  it.each([null, 'linux', { os: 5 }, { os: 'linux' }])('takes the platform %j for none', (platform) => {
    const entry = { digest: `sha256:${'a'.repeat(64)}`, size: 1, mediaType: 'x', platform }
    const parsed = parseManifest(Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [entry] })))
    expect(parsed.kind === 'index' && parsed.index.manifests[0]).not.toHaveProperty('platform')
  })
})
