/**
 * The shell: the main process holds windows and starts things; all that Longshore does happens in the services
 * process, so that nothing here can be slow or hold a secret.
 */
import path from 'node:path'
import type { BrowserWindow, WebContents } from 'electron'
import { app, dialog, ipcMain, Menu, protocol, session, shell } from 'electron'
import { menuTemplate } from './menu.ts'
import { guardNavigation } from './navigation.ts'
import { listPageFiles, PAGE_SCHEME_PRIVILEGES, servePage } from './page-files.ts'
import { guardPermissions } from './permissions.ts'
import { handOverPorts } from './port-handover.ts'
import { guardRequests } from './requests.ts'
import { writeServicesArguments } from './services-arguments.ts'
import { ServicesHost } from './services-host.ts'
import { type DesktopSettings, readSettings } from './settings.ts'
import { openWindow } from './window.ts'

/** Where the parts of the shell are. Absolute paths. */
export interface ShellFiles {
  /** The bundled preload. */
  readonly preload: string
  /** The services process's bundle. */
  readonly services: string
  /** The folder of the built page. */
  readonly page: string
  readonly icon: string
  /** The embedded engine's entry and the Node that runs it; they need not exist (macOS, Windows). */
  readonly engine: string
  readonly node: string
}

/** Starts the shell, or brings the window of the running one to the front and ends. */
export function startShell(files: ShellFiles): void {
  const settings = readSettings(process.argv.slice(app.isPackaged ? 1 : 2), process.env)
  // One Chromium profile, and so one desktop shell, for each state folder.
  app.setPath('userData', path.join(settings.state, 'window'))
  protocol.registerSchemesAsPrivileged([PAGE_SCHEME_PRIVILEGES])
  app.enableSandbox()
  if (app.requestSingleInstanceLock()) run(files, settings)
  else app.quit()
}

function run(files: ShellFiles, settings: DesktopSettings): void {
  const services = new ServicesHost(
    {
      file: files.services,
      args: writeServicesArguments({
        ...settings,
        engine: files.engine,
        node: files.node,
        page: files.page,
        version: app.getVersion(),
      }),
      env: definedOf(process.env),
    },
    note,
  )
  const windows = new Windows(files, settings)
  app.on('second-instance', () => windows.show())
  app.on('activate', () => windows.show())
  app.on('web-contents-created', (_event, contents) => {
    guardNavigation(contents, { openExternal: (url) => shell.openExternal(url), note })
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  endTogether(services)
  handOverPorts(ipcMain, { isOurs: (contents) => windows.has(contents), services, note })
  app
    .whenReady()
    .then(() => {
      services.start()
      guardPermissions(session.defaultSession, note)
      guardRequests(session.defaultSession, note)
      servePage(protocol, listPageFiles(files.page))
      Menu.setApplicationMenu(
        Menu.buildFromTemplate(
          menuTemplate({
            isMac: process.platform === 'darwin',
            isPackaged: app.isPackaged,
            showWindow: () => windows.show(),
            openStateFolder: () => void shell.openPath(settings.state),
          }),
        ),
      )
      windows.show()
    })
    .catch((error: unknown) => {
      // Without a page there is no window to say it in.
      dialog.showErrorBox('Longshore could not start', error instanceof Error ? error.message : String(error))
      app.exit(1)
    })
}

/** Quitting waits for the services to write what they keep; a signal ends us as Quit does. */
function endTogether(services: ServicesHost): void {
  let stopped = false
  app.on('will-quit', (event) => {
    if (stopped) return
    event.preventDefault()
    void services.stop().then(() => {
      stopped = true
      app.quit()
    })
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit())
}

/** The windows that are ours: those opened here, and nothing that Electron made for another reason. */
class Windows {
  readonly #files: ShellFiles
  readonly #bounds: string
  readonly #open = new Map<number, BrowserWindow>()

  constructor(files: ShellFiles, settings: DesktopSettings) {
    this.#files = files
    this.#bounds = path.join(settings.state, 'window.json')
  }

  has(contents: WebContents): boolean {
    return this.#open.has(contents.id)
  }

  /** Brings the window to the front, opening it if there is none. */
  show(): void {
    const [window] = this.#open.values()
    if (window === undefined) {
      const { preload, icon } = this.#files
      const fresh = openWindow({ preload, icon, bounds: this.#bounds }, note)
      const { id } = fresh.webContents
      this.#open.set(id, fresh)
      fresh.on('closed', () => this.#open.delete(id))
      return
    }
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
  }
}

function note(line: string): void {
  console.error(`longshore: ${line}`)
}

function definedOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
