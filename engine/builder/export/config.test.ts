import { describe, expect, test } from 'vitest'
import type { Digest } from '../../oci/descriptor.ts'
import type { HistoryEntry, ImageConfig } from '../../oci/image-config.ts'
import { imageConfig, squashedConfig } from './config.ts'
import type { BuiltTarget } from './target.ts'

const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}`
const BASE: ImageConfig = {
  architecture: 'amd64',
  os: 'linux',
  rootfs: { type: 'layers', diff_ids: [digest('b')] },
  history: [{ created: '2026-01-01T00:00:00.000Z', created_by: 'base' }],
}

/** A target of `steps`: names in the order of history, with how many layers each adds; null is no step. */
function target(
  steps: readonly (readonly [string, number | null])[],
  base: ImageConfig | null = BASE,
): BuiltTarget {
  const layers = new Map<string, readonly Digest[]>([['base', base?.rootfs.diff_ids ?? []]])
  let last = 'base'
  for (const [name, added] of steps) {
    if (added === null) continue
    const below = layers.get(last) as readonly Digest[]
    layers.set(name, added === 0 ? below : [...below, digest(name)])
    last = name
  }
  return {
    image: {
      stage: '0',
      platform: { os: 'linux', architecture: 'amd64' },
      step: last === 'base' && base === null ? null : last,
      config: { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } },
      history: steps.map(([name, added]) => ({
        step: added === null ? null : name,
        createdBy: `do ${name}`,
        comment: 'buildkit.dockerfile.v0',
      })),
      base: base === null ? null : { step: 'base', config: base },
    },
    layersOf: (step) => layers.get(step) as readonly Digest[],
    // `1` was made at second 1 of 2027, and so on.
    madeAt: (step) => Date.UTC(2027, 0, 1, 0, 0, Number(step)),
  }
}

const times = (entries: readonly HistoryEntry[] | undefined) =>
  entries?.map(({ created }) => created?.slice(0, 19))

describe('the config of a built image', () => {
  test('has the base’s history and layers below its own', () => {
    const { history, rootfs, created } = imageConfig(target([['1', 1]]), null)
    expect(rootfs.diff_ids).toEqual([digest('b'), digest('1')])
    expect(history).toEqual([
      { created: '2026-01-01T00:00:00.000Z', created_by: 'base' },
      { created: '2027-01-01T00:00:01.000Z', created_by: 'do 1', comment: 'buildkit.dockerfile.v0' },
    ])
    expect(created).toBe('2027-01-01T00:00:01.000Z')
  })

  test('an instruction without a layer has the time of the layer before it', () => {
    const { history } = imageConfig(
      target([
        ['1', 1],
        ['x', null],
        ['3', 1],
        ['y', null],
      ]),
      null,
    )
    expect(times(history)?.slice(1)).toEqual([
      ...['2027-01-01T00:00:01', '2027-01-01T00:00:03', '2027-01-01T00:00:03', '2027-01-01T00:00:03'],
    ])
    expect(history?.map(({ empty_layer }) => empty_layer === true)).toEqual([false, false, true, false, true])
  })

  test('instructions before the first layer have its time', () => {
    const { history } = imageConfig(
      target([
        ['x', null],
        ['2', 1],
      ]),
      null,
    )
    expect(times(history)).toEqual(['2026-01-01T00:00:00', '2027-01-01T00:00:02', '2027-01-01T00:00:02'])
  })

  test('settings alone leave the time of the base', () => {
    const { history, created } = imageConfig(target([['x', null]]), null)
    expect(times(history)).toEqual(['2026-01-01T00:00:00', '2026-01-01T00:00:00'])
    expect(created).toBe('2026-01-01T00:00:00.000Z')
  })

  test('a step that added no layer says so', () => {
    const { history, rootfs } = imageConfig(
      target([
        ['1', 1],
        ['2', 0],
      ]),
      null,
    )
    expect(history?.[2]).toMatchObject({ created_by: 'do 2', empty_layer: true })
    expect(rootfs.diff_ids).toHaveLength(2)
  })

  test('of nothing has no layers and no time', () => {
    const config = imageConfig(target([['x', null]], null), null)
    expect(config.rootfs.diff_ids).toEqual([])
    expect(config).not.toHaveProperty('created')
  })

  test('no time is later than the epoch that was asked for', () => {
    const { history, created } = imageConfig(
      target([
        ['1', 1],
        ['x', null],
      ]),
      1_000_000_000,
    )
    expect(new Set(times(history))).toEqual(new Set(['2001-09-09T01:46:40']))
    expect(created).toBe('2001-09-09T01:46:40.000Z')
    expect(times(imageConfig(target([['1', 1]]), 1_780_000_000).history)).toEqual([
      ...['2026-01-01T00:00:00', '2026-05-28T20:26:40'],
    ])
  })

  test('squashed keeps the base and says what it merged', () => {
    const config = imageConfig(
      target([
        ['1', 1],
        ['2', 1],
      ]),
      null,
    )
    const names = { from: digest('f'), to: digest('t') }
    const squashed = squashedConfig(config, BASE, digest('s'), names)
    expect(squashed.rootfs.diff_ids).toEqual([digest('b'), digest('s')])
    expect(squashed.history?.map(({ empty_layer }) => empty_layer === true)).toEqual([
      false,
      true,
      true,
      false,
    ])
    expect(squashed.history?.at(-1)?.comment).toBe(`merge ${digest('f')} to ${digest('t')}`)
    expect(squashedConfig(config, null, digest('s'), names).history?.at(-1)?.comment).toBe(
      `create new from ${digest('f')}`,
    )
  })
})
