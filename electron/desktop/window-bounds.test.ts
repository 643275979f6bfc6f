import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { placeOnDisplays, readBounds, SMALLEST, writeBounds } from './window-bounds.ts'

const left = { x: 0, y: 0, width: 1920, height: 1080 }
const right = { x: 1920, y: 0, width: 2560, height: 1440 }
const kept = { x: 2000, y: 100, width: 1400, height: 900, maximized: false }

describe('the place of the window', () => {
  test('is the remembered one while its display is there', () => {
    expect(placeOnDisplays(kept, [left, right])).toEqual(kept)
  })

  test('is given up, and the size kept, when its display is gone', () => {
    expect(placeOnDisplays(kept, [left])).toEqual({ width: 1400, height: 900, maximized: false })
  })

  test('is given up when the title bar would be out of reach', () => {
    for (const place of [
      { ...kept, x: 0, y: -40 },
      { ...kept, x: -1390, y: 0 },
      { ...kept, x: 0, y: 1070 },
      { ...kept, x: 1_000_000, y: 0 },
    ]) {
      expect(placeOnDisplays(place, [left])).not.toHaveProperty('x')
    }
  })

  test('is cut to the display, and never too small to use', () => {
    expect(placeOnDisplays({ ...kept, x: 0, y: 0, width: 5000, height: 5000 }, [left])).toMatchObject({
      width: 1920,
      height: 1080,
    })
    expect(placeOnDisplays({ ...kept, x: 0, y: 0, width: 1, height: -5 }, [left])).toMatchObject(SMALLEST)
  })

  test.each([
    undefined,
    null,
    'x',
    {},
    { ...kept, x: '1' },
    { ...kept, width: Number.NaN },
    { ...kept, maximized: 1 },
  ])('is the first one when %j is remembered', (remembered) => {
    expect(placeOnDisplays(remembered, [left])).toEqual({ width: 1280, height: 820, maximized: false })
  })

  test('survives the file, and a broken file costs only the place', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'longshore-bounds-'))
    try {
      const file = path.join(folder, 'state/window.json')
      expect(readBounds(file)).toBeUndefined()
      writeBounds(file, kept)
      expect(readBounds(file)).toEqual(kept)
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(kept)
      writeFileSync(file, '{"x":')
      expect(readBounds(file)).toBeUndefined()
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
