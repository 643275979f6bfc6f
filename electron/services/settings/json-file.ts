/** Settings: what the application keeps in its state folder. This file: one small JSON document, written whole. */
import { mkdirSync, readFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import path from 'node:path'
import { EngineError } from '../../../engine/errors.ts'

export class JsonFile<T> {
  readonly #path: string
  #value: T
  /** Writes one after the other, so that the last update is the last on disk. */
  #writing: Promise<void> = Promise.resolve()

  /** Reads `file`; `parse` makes a value of what is there, or of `undefined` when there is nothing. */
  constructor(file: string, parse: (found: unknown) => T) {
    this.#path = file
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    this.#value = parse(readIfThere(file))
  }

  get value(): T {
    return this.#value
  }

  /** Changes the value at once and resolves when it is durable on disk. */
  update(change: (value: T) => T): Promise<void> {
    this.#value = change(this.#value)
    const text = `${JSON.stringify(this.#value, null, 2)}\n`
    this.#writing = this.#writing.catch(() => {}).then(() => writeWhole(this.#path, text))
    return this.#writing
  }
}

function readIfThere(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new EngineError(
      'unavailable',
      `cannot read ${file}: ${(cause as Error).message}. Correct it, or remove it to begin afresh.`,
      { cause },
    )
  }
}

/** A reader sees the old text or the new one, a crash included. */
async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}.new`
  const handle = await open(temporary, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
}
