/** Packets of BuildKit's file transfer (fsutil): who sends walks its files, who receives asks for those it lacks. */

import { encode, encodeNested, MessageReader } from './protobuf.ts'
import { decodeStat, encodeStat, type Stat } from './stat.ts'

export type Packet =
  /** The next file of the walk; null ends it. Files count from 0. */
  | { readonly kind: 'stat'; readonly stat: Stat | null }
  /** Asks for a file's content. */
  | { readonly kind: 'request'; readonly id: number }
  /** A part of a file; an empty one ends it. */
  | { readonly kind: 'data'; readonly id: number; readonly data: Buffer }
  /** Said by the receiver when it has everything, and answered by the sender. */
  | { readonly kind: 'finish' }
  | { readonly kind: 'error'; readonly message: string }

const TYPES = ['stat', 'request', 'data', 'finish', 'error'] as const

/** Throws `invalid` for what is no packet. */
export function decodePacket(message: Buffer): Packet {
  const reader = new MessageReader(message)
  let type = 0
  let id = 0
  let stat: Buffer | null = null
  let data: Buffer = Buffer.alloc(0)
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) type = reader.whole()
    else if (field === 2) stat = reader.bytes()
    else if (field === 3) id = reader.whole()
    else if (field === 4) data = reader.bytes()
    else reader.skip()
  }
  switch (TYPES[type]) {
    case 'stat':
      return { kind: 'stat', stat: stat === null ? null : decodeStat(stat) }
    case 'request':
      return { kind: 'request', id }
    case 'data':
      return { kind: 'data', id, data }
    case 'finish':
      return { kind: 'finish' }
    default:
      return { kind: 'error', message: data.toString('utf8') }
  }
}

export function encodePacket(packet: Packet): Buffer {
  switch (packet.kind) {
    case 'stat':
      return packet.stat === null ? Buffer.alloc(0) : encodeNested(2, encodeStat(packet.stat))
    case 'request':
      return encode([
        [1, 1],
        [3, packet.id],
      ])
    case 'data':
      return encode([
        [1, 2],
        [3, packet.id],
        [4, packet.data],
      ])
    case 'finish':
      return encode([[1, 3]])
    case 'error':
      return encode([
        [1, 4],
        [4, packet.message],
      ])
  }
}
