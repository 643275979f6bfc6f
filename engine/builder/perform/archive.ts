/** Whether a file is an archive that ADD unpacks: a tar, compressed or not, by what is in it and not by its name. */
import { createReadStream } from 'node:fs'
import { decompress } from '../../archive/compression.ts'
import { isEngineError } from '../../errors.ts'
import { withoutRareCompression } from '../../store/decompress.ts'

const BLOCK_BYTES = 512

/** Looks at the first block of what is in it. */
export async function isArchive(path: string): Promise<boolean> {
  const source = createReadStream(path, { highWaterMark: 64 * 1024 })
  let first = Buffer.alloc(0)
  try {
    for await (const chunk of decompress(withoutRareCompression(source))) {
      first = Buffer.concat([first, chunk])
      if (first.length >= BLOCK_BYTES) break
    }
  } catch (error) {
    // What begins like something compressed and is not, is no archive.
    if (isEngineError(error) || (error as NodeJS.ErrnoException).code?.startsWith('Z_')) return false
    throw error
  } finally {
    source.destroy()
  }
  return first.length >= BLOCK_BYTES && hasChecksum(first.subarray(0, BLOCK_BYTES))
}

/** A header's sum of its bytes, its own field taken as blanks. */
function hasChecksum(block: Buffer): boolean {
  const field = block.toString('latin1', 148, 156)
  const said = /^[ 0]*([0-7]+)[\0 ]/.exec(field)?.[1]
  if (said === undefined) return false
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0)
  return Number.parseInt(said, 8) === sum
}
