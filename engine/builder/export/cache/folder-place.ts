/** `type=local`: a cache as an OCI layout in a folder of this host. */
import { createReadStream, createWriteStream } from 'node:fs'
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { EngineError } from '../../../errors.ts'
import type { Descriptor, Digest, Index } from '../../../oci/descriptor.ts'
import { hexOf, verified } from '../../../oci/digest.ts'
import { OCI_INDEX } from '../../../oci/media-types.ts'
import { parseManifest } from '../../../oci/parse.ts'
import type { CachePlace } from './place.ts'
import { parsed, read } from './registry-place.ts'

const REF_NAME = 'org.opencontainers.image.ref.name'

/** The layout in `folder`; `tag` tells several in it apart. */
export function folderPlace(folder: string, tag: string): CachePlace {
  const blobOf = (digest: Digest) => path.join(folder, 'blobs/sha256', hexOf(digest))
  const bytesOf = async ({ digest, size }: Descriptor) => {
    const parts: Uint8Array[] = []
    for await (const part of verified(createReadStream(blobOf(digest)), { digest, size })) parts.push(part)
    return Buffer.concat(parts)
  }
  return {
    name: `folder ${folder}`,
    read: async () => {
      const index = await readIndex(folder)
      const entry = index.manifests.find(({ annotations }) => annotations?.[REF_NAME] === tag)
      if (!entry) return null
      const document = parseManifest(await bytesOf(entry), entry.mediaType)
      if (document.kind !== 'manifest') return null
      const { manifest } = document
      const cache = read(manifest, parsed(await bytesOf(manifest.config)))
      return cache && { ...cache, open: async ({ digest }) => contents(blobOf(digest)) }
    },
    write: async (blobs, { descriptor, bytes }, { signal, begun }) => {
      await mkdir(path.join(folder, 'blobs/sha256'), { recursive: true }).catch((cause: Error) => {
        throw new EngineError('invalid', `the cache cannot be kept in ${folder}: ${cause.message}`, { cause })
      })
      for (const blob of blobs) {
        begun(blob.descriptor)
        await put(blobOf(blob.descriptor.digest), async (part) =>
          pipeline(await blob.read(), createWriteStream(part), { signal }),
        )
      }
      await put(blobOf(descriptor.digest), (part) => writeFile(part, bytes))
      const others = (await readIndex(folder)).manifests.filter(
        ({ annotations }) => annotations?.[REF_NAME] !== tag,
      )
      const own = { ...descriptor, annotations: { [REF_NAME]: tag } }
      const index: Index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [...others, own] }
      await writeFile(path.join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
      const place = path.join(folder, 'index.json')
      await writeFile(`${place}.new`, JSON.stringify(index))
      await rename(`${place}.new`, place)
    },
  }
}

/** Opened only when it is read: a file that is not there is then the reader's to hear of. */
async function* contents(place: string): AsyncGenerator<Uint8Array, void, undefined> {
  yield* createReadStream(place)
}

async function readIndex(folder: string): Promise<Index> {
  const none: Index = { schemaVersion: 2, manifests: [] }
  const text = await readFile(path.join(folder, 'index.json')).catch(() => null)
  if (text === null) return none
  const index = parsed(text) as Partial<Index> | null
  return Array.isArray(index?.manifests) ? { ...none, ...index } : none
}

/** A file that is whole from the moment it has its name; one that is there is left. */
async function put(place: string, write: (part: string) => Promise<void>): Promise<void> {
  if (
    await access(place).then(
      () => true,
      () => false,
    )
  )
    return
  const part = `${place}.part-${process.pid}`
  try {
    await write(part)
    await rename(part, place)
  } finally {
    await rm(part, { force: true })
  }
}
