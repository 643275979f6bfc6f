/** The window: made with every door shut, at the place where it was last. */
import { BrowserWindow, screen } from 'electron'
import { PAGE_URL } from './page-address.ts'
import { placeOnDisplays, readBounds, SMALLEST, writeBounds } from './window-bounds.ts'

/** Where a window's parts are. */
export interface WindowFiles {
  /** The bundled preload. */
  readonly preload: string
  /** Where the window's place is remembered. */
  readonly bounds: string
  readonly icon: string
}

/**
 * What the page's process may be. Most are defaults of this Electron; they are written out because the security of
 * the window must not hang on another project's defaults, and a test compares them.
 */
export const WEB_PREFERENCES = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webSecurity: true,
  webviewTag: false,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  navigateOnDragDrop: false,
  plugins: false,
  safeDialogs: true,
  // Chromium would fetch its dictionaries from the network.
  spellcheck: false,
} as const

/** A page that dies more often than this is not loaded again by itself. */
const RELOAD_PAUSE_MS = 10_000

/** Opens the window and loads the page into it. `note` hears what goes wrong. */
export function openWindow(files: WindowFiles, note: (line: string) => void): BrowserWindow {
  const areas = screen.getAllDisplays().map((display) => display.workArea)
  const { maximized, ...place } = placeOnDisplays(readBounds(files.bounds), areas)
  const window = new BrowserWindow({
    ...place,
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    title: 'Longshore',
    icon: files.icon,
    show: false,
    webPreferences: { ...WEB_PREFERENCES, preload: files.preload },
  })
  if (maximized) window.maximize()
  // Shown with its first paint, so that it never flashes white; the command that started us waits for that.
  window.once('ready-to-show', () => {
    window.show()
    process.send?.('window-shown')
  })
  window.on('close', () => {
    try {
      writeBounds(files.bounds, { ...window.getNormalBounds(), maximized: window.isMaximized() })
    } catch (error) {
      note(`the window's place could not be remembered: ${String(error)}`)
    }
  })
  reloadAfterCrash(window, note)
  window.loadURL(PAGE_URL).catch((error: unknown) => note(`the page did not load: ${String(error)}`))
  return window
}

/** Terminals and logs live in the services, so a page that died can simply be loaded again. */
function reloadAfterCrash(window: BrowserWindow, note: (line: string) => void): void {
  let last = 0
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return
    note(`the page's process is gone: ${reason}`)
    if (Date.now() - last < RELOAD_PAUSE_MS) return
    last = Date.now()
    window.webContents.reload()
  })
}
