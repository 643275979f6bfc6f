/** Compressions that archives from people have and images have not: bzip2 and xz, by the host's programs. */
import { peekCompression } from '../archive/compression.ts'
import { throughProgram } from '../host/filter-program.ts'

/**
 * `source` as it is, or without its bzip2 or xz: what comes out is plain, gzip or zstd. Throws `unavailable` when the
 * program is not installed, `invalid` for damaged data.
 */
export async function* withoutRareCompression(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { compression, whole } = await peekCompression(source)
  if (compression === 'bzip2' || compression === 'xz') {
    yield* throughProgram(compression, ['-d', '-c'], whole)
    return
  }
  yield* whole
}
