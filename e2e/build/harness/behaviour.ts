/** One behaviour of the Dockerfile reference in a few words: what is built, and what is looked at. */
import { expect } from 'vitest'
import type { BuildCase } from './cases.ts'
import type { Built } from './image.ts'

/** What an image must have. */
export interface Expected {
  /** Path -> the file's text. */
  readonly contents?: Readonly<Record<string, string>>
  /** Path -> what is known of it: type, mode, uid, gid, mtime, target. */
  readonly entries?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Paths that must not be there. */
  readonly absent?: readonly string[]
  /** Settings of the image. */
  readonly config?: Readonly<Record<string, unknown>>
  /** The last lines of its history. */
  readonly history?: readonly RegExp[]
  /** Layers above those of the base image. */
  readonly layers?: number
}

/** Layers of each image that tests stand on. */
const BASE_LAYERS: Readonly<Record<string, number>> = {
  busybox: 1,
  'with-user:1': 1,
  'layered:1': 4,
  scratch: 0,
}

/** A case whose image must be as `expected`. `lines` are the Dockerfile; the last FROM tells its base. */
export function behaviour(
  title: string,
  lines: readonly string[],
  expected: Expected,
  more: Omit<BuildCase, 'title' | 'dockerfile' | 'look'> = {},
): BuildCase {
  const dockerfile = `${lines.join('\n')}\n`
  // A step that another case ran before would be of that build's time.
  const flags = ['--no-cache', ...(more.flags ?? [])]
  return { title, dockerfile, ...more, flags, look: (built) => expectImage(built, expected, baseOf(lines)) }
}

/** A case that must fail and say why. */
export function refused(
  title: string,
  lines: readonly string[],
  fails: RegExp,
  more: Omit<BuildCase, 'title' | 'dockerfile' | 'fails'> = {},
): BuildCase {
  return { title, dockerfile: `${lines.join('\n')}\n`, fails, ...more }
}

function expectImage(built: Built, expected: Expected, base: string): void {
  const { contents = {}, entries = {}, absent = [], config = {}, history = [] } = expected
  const found = Object.keys(contents).map((path) => [path, textOf(built, path)])
  expect(Object.fromEntries(found)).toEqual(contents)
  for (const [path, entry] of Object.entries(entries))
    expect(built.files.get(path), path).toMatchObject(entry)
  expect(absent.filter((path) => built.files.has(path))).toEqual([])
  expect(built.config.config).toMatchObject(config)
  const steps = built.config.history.slice(-history.length || built.config.history.length)
  history.forEach((pattern, at) => {
    expect(steps[at]?.created_by).toMatch(pattern)
  })
  if (expected.layers !== undefined) {
    expect(built.layers.length - (BASE_LAYERS[base] ?? 0)).toBe(expected.layers)
  }
}

function textOf(built: Built, path: string): string | null {
  return built.files.has(path) ? built.text(path) : null
}

function baseOf(lines: readonly string[]): string {
  return lines.findLast((line) => line.startsWith('FROM '))?.split(' ')[1] ?? ''
}
