/**
 * Builds longshore-native, the engine's C helper. Plain Node 20 without dependencies, so that scripts may call it
 * before anything is installed. Where no compiler is, the prebuilt program in assets/native serves, as long as its
 * manifest carries the hash of the very same source.
 *
 *   node engine/host/attach/build.mjs              compile into .cache/native, or say what is used instead
 *   node engine/host/attach/build.mjs --prebuilt   make assets/native anew for x64 and arm64 (needs both compilers)
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const sourceDir = dirname(fileURLToPath(import.meta.url))
const repository = join(sourceDir, '../../..')
const cacheDir = join(repository, '.cache/native')
const prebuiltDir = join(repository, 'assets/native')
const program = 'longshore-native'
const flags = ['-O2', '-static', '-s', '-Wall', '-Wextra', '-Wno-missing-field-initializers']
const crossCompilers = { x64: 'x86_64-linux-gnu-gcc', arm64: 'aarch64-linux-gnu-gcc' }

/** sha256 (hex) over the names and contents of the C files: what a program is made of. */
export function sourceHash() {
  const hash = createHash('sha256')
  for (const name of readdirSync(sourceDir).sort()) {
    if (!/\.[ch]$/.test(name)) continue
    hash
      .update(`${name}\0`)
      .update(readFileSync(join(sourceDir, name)))
      .update('\0')
  }
  return hash.digest('hex')
}

/**
 * Makes the helper available for this machine.
 * Returns `{ path, from: 'cache' | 'compiled' | 'prebuilt' }`; throws with a remedy when there is no way.
 */
export function build() {
  const hash = sourceHash()
  const path = join(cacheDir, hash.slice(0, 16), program)
  if (existsSync(path)) return { path, from: 'cache' }
  const compiler = ['cc', 'gcc', 'clang'].find(works)
  let failure = 'no C compiler (cc, gcc or clang) is installed'
  if (compiler && process.platform === 'linux') {
    try {
      compile(compiler, path)
      return { path, from: 'compiled' }
    } catch (error) {
      // A compiler without a static C library is as good as none here.
      failure = `${compiler} failed: ${error.stderr?.toString().trim() || error.message}`
    }
  }
  const prebuilt = prebuiltProgram(hash)
  if (prebuilt) return { path: prebuilt, from: 'prebuilt' }
  throw new Error(
    `cannot make ${program}: ${failure}, and assets/native has none of this source for ` +
      `${process.platform}-${process.arch}. Install gcc and libc6-dev, then run: node engine/host/attach/build.mjs`,
  )
}

/** Path of the prebuilt program when it is of this source and unharmed, else null. */
export function prebuiltProgram(hash = sourceHash(), arch = process.arch) {
  try {
    const manifest = JSON.parse(readFileSync(join(prebuiltDir, 'manifest.json'), 'utf8'))
    const path = join(prebuiltDir, `linux-${arch}`, program)
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
    return manifest.source === hash && manifest.programs[`linux-${arch}`] === sha256 ? path : null
  } catch {
    return null // absent or half there: the caller says what that means
  }
}

/** Makes the prebuilt programs and their manifest. */
export function buildPrebuilt() {
  const programs = {}
  for (const [arch, compiler] of Object.entries(crossCompilers)) {
    const path = join(prebuiltDir, `linux-${arch}`, program)
    compile(arch === process.arch && !works(compiler) ? 'cc' : compiler, path)
    programs[`linux-${arch}`] = createHash('sha256').update(readFileSync(path)).digest('hex')
  }
  writeFileSync(
    join(prebuiltDir, 'manifest.json'),
    `${JSON.stringify({ source: sourceHash(), programs }, null, 2)}\n`,
  )
}

function compile(compiler, path) {
  mkdirSync(dirname(path), { recursive: true })
  const sources = readdirSync(sourceDir)
    .filter((name) => name.endsWith('.c'))
    .sort()
  // Renamed into place: another build running at the same time never sees half a program.
  const partial = `${path}.${process.pid}`
  execFileSync(compiler, [...flags, '-o', partial, ...sources], { cwd: sourceDir, stdio: 'pipe' })
  chmodSync(partial, 0o755)
  renameSync(partial, path)
}

function works(compiler) {
  try {
    execFileSync(compiler, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--prebuilt')) {
    buildPrebuilt()
    console.log(`made ${prebuiltDir} for source ${sourceHash().slice(0, 16)}`)
  } else {
    const { path, from } = build()
    console.log(`${program}: ${from} ${path}`)
  }
}
