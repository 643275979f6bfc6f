/** Protocol Buffers' wire format, as far as BuildKit's messages use it (protobuf.dev, "Encoding"). */
import { EngineError } from '../../../errors.ts'

/** What a field may hold when it is written; zero values and empty ones are left out, as proto3 has it. */
export type FieldValue = string | Uint8Array | number | bigint | boolean | null

/** One field: its number and its value. A field that repeats stands several times. */
export type Field = readonly [number: number, value: FieldValue]

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5

/** A message of these fields, in their order. Numbers are whole. */
export function encode(fields: readonly Field[]): Buffer {
  const parts: Buffer[] = []
  for (const [number, value] of fields) {
    if (value === null || value === '' || value === 0 || value === 0n || value === false) continue
    if (typeof value === 'string' || value instanceof Uint8Array) {
      const bytes = typeof value === 'string' ? Buffer.from(value) : value
      if (bytes.length === 0) continue
      parts.push(varint((number << 3) | BYTES), varint(bytes.length), Buffer.from(bytes))
    } else {
      parts.push(varint((number << 3) | VARINT), varint(value === true ? 1 : value))
    }
  }
  return Buffer.concat(parts)
}

/** A message within a message: written even when it is empty, for being there says something. */
export function encodeNested(number: number, message: Uint8Array): Buffer {
  return Buffer.concat([varint((number << 3) | BYTES), varint(message.length), message])
}

function varint(value: number | bigint): Buffer {
  if (typeof value === 'number' && value >= 0 && value < 0x80) return Buffer.of(value)
  // Negative numbers are ten bytes of two's complement.
  let rest = BigInt.asUintN(64, BigInt(value))
  const bytes: number[] = []
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}

/** Reads a message field by field, copying nothing. Throws `invalid` for what is no message. */
export class MessageReader {
  readonly #bytes: Buffer
  #at = 0
  #wireType = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** The number of the next field, or 0 at the end. Its value must be read, or skipped, next. */
  next(): number {
    if (this.#at >= this.#bytes.length) return 0
    const key = this.#varint()
    this.#wireType = key & 7
    return key >>> 3
  }

  /** A whole number, as a double: exact up to 2^53. */
  whole(): number {
    if (this.#wireType !== VARINT) throw malformed('a number was expected')
    return this.#varint()
  }

  /** A signed number of 64 bits. */
  whole64(): bigint {
    if (this.#wireType !== VARINT) throw malformed('a number was expected')
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asIntN(64, value)
    }
    throw malformed('a number is too long')
  }

  /** A view of the bytes. */
  bytes(): Buffer {
    if (this.#wireType !== BYTES) throw malformed('bytes were expected')
    const length = this.#varint()
    const end = this.#at + length
    if (end > this.#bytes.length) throw malformed('it ends too soon')
    const bytes = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return bytes
  }

  text(): string {
    return this.bytes().toString('utf8')
  }

  skip(): void {
    switch (this.#wireType) {
      case VARINT:
        this.#varint()
        return
      case FIXED64:
        this.#at += 8
        return
      case BYTES:
        this.bytes()
        return
      case FIXED32:
        this.#at += 4
        return
      default:
        throw malformed(`wire type ${this.#wireType}`)
    }
  }

  #varint(): number {
    let value = 0
    let scale = 1
    for (let count = 0; count < 10; count++) {
      const byte = this.#byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
    throw malformed('a number is too long')
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw malformed('it ends too soon')
    return byte
  }
}

function malformed(why: string): EngineError {
  return new EngineError('invalid', `a message of the build's client cannot be read: ${why}`)
}
