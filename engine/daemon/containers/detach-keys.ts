/** The keys that let a client leave a terminal without ending its process (ctrl-p,ctrl-q unless it says others). */
import { Transform, type TransformCallback } from 'node:stream'
import { EngineError } from '../../errors.ts'

const DEFAULT_KEYS = 'ctrl-p,ctrl-q'

/** Bytes of `ctrl-p,ctrl-q` or `a,b`. Throws `invalid`. */
export function parseDetachKeys(text: string): Buffer {
  return Buffer.from(
    (text || DEFAULT_KEYS).split(',').map((key) => {
      if (key.length === 1) return key.charCodeAt(0)
      const control = /^ctrl-([a-z@[\\\]^_])$/i.exec(key)?.[1]
      if (!control) throw new EngineError('invalid', `Invalid detach keys (${text}) provided`)
      return control.toUpperCase().charCodeAt(0) & 0x1f
    }),
  )
}

/** Passes a client's input on and calls `onDetach` when it types the keys; those are not passed on. */
export class DetachKeys extends Transform {
  readonly #keys: Buffer
  readonly #onDetach: () => void
  /** How many of the keys were typed in a row; held back until it is clear. */
  #matched = 0

  constructor(keys: Buffer, onDetach: () => void) {
    super()
    this.#keys = keys
    this.#onDetach = onDetach
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#matched === 0 && !chunk.includes(this.#keys[0] ?? 0)) {
      done(null, chunk)
      return
    }
    const out: number[] = []
    for (const byte of chunk) {
      if (byte !== this.#keys[this.#matched]) {
        out.push(...this.#keys.subarray(0, this.#matched))
        this.#matched = byte === this.#keys[0] ? 1 : 0
        if (this.#matched === 0) out.push(byte)
      } else if (++this.#matched === this.#keys.length) {
        this.#matched = 0
        this.push(Buffer.from(out))
        this.#onDetach()
        done()
        return
      }
    }
    done(null, Buffer.from(out))
  }

  override _flush(done: TransformCallback): void {
    done(null, this.#keys.subarray(0, this.#matched))
  }
}
