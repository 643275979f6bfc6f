/** Where the last lines of a log begin, found from its end: a long log is not read for its tail. */
import type { FileHandle } from 'node:fs/promises'

const BLOCK = 64 * 1024
const NEWLINE = 10
const LETTER_F = 70

/** Offset at which the last `count` whole lines of a file of `size` bytes begin. */
export async function tailOffset(file: FileHandle, size: number, count: number): Promise<number> {
  if (count <= 0) return size
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
      if (endsLine(bytes.subarray(before + 1, lineEnd)) && start !== size) missing -= 1
      if (missing === 0) return start
      start = from + before + 1
      if (before === -1) return 0
      lineEnd = before
    }
    carry = Buffer.from(bytes.subarray(0, lineEnd))
    end = from
  }
  return start
}

/** True for an entry that ends its line (`... F text`). */
function endsLine(line: Buffer): boolean {
  const space = line.indexOf(' ')
  const second = line.indexOf(' ', space + 1)
  return second !== -1 && line[second + 1] === LETTER_F
}
