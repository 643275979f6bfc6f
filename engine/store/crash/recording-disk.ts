/** This machine's disk, with everything done to one folder written into a crash log: for tests. */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { type Disk, realDisk } from '../../host/disk.ts'
import { type CrashLog, ROOT } from './crash-log.ts'

/** A disk that does everything and logs what was done beneath `root`, which must be there and empty. */
export function recordingDisk<T>(root: string, log: CrashLog<T>, before: () => void): Disk {
  const tree = new LoggedTree(root, log)
  // What an operation under way has done already is not to be taken for another program's doing.
  const underWay = (path: string) => [...busy].some((paths) => paths.includes(path))
  const busy = new Set<readonly unknown[]>()
  const done = <A extends unknown[], R>(act: (...args: A) => Promise<R>, note: (...args: A) => void) => {
    return async (...args: A): Promise<R> => {
      busy.add(args)
      try {
        const result = await act(...args)
        before()
        note(...args)
        return result
      } finally {
        busy.delete(args)
      }
    }
  }
  const during = <A extends unknown[]>(
    act: (...args: A) => Promise<void>,
    begin: (...args: A) => () => void,
  ) => {
    return async (...args: A): Promise<void> => {
      before()
      const end = begin(...args)
      await act(...args)
      end()
    }
  }
  return {
    ensureFolder(path, mode) {
      realDisk.ensureFolder(path, mode)
      for (const made of tree.learn(path, 'folder')) log.syncing({ folder: made })()
    },
    mkdir: done(realDisk.mkdir, (path) => void tree.learn(path, 'folder')),
    async create(path, mode) {
      const node = { now: -1 }
      const file = await done(realDisk.create, () => {
        node.now = tree.add(path, { kind: 'file' })
      })(path, mode)
      return {
        ...file,
        async write(pieces, at) {
          await file.write(pieces, at)
          log.change({ do: 'write', node: node.now, at, bytes: Buffer.concat(pieces) })
        },
        async sync() {
          const end = log.syncing({ file: node.now })
          await file.sync()
          end()
        },
      }
    },
    writeFile: done(realDisk.writeFile, (path, content) => {
      log.change({ do: 'write', node: tree.add(path, { kind: 'file' }), at: 0, bytes: Buffer.from(content) })
    }),
    rename: done(realDisk.rename, (from, to) => tree.move(from, to)),
    link: done(realDisk.link, (from, to) => tree.name(to, tree.find(from))),
    symlink: done(realDisk.symlink, (target, path) => void tree.add(path, { kind: 'symlink', target })),
    unlink: done(realDisk.unlink, (path) => tree.forget(path)),
    async removeTree(path) {
      tree.learnAll(path, underWay)
      await realDisk.removeTree(path)
      before()
      tree.forget(path)
    },
    syncFolder: during(realDisk.syncFolder, (path) => log.syncing({ folder: tree.find(path) })),
    syncFileSystem: during(realDisk.syncFileSystem, (path) => {
      tree.learnAll(path, underWay)
      return log.syncing('everything')
    }),
  }
}

/** What is called what just now; says each change of it to the log. */
class LoggedTree {
  readonly #root: string
  readonly #log: CrashLog<unknown>
  readonly #folders = new Map<number, Map<string, number>>([[ROOT, new Map()]])

  constructor(root: string, log: CrashLog<unknown>) {
    this.#root = root
    this.#log = log
  }

  find(path: string): number {
    let node = ROOT
    for (const part of this.#parts(path)) {
      const next = this.#folders.get(node)?.get(part)
      if (next === undefined) throw new Error(`the log knows no ${path}`)
      node = next
    }
    return node
  }

  name(path: string, node: number): void {
    const folder = this.find(dirname(path))
    this.#folders.get(folder)?.set(basename(path), node)
    this.#log.change({ do: 'name', folder, name: basename(path), node })
  }

  add(path: string, node: Parameters<CrashLog<unknown>['node']>[0]): number {
    const number = this.#log.node(node)
    if (node.kind === 'folder') this.#folders.set(number, new Map())
    this.name(path, number)
    return number
  }

  /** Logs what is missing of a folder's path; answers the folders whose names were. */
  learn(path: string, kind: 'folder'): readonly number[] {
    const parents: number[] = []
    let at = this.#root
    for (const part of this.#parts(path)) {
      const parent = this.find(at)
      at = join(at, part)
      if (this.#folders.get(parent)?.has(part)) continue
      this.add(at, { kind })
      parents.push(parent)
    }
    return parents
  }

  /** Logs what other programs (tar, cp, a container) have put beneath `path`. */
  learnAll(path: string, underWay: (path: string) => boolean): void {
    if (underWay(path)) return
    const stat = lstatSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return
    if (!this.#knows(path)) {
      if (stat.isDirectory()) this.add(path, { kind: 'folder' })
      else if (stat.isSymbolicLink()) this.add(path, { kind: 'symlink', target: readlinkSync(path) })
      else if (stat.isFile()) {
        const node = this.add(path, { kind: 'file' })
        this.#log.change({ do: 'write', node, at: 0, bytes: readFileSync(path) })
      }
    }
    // A mounted root shows what is elsewhere.
    if (!stat.isDirectory() || basename(path) === 'merged') return
    for (const name of readdirSync(path)) this.learnAll(join(path, name), underWay)
  }

  move(from: string, to: string): void {
    const [folder, target] = [this.find(dirname(from)), this.find(dirname(to))]
    const node = this.find(from)
    this.#folders.get(folder)?.delete(basename(from))
    this.#folders.get(target)?.set(basename(to), node)
    const [name, newName] = [basename(from), basename(to)]
    this.#log.change({ do: 'move', from: folder, name, to: target, newName })
  }

  /** Children first, as a removal goes. */
  forget(path: string): void {
    if (!this.#knows(path)) return
    for (const name of [...(this.#folders.get(this.find(path))?.keys() ?? [])]) this.forget(join(path, name))
    const folder = this.find(dirname(path))
    this.#folders.get(folder)?.delete(basename(path))
    this.#log.change({ do: 'unname', folder, name: basename(path) })
  }

  #knows(path: string): boolean {
    let node: number | undefined = ROOT
    for (const part of this.#parts(path)) {
      node = node === undefined ? undefined : this.#folders.get(node)?.get(part)
    }
    return node !== undefined
  }

  #parts(path: string): readonly string[] {
    return relative(this.#root, path).split('/').filter(Boolean)
  }
}
