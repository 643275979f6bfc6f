/** The log file's lines (`TIME stdout F text`, as conmon's k8s-file driver writes them) as entries. */

/** One line of the file. `whole`: the text's line ends here; a long line comes in several that are not whole. */
export interface LogEntry {
  readonly stream: 1 | 2
  readonly whole: boolean
  /** RFC 3339 as in the file. */
  readonly time: string
  readonly text: Buffer
}

const NEWLINE = 10
const SPACE = 32
const LETTER_F = 70

/** Cuts bytes into entries; what is left of an unfinished line comes first in the next call. */
export class LogSplitter {
  #rest: Buffer = Buffer.alloc(0)

  /** Entries of `chunk`, oldest first. Lines that are no log lines (a torn write) are left out. */
  split(chunk: Buffer): LogEntry[] {
    const entries: LogEntry[] = []
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let from = 0
    for (let end = bytes.indexOf(NEWLINE, from); end !== -1; end = bytes.indexOf(NEWLINE, from)) {
      const entry = parseEntry(bytes.subarray(from, end))
      from = end + 1
      if (entry) entries.push(entry)
    }
    // A copy, so that the reader may use its buffer again.
    this.#rest = Buffer.from(bytes.subarray(from))
    return entries
  }
}

function parseEntry(line: Buffer): LogEntry | null {
  const first = line.indexOf(SPACE)
  const second = line.indexOf(SPACE, first + 1)
  if (first === -1 || second === -1 || line.length < second + 2) return null
  const name = line.toString('latin1', first + 1, second)
  if (name !== 'stdout' && name !== 'stderr') return null
  return {
    stream: name === 'stdout' ? 1 : 2,
    whole: line[second + 1] === LETTER_F,
    time: line.toString('latin1', 0, first),
    text: line.subarray(second + 3),
  }
}
