/** The config of a built image: history with its times, and the layers (OCI image-spec, config.md). Pure. */
import type { Digest } from '../../oci/descriptor.ts'
import type { HistoryEntry, ImageConfig } from '../../oci/image-config.ts'
import type { StepId } from '../plan/step.ts'
import type { BuiltTarget } from './target.ts'

/**
 * `created` is the time of the last layer, as BuildKit has it: a build that found everything in the cache gives the
 * same image again. An instruction that adds no layer has the time of the layer before it. `epoch` (seconds) is the
 * latest that any time says.
 */
export function imageConfig(target: BuiltTarget, epoch: number | null): ImageConfig {
  const { config, step } = target.image
  const entries = history(target).map((entry) => cut(entry, epoch))
  const created = entries.findLast((entry) => entry.created !== undefined)?.created
  const { created: _, history: __, rootfs: ___, ...rest } = config
  return {
    ...rest,
    ...(created === undefined ? {} : { created }),
    rootfs: { type: 'layers', diff_ids: step === null ? [] : target.layersOf(step) },
    history: entries,
  }
}

/** The config with other layers in the place of its own, one for one. */
export function withLayers(config: ImageConfig, diffIds: readonly Digest[]): ImageConfig {
  return { ...config, rootfs: { type: 'layers', diff_ids: diffIds } }
}

/**
 * The config of the image squashed: what `base` has stays, all above is one layer. Its history says so, as `docker
 * build --squash` has it: each instruction stays and adds nothing, a last entry adds the layer.
 */
export function squashedConfig(
  config: ImageConfig,
  base: ImageConfig | null,
  layer: Digest,
  names: { readonly from: string; readonly to: string },
): ImageConfig {
  const kept = base?.history?.length ?? 0
  const entries = (config.history ?? []).map((entry, at) =>
    at < kept ? entry : { ...entry, empty_layer: true },
  )
  const comment = base === null ? `create new from ${names.from}` : `merge ${names.from} to ${names.to}`
  const merge: HistoryEntry = {
    ...(config.created === undefined ? {} : { created: config.created }),
    comment,
  }
  return {
    ...config,
    rootfs: { type: 'layers', diff_ids: [...(base?.rootfs.diff_ids ?? []), layer] },
    history: [...entries, merge],
  }
}

function history({ image, layersOf, madeAt }: BuiltTarget): readonly HistoryEntry[] {
  const base = image.base?.config.history ?? []
  let count = image.base === null ? 0 : layersOf(image.base.step).length
  const own = image.history.map((entry): HistoryEntry => {
    const added = entry.step === null ? 0 : layersOf(entry.step).length - count
    count += added
    return {
      ...(entry.step === null || added === 0 ? {} : { created: timeOf(entry.step, madeAt) }),
      created_by: entry.createdBy,
      ...(entry.comment === '' ? {} : { comment: entry.comment }),
      ...(added === 0 ? { empty_layer: true } : {}),
    }
  })
  return dated([...base, ...own])
}

/** Entries without a time get that of the first new layer, or of the layer before them. */
function dated(entries: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const firstWithout = entries.findIndex(({ created }) => created === undefined)
  if (firstWithout === -1) return entries
  let time =
    entries.slice(firstWithout).find(({ created }) => created !== undefined)?.created ??
    entries.findLast(({ created }) => created !== undefined)?.created
  let late = false
  return entries.map((entry) => {
    if (entry.created !== undefined) {
      if (late) time = entry.created
      return entry
    }
    late = true
    return time === undefined ? entry : { created: time, ...entry }
  })
}

function cut(entry: HistoryEntry, epoch: number | null): HistoryEntry {
  if (epoch === null) return entry
  const latest = new Date(epoch * 1000)
  const { created } = entry
  if (created !== undefined && new Date(created) <= latest) return entry
  return { ...entry, created: latest.toISOString() }
}

function timeOf(step: StepId, madeAt: BuiltTarget['madeAt']): string {
  return new Date(madeAt(step)).toISOString()
}
