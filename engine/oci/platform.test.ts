import { expect, it } from 'vitest'
import { choosePlatform, formatPlatform, parsePlatform } from './platform.ts'

const entry = (name: string, at: number) => ({
  mediaType: 'm',
  digest: `sha256:${String(at).repeat(64)}` as const,
  size: 1,
  platform: parsePlatform(name),
})
const offered = [
  'linux/arm/v6',
  'linux/arm/v7',
  'linux/arm64',
  'linux/amd64',
  'unknown/unknown',
  'windows/amd64',
].map(entry)

it.each([
  ['linux/amd64', 'linux/amd64'],
  ['amd64', 'linux/amd64'],
  ['linux/x86_64', 'linux/amd64'],
  ['linux/arm64/v8', 'linux/arm64'],
  ['linux/arm64', 'linux/arm64'],
  ['linux/arm/v7', 'linux/arm/v7'],
  ['linux/arm/v6', 'linux/arm/v6'],
  ['linux/arm', 'linux/arm/v7'],
  ['linux/arm/v5', undefined],
  ['linux/s390x', undefined],
])('%s gets %s', (want, chosen) => {
  const found = choosePlatform({ schemaVersion: 2, manifests: offered }, parsePlatform(want))
  expect(found?.platform && formatPlatform(found.platform)).toBe(chosen)
})

it.each(['', 'linux/', 'a/b/c/d', 'linux/am d64'])('refuses "%s"', (text) => {
  expect(() => parsePlatform(text)).toThrow(/invalid/)
})
