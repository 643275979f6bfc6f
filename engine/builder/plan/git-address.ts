/**
 * Addresses of git repositories as Docker takes them: `https://host/repo.git#ref:folder`, `git@host:repo`,
 * `ssh://`, `git://`, and `?ref=`, `?subdir=` and the others of the newer form in the place of the fragment.
 */
import { EngineError } from '../../errors.ts'
import { withoutPassword } from './without-password.ts'

export interface GitAddress {
  /** What git is told: no fragment, no query. */
  readonly remote: string
  /** A branch, a tag, `pull/1/head`, a commit; empty is the default branch. */
  readonly ref: string
  /** Without slashes at its ends; empty is all of it. */
  readonly subdirectory: string
  /** The commit that it must be, or the beginning of it. */
  readonly checksum: string | null
  readonly submodules: boolean
  readonly keepGitDir: boolean | null
}

/** `user@host:path`, as scp has it; a path that begins with digits and a slash would be a port. */
const SCP = /^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:(?!\/\/)[^\s]+$/
const QUERY = ['ref', 'tag', 'branch', 'subdir', 'checksum', 'commit', 'submodules', 'keep-git-dir']

/**
 * The parts of `text`, or null when it is no address of a repository. An address of the web is one only when its path
 * ends in `.git`. With `context`, `github.com/owner/repo` is one too. Throws `invalid` for one that contradicts itself.
 */
export function parseGitAddress(text: string, { context = false } = {}): GitAddress | null {
  const hash = text.indexOf('#')
  const whole = hash < 0 ? text : text.slice(0, hash)
  const fragment = hash < 0 ? '' : text.slice(hash + 1)
  if (/^(?:https?|ssh|git):\/\//i.test(whole)) return ofUrl(text, whole, fragment)
  if (SCP.test(whole)) return ofFragment(whole, fragment)
  if (context && whole.startsWith('github.com/')) return ofFragment(`https://${whole}`, fragment)
  return null
}

function ofUrl(text: string, whole: string, fragment: string): GitAddress | null {
  const mark = whole.indexOf('?')
  const remote = mark < 0 ? whole : whole.slice(0, mark)
  if (/^https?:/i.test(remote) && !remote.endsWith('.git')) return null
  if (mark < 0) return ofFragment(remote, fragment)
  const query = new URLSearchParams(whole.slice(mark + 1))
  const shown = withoutPassword(text)
  const fail = (message: string) => new EngineError('invalid', `${message} in the git address ${shown}`)
  for (const name of query.keys())
    if (!QUERY.includes(name)) throw fail(`unexpected query "${name}" (known are ${QUERY.join(', ')})`)
  const refs = [
    query.get('ref'),
    prefixed('refs/tags/', query.get('tag')),
    prefixed('refs/heads/', query.get('branch')),
  ]
  const given = refs.filter((ref): ref is string => ref !== null && ref !== '')
  if (given.length > 1) throw fail('more than one of ref, tag and branch')
  const byFragment = ofFragment(remote, fragment)
  if (fragment !== '' && (given.length > 0 || query.has('subdir')))
    throw fail('a ref or folder both after "?" and after "#"')
  const checksum = query.get('checksum') ?? query.get('commit')
  return {
    ...byFragment,
    ref: refOf(given[0] ?? (byFragment.ref || (query.get('commit') ?? ''))),
    subdirectory: query.has('subdir') ? trimmed(query.get('subdir') ?? '') : byFragment.subdirectory,
    checksum: checksum || null,
    submodules: switchOf(query.get('submodules'), fail) ?? true,
    keepGitDir: switchOf(query.get('keep-git-dir'), fail),
  }
}

function ofFragment(remote: string, fragment: string): GitAddress {
  const colon = fragment.indexOf(':')
  const ref = refOf(colon < 0 ? fragment : fragment.slice(0, colon))
  const subdirectory = colon < 0 ? '' : trimmed(fragment.slice(colon + 1))
  return { remote, ref, subdirectory, checksum: null, submodules: true, keepGitDir: null }
}

/** What begins with a dash would be an option of git. */
function refOf(ref: string): string {
  if (!ref.startsWith('-')) return ref
  throw new EngineError('invalid', `"${ref}" is no ref of a repository: it begins with a dash`)
}

function prefixed(prefix: string, name: string | null): string | null {
  return name === null || name === '' ? null : `${prefix}${name}`
}

function trimmed(path: string): string {
  return path.replace(/^[/.]*\/|\/+$/g, '').replace(/^\.$/, '')
}

function switchOf(value: string | null, fail: (message: string) => EngineError): boolean | null {
  if (value === null) return null
  if (['', '1', 'true'].includes(value)) return true
  if (['0', 'false'].includes(value)) return false
  throw fail(`"${value}" is neither true nor false`)
}
