/** Volumes: rows, from the engine's answers and the containers that mount them. Pure. */
import type { VolumeShape } from '../../../engine/client/shapes.ts'
import type { VolumeRow } from '../../contract/volumes.ts'

export function rowOfVolume(volume: VolumeShape, usedBy: readonly string[]): VolumeRow {
  const labels = volume.Labels ?? {}
  return {
    name: volume.Name,
    driver: volume.Driver,
    createdAt: volume.CreatedAt || null,
    mountpoint: volume.Mountpoint,
    // Engines name by 64 hex digits; newer ones say it with a label as well.
    anonymous: 'com.docker.volume.anonymous' in labels || /^[0-9a-f]{64}$/.test(volume.Name),
    usedBy,
    labels,
    raw: volume,
  }
}
