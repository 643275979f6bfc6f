/** Where the last lines of a log begin, found from its end: a long log is not read for its tail. */
import type { FileHandle } from 'node:fs/promises'

const BLOCK = 64 * 1024
const NEWLINE = 10
const LETTER_F = 70

/**
 * Offset at which the last `count` whole lines of a file of `size` bytes begin, and how many of them are not in it.
 * `continued`: the log goes on in another file, so that an unfinished last line is counted there already.
 */
export async function tailOffset(
  file: FileHandle,
  size: number,
  count: number,
  continued = false,
): Promise<{ readonly offset: number; readonly missing: number }> {
  if (count <= 0) return { offset: size, missing: 0 }
  let missing = count
  /** Start of the last file line that is known to belong to the tail. */
  let start = size
  let end = size
  let carry: Buffer = Buffer.alloc(0)
  let sawText = false
  while (end > 0) {
    const from = Math.max(0, end - BLOCK)
    const block = Buffer.alloc(end - from)
    await file.read(block, 0, block.length, from)
    const bytes = Buffer.concat([block, carry])
    let lineEnd = bytes.length
    if (!sawText && bytes[lineEnd - 1] === NEWLINE) lineEnd -= 1
    sawText = true
    for (;;) {
      const before = lineEnd === 0 ? -1 : bytes.lastIndexOf(NEWLINE, lineEnd - 1)
      if (before === -1 && from > 0) break
      // A whole entry that is not the newest one closes the line before the tail's first.
      const ends = endsLine(bytes.subarray(before + 1, lineEnd))
      if (ends && start !== size) missing -= 1
      if (missing === 0) return { offset: start, missing: 0 }
      if (!ends && start === size && continued) missing += 1
      start = from + before + 1
      if (before === -1) return { offset: 0, missing: missing - 1 }
      lineEnd = before
    }
    carry = Buffer.from(bytes.subarray(0, lineEnd))
    end = from
  }
  return { offset: start, missing }
}

/** True for an entry that ends its line (`... F text`). */
function endsLine(line: Buffer): boolean {
  const space = line.indexOf(' ')
  const second = line.indexOf(' ', space + 1)
  return second !== -1 && line[second + 1] === LETTER_F
}
