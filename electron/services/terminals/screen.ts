/** Terminals: sessions that outlive the page. This file: a screen and its scrollback, kept without a window. */
import serializeAddon from '@xterm/addon-serialize'
import headless from '@xterm/headless'

/** Lines of scrollback. */
const SCROLLBACK = 10_000

export class Screen {
  readonly #terminal: headless.Terminal
  readonly #serializer = new serializeAddon.SerializeAddon()

  constructor(rows: number, cols: number) {
    this.#terminal = new headless.Terminal({ rows, cols, scrollback: SCROLLBACK, allowProposedApi: true })
    this.#terminal.loadAddon(this.#serializer as unknown as headless.ITerminalAddon)
  }

  get rows(): number {
    return this.#terminal.rows
  }

  get cols(): number {
    return this.#terminal.cols
  }

  /** Takes output; `taken` is called, in order, when the screen shows it. */
  write(bytes: Uint8Array | string, taken: () => void): void {
    this.#terminal.write(bytes, taken)
  }

  resize(rows: number, cols: number): void {
    this.#terminal.resize(cols, rows)
  }

  /** Everything as text that draws it again: scrollback, screen, modes, cursor. */
  serialize(): string {
    return this.#serializer.serialize({ scrollback: SCROLLBACK })
  }

  dispose(): void {
    this.#terminal.dispose()
  }
}
