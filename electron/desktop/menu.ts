/**
 * The menu bar. Only items that do something here: what the page can do has its place in the page and its palette.
 * The page owns Ctrl+1..8, Ctrl+K, `/`, `?` and single keys; none of the accelerators below is one of them.
 */
import type { MenuItemConstructorOptions } from 'electron'

/** What the menu needs to know and may do. */
export interface MenuDeps {
  readonly isMac: boolean
  /** Reload and developer tools are for those who build Longshore. */
  readonly isPackaged: boolean
  /** Shows the window, making one if all are closed (macOS). */
  showWindow(): void
  openStateFolder(): void
}

/** The template of the menu bar, for `Menu.buildFromTemplate`. */
export function menuTemplate(deps: MenuDeps): MenuItemConstructorOptions[] {
  const { isMac, isPackaged } = deps
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  const application: MenuItemConstructorOptions = {
    role: 'appMenu',
    submenu: [
      { role: 'about' },
      separator,
      { role: 'services' },
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      { role: 'quit' },
    ],
  }
  const file: MenuItemConstructorOptions = {
    label: '&File',
    submenu: [
      { label: 'Show Window', click: deps.showWindow },
      { label: 'Open State Folder', click: deps.openStateFolder },
      separator,
      // Ctrl+W is a key of shells (delete a word) and must reach the terminal; on macOS Command is free.
      isMac ? { role: 'close' } : { role: 'quit', accelerator: 'Ctrl+Shift+Q' },
    ],
  }
  const edit: MenuItemConstructorOptions = {
    label: '&Edit',
    submenu: [
      item('undo', deps),
      item('redo', deps),
      separator,
      item('cut', deps),
      item('copy', deps),
      item('paste', deps),
      item('selectAll', deps),
    ],
  }
  const view: MenuItemConstructorOptions = {
    label: '&View',
    submenu: [
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      separator,
      { role: 'togglefullscreen' },
      ...(isPackaged
        ? []
        : [
            separator,
            // Ctrl+R searches a shell's history, so the reload is moved away from it.
            { role: 'reload', accelerator: 'CmdOrCtrl+Shift+F5' } as const,
            { role: 'toggleDevTools' } as const,
          ]),
    ],
  }
  const window: MenuItemConstructorOptions = {
    label: '&Window',
    role: 'window',
    submenu: [
      // Ctrl+M is Enter to a terminal.
      isMac ? { role: 'minimize' } : { label: 'Minimize', role: 'minimize', registerAccelerator: false },
      ...(isMac ? [{ role: 'zoom' } as const, separator, { role: 'front' } as const] : []),
    ],
  }
  return [...(isMac ? [application] : []), file, edit, view, window]
}

/**
 * An edit item. Beside macOS the page handles the keys itself (Ctrl+A and Ctrl+C mean something in a terminal),
 * so there the item shows its key and does not take it.
 */
function item(
  role: 'undo' | 'redo' | 'cut' | 'copy' | 'paste' | 'selectAll',
  deps: MenuDeps,
): MenuItemConstructorOptions {
  return deps.isMac ? { role } : { role, registerAccelerator: false }
}
