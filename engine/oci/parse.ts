/** Manifests, indexes and configs read from bytes of unknown origin: shape checked here, trusted everywhere else. */
import { EngineError } from '../errors.ts'
import type { Descriptor, Index, Manifest, Platform } from './descriptor.ts'
import { parseDigest } from './digest.ts'
import type { ImageConfig } from './image-config.ts'
import { isIndexType, isManifestType } from './media-types.ts'
import { parseHistory, parseRunConfig } from './run-config.ts'

/** A manifest or an index, told apart. */
export type ParsedManifest =
  | { readonly kind: 'manifest'; readonly manifest: Manifest }
  | { readonly kind: 'index'; readonly index: Index }

type Json = Readonly<Record<string, unknown>>

/** Reads a manifest or index. `contentType` decides where the document does not say what it is. Throws `invalid`. */
export function parseManifest(bytes: Uint8Array, contentType?: string): ParsedManifest {
  const json = parseObject(bytes, 'manifest')
  const said = typeof json.mediaType === 'string' ? json.mediaType : contentType?.split(';')[0]?.trim()
  if (json.schemaVersion !== 2) {
    throw new EngineError(
      'invalid',
      `the manifest has schema version ${JSON.stringify(json.schemaVersion)}: Docker's old image format (schema 1) is not supported. Ask its publisher to push it again with a current tool.`,
    )
  }
  // A document that could be read as both would mean one thing here and another elsewhere (CVE-2021-41190).
  if (Array.isArray(json.layers) && Array.isArray(json.manifests)) {
    throw new EngineError('invalid', 'the manifest has both layers and manifests, which is not allowed')
  }
  if (Array.isArray(json.manifests)) {
    if (said !== undefined && isManifestType(said)) throw ambiguous(said)
    const manifests = json.manifests.map((entry, at) => parseDescriptor(entry, `manifests[${at}]`))
    return { kind: 'index', index: { ...(json as object), schemaVersion: 2, manifests } }
  }
  if (!Array.isArray(json.layers)) throw new EngineError('invalid', 'the manifest names no layers')
  if (said !== undefined && isIndexType(said)) throw ambiguous(said)
  const layers = json.layers.map((entry, at) => parseDescriptor(entry, `layers[${at}]`))
  const config = parseDescriptor(json.config, 'config')
  return { kind: 'manifest', manifest: { ...(json as object), schemaVersion: 2, config, layers } }
}

/** Reads the config of an image. Throws `invalid`. */
export function parseConfig(bytes: Uint8Array): ImageConfig {
  const json = parseObject(bytes, 'image config')
  const rootfs = json.rootfs as Json | undefined
  if (typeof rootfs !== 'object' || rootfs === null || !Array.isArray(rootfs.diff_ids)) {
    throw new EngineError('invalid', 'the image config names no layers (rootfs.diff_ids): it is not an image')
  }
  const diffIds = rootfs.diff_ids.map((id) => parseDigest(id, 'a diff id of the image config'))
  return {
    ...pick(json, ['created', 'author', 'variant', 'os.version']),
    architecture: typeof json.architecture === 'string' ? json.architecture : '',
    os: typeof json.os === 'string' && json.os !== '' ? json.os : 'linux',
    config: parseRunConfig(json.config),
    history: parseHistory(json.history),
    rootfs: { type: 'layers', diff_ids: diffIds },
  }
}

/** Those of the texts that are there. */
function pick(json: Json, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => (typeof json[name] === 'string' ? [[name, json[name]]] : [])),
  )
}

function parseDescriptor(value: unknown, what: string): Descriptor {
  if (typeof value !== 'object' || value === null)
    throw new EngineError('invalid', `the manifest's ${what} is missing`)
  const json = value as Json
  const digest = parseDigest(json.digest, `the digest of the manifest's ${what}`)
  if (typeof json.size !== 'number' || !Number.isSafeInteger(json.size) || json.size < 0) {
    throw new EngineError('invalid', `the manifest's ${what} has no valid size`)
  }
  const { platform, ...rest } = json
  return {
    ...rest,
    ...(isPlatform(platform) ? { platform } : {}),
    mediaType: typeof json.mediaType === 'string' ? json.mediaType : '',
    digest,
    size: json.size,
  }
}

/** A platform that says nothing usable is none: its image is as good as without. */
function isPlatform(value: unknown): value is Platform {
  if (typeof value !== 'object' || value === null) return false
  const { os, architecture, variant } = value as Json
  const text = (each: unknown) => typeof each === 'string'
  return text(os) && text(architecture) && (variant === undefined || text(variant))
}

function parseObject(bytes: Uint8Array, what: string): Json {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new EngineError('invalid', `the ${what} is not JSON`, { cause })
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new EngineError('invalid', `the ${what} is not a JSON object`)
  }
  return json as Json
}

function ambiguous(said: string): EngineError {
  return new EngineError('invalid', `the manifest is not of the type it claims to be (${said})`)
}
