/** conmon's control FIFO: a line a command. */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { EngineError } from '../errors.ts'

/** Tells the supervisor the terminal's size in characters. Throws `conflict` when it is gone. */
export function resizeTerminal(control: string, rows: number, cols: number): Promise<void> {
  return tell(control, `1 ${rows} ${cols}\n`)
}

/** Tells the supervisor to reopen its log file. */
export function reopenLogFile(control: string): Promise<void> {
  return tell(control, '2 0 0\n')
}

async function tell(control: string, line: string): Promise<void> {
  try {
    // Without O_NONBLOCK, opening would wait for a reader that may never come.
    const fifo = await open(control, constants.O_WRONLY | constants.O_NONBLOCK)
    try {
      await fifo.write(line)
    } finally {
      await fifo.close()
    }
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'ENXIO' || code === 'ENOENT' || code === 'EPIPE') {
      throw new EngineError(
        'conflict',
        'the process is not running: its supervisor does not listen any more',
        {
          cause,
        },
      )
    }
    throw cause
  }
}
