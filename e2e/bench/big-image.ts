/** The image that load and pull are timed with: ten layers, 400 MB, 4,000 files, compressible by half as images are. */
import { createCipheriv } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import { makeImage, type TestImage } from '../fixtures/oci.ts'
import { type TarEntry, tar } from '../fixtures/tar.ts'

const LAYERS = 10
const FILES = 400
const FILE_BYTES = 100_000

/** The name under which it is loaded. */
export const LOADED = 'localhost/bench-loaded:1'

/** The image and the tars of its layers, lowest first. The same bytes each time. */
export function bigImage(): { readonly image: TestImage; readonly tars: readonly Buffer[] } {
  const tars = Array.from({ length: LAYERS }, (_, layer) => layerTar(layer))
  return { image: makeImage(tars, { Cmd: ['true'] }), tars }
}

function layerTar(layer: number): Buffer {
  const random = createCipheriv('aes-128-ctr', Buffer.alloc(16, layer + 1), Buffer.alloc(16))
  const entries: TarEntry[] = [{ path: `layer${layer}/`, kind: 'folder' }]
  const words = Buffer.from('the tide lifts every hull that is not made fast to the quay; ')
  for (let file = 0; file < FILES; file++) {
    // A part of noise, a part of text: what programs, archives and sources are to a compressor, on average.
    const noise = random.update(Buffer.alloc(FILE_BYTES * 0.4))
    const text = Buffer.alloc(FILE_BYTES * 0.6)
    for (let at = 0; at < text.length; at += words.length + 2) {
      words.copy(text, at)
      if (at + words.length + 2 <= text.length)
        noise.copy(text, at + words.length, at % noise.length, (at % noise.length) + 2)
    }
    if (file < 20) entries.push({ path: `layer${layer}/${file}/`, kind: 'folder' })
    entries.push({ path: `layer${layer}/${file % 20}/file${file}`, content: Buffer.concat([noise, text]) })
  }
  return tar(entries)
}

/** Writes it as `docker save` does (image-spec v1.2 of Docker: manifest.json beside the layers). */
export function writeArchive(path: string, { image, tars }: ReturnType<typeof bigImage>): void {
  const file = openSync(path, 'w')
  const put = (name: string, content: Buffer) => {
    const entry = tar([{ path: name, content }])
    writeSync(file, entry.subarray(0, entry.length - 1024))
  }
  try {
    const config = `${image.config.digest.slice('sha256:'.length)}.json`
    const layers = tars.map((_, n) => `layer${n}/layer.tar`)
    put(config, image.config.bytes)
    for (const [n, bytes] of tars.entries()) put(layers[n] ?? '', bytes)
    put(
      'manifest.json',
      Buffer.from(JSON.stringify([{ Config: config, RepoTags: [LOADED], Layers: layers }])),
    )
    writeSync(file, Buffer.alloc(1024))
  } finally {
    closeSync(file)
  }
}
