/** A crash's file system, made real in a folder so that a store can be opened on it; and what tells two apart. */
import { createHash } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CrashState, type Node, ROOT } from './crash-log.ts'

/** Larger contents are kept once and linked. */
const COPIED_BYTES = 4096

/** Words that are the same for states that are. `folded` folders count by the names in them alone: what is below goes anyway. */
export function fingerprint(
  state: CrashState<unknown>,
  nodes: readonly Node[],
  folded: readonly string[],
): string {
  const hash = createHash('sha256')
  const walk = (node: number, path: string, fold: boolean): void => {
    for (const [name, child] of [...(state.names.get(node) ?? [])].sort()) {
      const at = path === '' ? name : `${path}/${name}`
      const written = (state.writes.get(child) ?? []).map((write) => `${write.at}+${write.bytes.length}`)
      hash.update(`${at}\0${child}\0${fold ? '' : written.join()}\n`)
      if (nodes[child]?.kind === 'folder' && !fold) walk(child, at, folded.includes(at))
    }
  }
  walk(ROOT, '', false)
  return hash.digest('hex')
}

/** Writes the state into `folder`, which must be new. `kept` is where large contents are shared between states. */
export function materialise(
  state: CrashState<unknown>,
  nodes: readonly Node[],
  folder: string,
  kept: string,
): void {
  mkdirSync(folder, { recursive: true })
  const places = new Map<number, string>()
  const put = (number: number, place: string): void => {
    const node = nodes[number] as Node
    switch (node.kind) {
      case 'folder':
        mkdirSync(place)
        fill(number, place)
        return
      case 'symlink':
        symlinkSync(node.target, place)
        return
      case 'file': {
        const first = places.get(number)
        if (first !== undefined) linkSync(first, place)
        else writeOrLink(contentOf(state, number), place, kept)
        places.set(number, place)
      }
    }
  }
  const fill = (number: number, place: string): void => {
    for (const [name, child] of state.names.get(number) ?? []) put(child, join(place, name))
  }
  fill(ROOT, folder)
}

/** Holes, where a write was lost and a later one was not, read as zeros. */
function contentOf(state: CrashState<unknown>, node: number): Buffer {
  const writes = state.writes.get(node) ?? []
  const content = Buffer.alloc(Math.max(0, ...writes.map(({ at, bytes }) => at + bytes.length)))
  for (const { at, bytes } of writes) content.set(bytes, at)
  return content
}

function writeOrLink(content: Buffer, place: string, kept: string): void {
  if (content.length <= COPIED_BYTES) {
    writeFileSync(place, content)
    return
  }
  const shared = join(kept, createHash('sha256').update(content).digest('hex'))
  if (!existsSync(shared)) writeFileSync(shared, content)
  linkSync(shared, place)
}
