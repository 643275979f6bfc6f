/** Where the window was, kept in the state folder, and brought back only to where a display is. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** A rectangle in device-independent pixels, as Electron's screen counts them. */
export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** How a window is to open: at a remembered place, or at a size that the system places. */
export interface WindowPlace {
  readonly x?: number
  readonly y?: number
  readonly width: number
  readonly height: number
  readonly maximized: boolean
}

/** The smallest window in which the frame still works (UI.md: list and detail share it from 1100 up). */
export const SMALLEST = { width: 720, height: 480 } as const
const FIRST: WindowPlace = { width: 1280, height: 820, maximized: false }
/** So much of the title bar must lie on a display for a person to be able to drag the window back. */
const GRIP = { width: 120, height: 32 } as const

/** The remembered place, fitted to the displays of today; the first-run size when nothing usable is remembered. */
export function placeOnDisplays(remembered: unknown, workAreas: readonly Rectangle[]): WindowPlace {
  if (!isPlace(remembered)) return sized(FIRST, workAreas[0])
  const { x, y, maximized } = remembered
  const area = workAreas.find((candidate) => showsGrip({ ...remembered, x, y }, candidate))
  if (area === undefined) {
    return sized({ width: remembered.width, height: remembered.height, maximized }, workAreas[0])
  }
  return { x, y, ...sized({ width: remembered.width, height: remembered.height, maximized }, area) }
}

/** Reads what was remembered; undefined when there is nothing or it is broken, which costs a place and no more. */
export function readBounds(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** Remembers a place. By rename, so that a crash leaves the old one or the new one. */
export function writeBounds(file: string, place: Rectangle & { readonly maximized: boolean }): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const fresh = `${file}.new`
  writeFileSync(fresh, JSON.stringify(place), { mode: 0o600 })
  renameSync(fresh, file)
}

function sized(place: WindowPlace, area: Rectangle | undefined): WindowPlace {
  const within = (size: number, smallest: number, room: number | undefined) =>
    Math.max(smallest, Math.min(size, room ?? size))
  return {
    ...place,
    width: within(place.width, SMALLEST.width, area?.width),
    height: within(place.height, SMALLEST.height, area?.height),
  }
}

function showsGrip(place: Rectangle, area: Rectangle): boolean {
  const across = Math.min(place.x + place.width, area.x + area.width) - Math.max(place.x, area.x)
  const down = Math.min(place.y + GRIP.height, area.y + area.height) - Math.max(place.y, area.y)
  return across >= GRIP.width && down >= GRIP.height
}

function isPlace(value: unknown): value is Rectangle & { readonly maximized: boolean } {
  if (typeof value !== 'object' || value === null) return false
  const place = value as Record<string, unknown>
  return (
    ['x', 'y', 'width', 'height'].every((key) => Number.isSafeInteger(place[key])) &&
    typeof place.maximized === 'boolean'
  )
}
