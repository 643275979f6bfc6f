/**
 * What the page may ask of the machine. Everything is refused unless its row here says otherwise, and each row says
 * why, so that a permission is granted by a reviewed line and never by a default of Chromium's.
 */
import type { Session } from 'electron'
import { isPageUrl } from './page-address.ts'

/** The permissions as this Electron names them: a name that a new version drops or adds here shows in the types. */
type CheckHandler = NonNullable<Parameters<Session['setPermissionCheckHandler']>[0]>
export type Permission = Parameters<CheckHandler>[1]

/** A decision about one permission and its reason. */
export interface Verdict {
  readonly granted: boolean
  readonly why: string
}

const DEFAULT: Verdict = { granted: false, why: 'nothing in Longshore asks for it' }

/** The rows that were thought about; any other permission has the default: refused. */
export const PERMISSIONS: Readonly<Partial<Record<Permission, Verdict>>> = {
  'clipboard-sanitized-write': {
    granted: true,
    why: 'the copy buttons of ids, commands, logs and the terminal write plain text',
  },
  'clipboard-read': {
    granted: false,
    why: 'paste comes with the key or the Edit menu, which need no permission; a script must not read the clipboard',
  },
  'deprecated-sync-clipboard-read': { granted: false, why: 'as clipboard-read' },
  fullscreen: { granted: false, why: 'the View menu does it, not the page' },
  notifications: {
    granted: false,
    why: 'the shell shows them itself, from the services and not from the page',
  },
  openExternal: {
    granted: false,
    why: 'links leave through the window-open handler, which lets only http and https pass',
  },
  fileSystem: { granted: false, why: 'files are read and written by the services, behind the contract' },
  media: { granted: false, why: 'no camera or microphone is ever used' },
  'display-capture': { granted: false, why: 'no screen is ever recorded' },
  geolocation: { granted: false, why: 'no place is ever asked' },
  'local-network-access': { granted: false, why: 'the page talks to the services alone, over its port' },
  'local-network': { granted: false, why: 'as local-network-access' },
  'loopback-network': { granted: false, why: 'as local-network-access' },
  'persistent-storage': { granted: false, why: 'what must last is kept by the services' },
  usb: { granted: false, why: 'no device is ever used' },
  hid: { granted: false, why: 'no device is ever used' },
  serial: { granted: false, why: 'no device is ever used' },
}

/** Decides about `permission` for whoever is at `url`; another page than ours gets nothing. */
export function judgePermission(permission: Permission, url: string): Verdict {
  if (!isPageUrl(url)) return { granted: false, why: `${url || 'an unknown page'} is not Longshore's page` }
  return PERMISSIONS[permission] ?? DEFAULT
}

/** Puts the table in charge of a session. `note` hears each refusal, for the log. */
export function guardPermissions(session: Session, note: (line: string) => void): void {
  session.setPermissionRequestHandler((_contents, permission, callback, details) => {
    const verdict = judgePermission(permission, details.requestingUrl)
    if (!verdict.granted) note(`refused ${permission}: ${verdict.why}`)
    callback(verdict.granted)
  })
  session.setPermissionCheckHandler(
    (_contents, permission, origin) => judgePermission(permission, origin).granted,
  )
  session.setDevicePermissionHandler(() => false)
  session.setDisplayMediaRequestHandler((_request, callback) => callback(null))
}
