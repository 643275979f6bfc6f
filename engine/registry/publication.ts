/** One repository of a registry, for writing (distribution spec v1.1, "Push"). */
import { EngineError } from '../errors.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import type { Transport } from './transport.ts'
import { type Upload, type Uploaded, uploadBlob } from './upload.ts'
import type { Following, Wire } from './wire.ts'

/** Made by `Registry.publication`. */
export class Publication {
  readonly #wire: Wire
  readonly #transport: Transport

  constructor(wire: Wire, transport: Transport) {
    this.#wire = wire
    this.#transport = transport
  }

  /** Makes the registry have a blob. Throws `unauthorized`, `forbidden`, `unavailable`, `cancelled`. */
  blob(upload: Upload, following: Following = {}): Promise<Uploaded> {
    return uploadBlob(this.#wire, this.#transport, upload, following)
  }

  /** Does the repository have this manifest? */
  async hasManifest({ digest, mediaType }: Descriptor, following: Following = {}): Promise<boolean> {
    const request = { method: 'HEAD', to: `/manifests/${digest}`, headers: { accept: mediaType } } as const
    const answer = await this.#wire.send(request, following)
    await answer.body.dump().catch(() => {})
    return answer.statusCode === 200
  }

  /** Puts a manifest or index, bytes as they are, under a tag or its own digest. Everything in it must be there. */
  async manifest(
    name: string,
    descriptor: Descriptor,
    bytes: Uint8Array,
    following: Following = {},
  ): Promise<void> {
    const headers = { 'content-type': descriptor.mediaType }
    const request = { method: 'PUT', to: `/manifests/${name}`, headers, body: bytes } as const
    const answer = await this.#wire.send(request, following)
    if (answer.statusCode >= 300) throw await this.#wire.refusal(answer, 'push')
    await answer.body.dump().catch(() => {})
    const said = answer.headers['docker-content-digest']
    if (typeof said === 'string' && said !== descriptor.digest) {
      throw new EngineError(
        'unavailable',
        `the registry keeps the manifest ${descriptor.digest} as ${said}: it has changed it on its way`,
      )
    }
  }
}
