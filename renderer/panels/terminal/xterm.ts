/** Makes the terminal emulator as Longshore wants it: its colours, its addons, WebGL where the browser has it. */
import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { WebglAddon } from '@xterm/addon-webgl'
import { type ITheme, Terminal } from '@xterm/xterm'
import '@xterm/xterm/css/xterm.css'

export interface Emulator {
  readonly terminal: Terminal
  readonly fit: FitAddon
  readonly search: SearchAddon
}

// The emulator wants sRGB; these are the tokens `--term` and its kin, and the palette of the logs.
const LIGHT_PAGE: ITheme = { background: '#12161c', foreground: '#e1e5ea' }
const DARK_PAGE: ITheme = { background: '#07090c', foreground: '#dbdfe4' }
const COLOURS: ITheme = {
  cursor: '#7cc4ff',
  cursorAccent: '#0a0d12',
  selectionBackground: '#2f6ea866',
  black: '#2a313b',
  red: '#f2787a',
  green: '#67cf96',
  yellow: '#e3c069',
  blue: '#74aef0',
  magenta: '#cf94e8',
  cyan: '#6fc8d8',
  white: '#ced5dd',
  brightBlack: '#7b8592',
  brightRed: '#ff9a98',
  brightGreen: '#8be3b1',
  brightYellow: '#f3d78c',
  brightBlue: '#9cc8ff',
  brightMagenta: '#e2b3f5',
  brightCyan: '#98e0ec',
  brightWhite: '#f4f7fa',
}

/** The colours on a light or a dark page; the terminal itself is dark on both. */
export function terminalTheme(dark: boolean): ITheme {
  return { ...COLOURS, ...(dark ? DARK_PAGE : LIGHT_PAGE) }
}

/** Opens an emulator in `element`. The caller disposes of `terminal`, which takes the addons with it. */
export function openEmulator(element: HTMLElement, label: string, dark: boolean): Emulator {
  const terminal = new Terminal({
    allowProposedApi: true, // the Unicode 11 widths are still behind it
    fontFamily: '"JetBrains Mono Variable", monospace',
    fontSize: 12.5,
    lineHeight: 1.2,
    scrollback: 10_000,
    cursorBlink: false,
    theme: terminalTheme(dark),
    macOptionIsMeta: true,
  })
  const fit = new FitAddon()
  const search = new SearchAddon()
  terminal.loadAddon(fit)
  terminal.loadAddon(search)
  terminal.loadAddon(new WebLinksAddon((_event, uri) => window.open(uri, '_blank', 'noopener')))
  terminal.loadAddon(new Unicode11Addon())
  terminal.unicode.activeVersion = '11'
  terminal.open(element)
  terminal.textarea?.setAttribute('aria-label', label)
  try {
    const webgl = new WebglAddon()
    webgl.onContextLoss(() => webgl.dispose())
    terminal.loadAddon(webgl)
  } catch {
    // No WebGL here: the emulator's own DOM renderer shows the same.
  }
  return { terminal, fit, search }
}
