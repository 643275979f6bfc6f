/** Writes a build's progress in the style that was asked for. */
import type { WriteStream } from 'node:tty'
import type { BuildProgress } from '../../../../engine/api/longshore/build-events.ts'
import type { ProgressStyle } from '../options.ts'
import { BuildModel } from './model.ts'
import { PlainView } from './plain.ts'
import { RawView } from './raw.ts'
import { paint, repaint } from './terminal.ts'

/** Times in the painted view go on between events. */
const REPAINT_MS = 150

export interface Reporter {
  readonly model: BuildModel
  add(event: BuildProgress): void
  /** The last of it; nothing is written afterwards. */
  close(): void
}

/** Writes to `out`, which standard error is. `id` names the build. */
export function reporter(
  style: ProgressStyle,
  id: string,
  out: WriteStream | NodeJS.WritableStream,
): Reporter {
  const screen = 'isTTY' in out && out.isTTY ? out : null
  switch (style) {
    case 'tty':
      return painted(out, screen)
    case 'auto':
      return screen === null ? lines(new PlainView(), out) : painted(out, screen)
    case 'plain':
      return lines(new PlainView(), out)
    case 'rawjson':
      return lines(new RawView(id), out)
    case 'quiet': {
      const model = new BuildModel()
      return { model, add: (event) => void model.add(event), close: () => {} }
    }
  }
}

function lines(
  view: { readonly model: BuildModel; add(event: BuildProgress): readonly string[] },
  out: NodeJS.WritableStream,
): Reporter {
  return {
    model: view.model,
    add: (event) => {
      const text = view.add(event)
      if (text.length > 0) out.write(`${text.join('\n')}\n`)
    },
    close: () => {},
  }
}

function painted(out: NodeJS.WritableStream, screen: WriteStream | null): Reporter {
  const model = new BuildModel()
  const startedAt = Date.now()
  let painted = 0
  const draw = () => {
    // A terminal that nobody has told its size says 0.
    const size = { columns: screen?.columns || 80, rows: screen?.rows || 24 }
    const colours = screen !== null && !process.env.NO_COLOR
    const text = paint(model, startedAt, Date.now(), { ...size, colours })
    out.write(repaint(text, painted))
    painted = text.length
  }
  const timer = setInterval(draw, REPAINT_MS)
  return {
    model,
    add: (event) => void model.add(event),
    close: () => {
      clearInterval(timer)
      draw()
    },
  }
}
