/** Media types of image content: OCI's (image-spec media-types.md) and Docker's (distribution manifest-v2-2). */

export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json'
export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json'
export const OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar'
export const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json'
export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
export const DOCKER_SCHEMA1 = 'application/vnd.docker.distribution.manifest.v1+json'
export const DOCKER_SCHEMA1_SIGNED = 'application/vnd.docker.distribution.manifest.v1+prettyjws'
export const DOCKER_CONFIG = 'application/vnd.docker.container.image.v1+json'
export const DOCKER_LAYER = 'application/vnd.docker.image.rootfs.diff.tar'

/** What a manifest request accepts, best first. */
export const ACCEPTED_MANIFESTS: readonly string[] = [OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST]

/** Does this type name a list of manifests? */
export function isIndexType(mediaType: string): boolean {
  return mediaType === OCI_INDEX || mediaType === DOCKER_LIST
}

/** Does this type name the manifest of one image? */
export function isManifestType(mediaType: string): boolean {
  return mediaType === OCI_MANIFEST || mediaType === DOCKER_MANIFEST
}

/** Types of layers that an overlay can be made of. How one is compressed is read from its bytes, not from its type. */
export function isLayerType(mediaType: string): boolean {
  return (
    mediaType === DOCKER_LAYER ||
    mediaType.startsWith(`${DOCKER_LAYER}.`) ||
    mediaType === OCI_LAYER ||
    mediaType.startsWith(`${OCI_LAYER}+`) ||
    isForeignLayerType(mediaType)
  )
}

/** Layers that a registry need not hold, to be fetched from their `urls`. */
export function isForeignLayerType(mediaType: string): boolean {
  return (
    mediaType.startsWith('application/vnd.docker.image.rootfs.foreign.diff.tar') ||
    mediaType.startsWith('application/vnd.oci.image.layer.nondistributable.v1.tar')
  )
}
