/** Packs a context as the programs of the machine do. */
import { execFileSync } from 'node:child_process'

type Pack = (bytes: Buffer) => Promise<Buffer>

function through(program: string): Pack {
  return async (bytes) => execFileSync(program, ['-c'], { input: bytes, maxBuffer: 64 * 1024 * 1024 })
}

export const gzip = through('gzip')
export const bzip2 = through('bzip2')
export const xz = through('xz')
export const zstd = through('zstd')
