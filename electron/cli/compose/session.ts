/** A program in a container and the terminal that it was started from, joined until it ends. */
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { demux } from '../../../engine/client/frames.ts'
import { write } from './terminal.ts'

export interface SessionOptions {
  /** The program has a terminal: keys go to it raw, and it is told the window's size. */
  readonly terminal: boolean
  /** What is typed, or piped in, is given to it. */
  readonly stdin: boolean
  readonly resize: (rows: number, columns: number) => Promise<void>
  /** Ctrl-C and SIGTERM, where no terminal passes ctrl-C on. */
  readonly onSignal?: (signal: 'SIGINT' | 'SIGTERM') => void
}

/** Resolves when its output has ended. The end of our input is the end of its. */
export async function join(stream: Duplex, options: SessionOptions): Promise<void> {
  const { stdin, stdout } = process
  const raw = options.terminal && options.stdin && stdin.isTTY
  const resize = () => void options.resize(stdout.rows, stdout.columns).catch(() => undefined)
  const forward = { SIGINT: () => options.onSignal?.('SIGINT'), SIGTERM: () => options.onSignal?.('SIGTERM') }
  if (raw) stdin.setRawMode(true)
  if (options.terminal && stdout.isTTY) {
    resize()
    process.on('SIGWINCH', resize)
  }
  if (options.onSignal) process.on('SIGINT', forward.SIGINT).on('SIGTERM', forward.SIGTERM)
  const feeding = options.stdin ? feed(stream) : undefined
  if (!options.stdin) stream.end()
  try {
    for await (const { stream: name, bytes } of demux(stream, options.terminal))
      await write(process[name], bytes)
  } finally {
    feeding?.stop()
    if (raw) stdin.setRawMode(false)
    process.off('SIGWINCH', resize).off('SIGINT', forward.SIGINT).off('SIGTERM', forward.SIGTERM)
    stream.destroy()
  }
}

/** Gives stdin to the program, no faster than it takes it. */
function feed(stream: Duplex): { readonly stop: () => void } {
  const { stdin } = process
  const onData = (chunk: Buffer) => {
    if (stream.writable && !stream.write(chunk)) {
      stdin.pause()
      void once(stream, 'drain').then(
        () => stdin.resume(),
        () => undefined,
      )
    }
  }
  const onEnd = () => void stream.end()
  stdin.on('data', onData).once('end', onEnd)
  // A program that has ended takes no more; that is no failure of ours.
  stream.on('error', () => undefined)
  return {
    stop: () => {
      stdin.off('data', onData).off('end', onEnd)
      stdin.pause()
    },
  }
}
