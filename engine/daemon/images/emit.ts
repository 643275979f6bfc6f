/** Events of images, as dockerd words them. */
import type { ImageRecord } from '../../store/store.ts'
import type { ImageEvent } from './parameters.ts'

/** Tells of `action` on an image: with its labels and the name that it was about. */
export function emitImage(
  emit: (event: ImageEvent) => void,
  action: ImageEvent['Action'],
  id: string,
  name: string,
  image: ImageRecord,
): void {
  const attributes = { ...image.config.config?.Labels, name }
  emit({ Type: 'image', Action: action, Actor: { ID: id, Attributes: attributes } })
}
