/**
 * Desktop: the shell that Electron runs, and the only importer of `electron` beside the preload. The main process
 * holds windows and starts things; all that Longshore does happens in the services process.
 */
import path from 'node:path'
import { app, BrowserWindow, ipcMain, Menu, protocol, session, shell } from 'electron'
import { menuTemplate } from './menu.ts'
import { guardNavigation } from './navigation.ts'
import { listPageFiles, PAGE_SCHEME_PRIVILEGES, servePage } from './page-files.ts'
import { guardPermissions } from './permissions.ts'
import { handOverPorts } from './port-handover.ts'
import { guardRequests } from './requests.ts'
import { ServicesHost } from './services-host.ts'
import { readSettings } from './settings.ts'
import { openWindow } from './window.ts'

/** The bundles lie together in dist/desktop, the page in dist/renderer, the icons in assets. */
const bundles = import.meta.dirname
const top = path.resolve(bundles, '../..')

const settings = readSettings(process.argv.slice(app.isPackaged ? 1 : 2), process.env)

/** Which windows are ours: those in this set, and nothing that Electron made for another reason. */
const ours = new Set<number>()

function note(line: string): void {
  console.error(`longshore: ${line}`)
}

function showWindow(): void {
  const [window] = BrowserWindow.getAllWindows()
  if (window !== undefined) {
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
    return
  }
  const fresh = openWindow(
    {
      preload: path.join(bundles, 'preload.cjs'),
      bounds: path.join(settings.state, 'window.json'),
      icon: path.join(top, 'assets/icon.png'),
    },
    note,
  )
  const { id } = fresh.webContents
  ours.add(id)
  fresh.on('closed', () => ours.delete(id))
}

function start(): void {
  const services = new ServicesHost(
    {
      file: path.join(bundles, 'services.cjs'),
      args: settings.serviceArgs,
      env: definedOf(process.env),
    },
    note,
  )
  app.on('second-instance', showWindow)
  app.on('activate', showWindow)
  app.on('web-contents-created', (_event, contents) => {
    guardNavigation(contents, { openExternal: (url) => shell.openExternal(url), note })
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  // Quitting waits for the services to write what they keep; the second quit finds them gone.
  let stopped = false
  app.on('will-quit', (event) => {
    if (stopped) return
    event.preventDefault()
    void services.stop().then(() => {
      stopped = true
      app.quit()
    })
  })
  // A signal ends us as Quit does.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit())

  handOverPorts(ipcMain, { isOurs: (contents) => ours.has(contents.id), services, note })
  void app.whenReady().then(() => {
    services.start()
    guardPermissions(session.defaultSession, note)
    guardRequests(session.defaultSession, note)
    servePage(protocol, listPageFiles(path.join(top, 'dist/renderer')))
    Menu.setApplicationMenu(
      Menu.buildFromTemplate(
        menuTemplate({
          isMac: process.platform === 'darwin',
          isPackaged: app.isPackaged,
          showWindow,
          openStateFolder: () => void shell.openPath(settings.state),
        }),
      ),
    )
    showWindow()
  })
}

function definedOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

// One Chromium profile, and so one desktop shell, for each state folder.
app.setPath('userData', path.join(settings.state, 'window'))
protocol.registerSchemesAsPrivileged([PAGE_SCHEME_PRIVILEGES])
app.enableSandbox()
if (app.requestSingleInstanceLock()) start()
else app.quit()
