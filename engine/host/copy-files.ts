/** Copies files into a root as COPY of a Dockerfile does, by the C helper (attach/copy.c): links in it lead nowhere else. */
import { feed, firstText, start } from './files-helper.ts'

/** One thing to do. Paths are absolute inside their root; a destination with a slash at its end is a folder. */
export type CopyFrame =
  /** What holds from here on: the owner of all that is copied (null: the source's own), and its mode (`chmod`; empty). */
  | {
      readonly kind: 'rules'
      readonly owner: { readonly uid: number; readonly gid: number } | null
      readonly chmod: string
    }
  | {
      readonly kind: 'copy'
      /** Place among the sources. */
      readonly source: number
      /** Without an owner of the rules, all becomes root's. */
      readonly rootOwned: boolean
      readonly path: string
      /** What a file is called in a folder. */
      readonly name: string
      readonly destination: string
      /** Of a folder: paths in it, folders before what is in them; null copies all of it. */
      readonly entries: Iterable<string> | AsyncIterable<string> | null
    }
  | {
      readonly kind: 'inline'
      readonly mode: number
      readonly name: string
      readonly destination: string
      readonly content: Uint8Array
    }
  /** A folder and those above it. */
  | { readonly kind: 'mkdir'; readonly path: string }

/** Folders of the host. An overlay is given by its options, to be mounted with `cwd` for their relative paths. */
export interface CopyPlaces {
  readonly out: string
  /** What is seen beneath `out`; null is nothing. */
  readonly below: string | null
  /** Where overlays are mounted, for the helper alone. */
  readonly work: string
  readonly sources: readonly string[]
  readonly cwd: string
}

/** Throws `not-found` for a source that is not there, `invalid` for what cannot be; the tree is half-written then. */
export async function copyFiles(
  { out, below, work, sources, cwd }: CopyPlaces,
  frames: Iterable<CopyFrame> | AsyncIterable<CopyFrame>,
  signal?: AbortSignal,
): Promise<void> {
  const helper = start(['copy', out, work, below ?? '', ...sources], { input: true, cwd })
  const stop = () => helper.child.kill('SIGKILL')
  signal?.addEventListener('abort', stop, { once: true })
  try {
    signal?.throwIfAborted()
    await firstText(helper)
    await feed(helper, encode(frames))
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

async function* encode(frames: Iterable<CopyFrame> | AsyncIterable<CopyFrame>): AsyncGenerator<Uint8Array> {
  for await (const frame of frames) {
    switch (frame.kind) {
      case 'rules': {
        const { uid = 0, gid = 0 } = frame.owner ?? {}
        yield Buffer.concat([
          Buffer.from('o'),
          ...[frame.owner ? 1 : 0, uid, gid].map(u32),
          text(frame.chmod),
        ])
        break
      }
      case 'copy': {
        const { source, rootOwned, path, name, destination, entries } = frame
        const numbers = [source, rootOwned ? 1 : 0].map(u32)
        const words = [path, name, destination].map(text)
        yield Buffer.concat([Buffer.from('c'), ...numbers, ...words, u32(entries === null ? 1 : 0)])
        if (entries === null) break
        for await (const entry of entries) yield text(entry)
        yield u32(0)
        break
      }
      case 'inline': {
        const words = [frame.name, frame.destination].map(text)
        yield Buffer.concat([
          Buffer.from('i'),
          u32(frame.mode),
          ...words,
          u32(frame.content.length),
          frame.content,
        ])
        break
      }
      case 'mkdir':
        yield Buffer.concat([Buffer.from('d'), text(frame.path)])
        break
    }
  }
  yield Buffer.from('E')
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([u32(bytes.length), bytes])
}
