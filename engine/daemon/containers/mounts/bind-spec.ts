/** The short form of a mount: `source:destination:mode`; a source that is no path names a volume. */
import { randomBytes } from 'node:crypto'
import { EngineError } from '../../../errors.ts'
import type { MountRecord } from '../../records/container-record.ts'
import { checkVolumeName } from '../../volumes/volume-name.ts'
import { cleanDestination, cleanPath } from './destination.ts'

export const PROPAGATIONS: readonly string[] = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave']

/** Words of a mode; of each group one at most may be said. */
const GROUPS: readonly (readonly string[])[] = [
  ['ro', 'rw'],
  ['z', 'Z'],
  ['nocopy'],
  ['cached', 'delegated', 'consistent'],
  PROPAGATIONS,
]

/** Throws `invalid` in Docker's words. */
export function parseBind(text: string): MountRecord {
  const parts = text.split(':')
  const [first = '', second, mode = ''] = parts
  const whole = `invalid volume specification: '${text}'`
  if (parts.length > 3 || first === '' || second === '') throw new EngineError('invalid', whole)
  const config = (type: string) => `${whole}: invalid mount config for type "${type}": `
  if (second === undefined) return anonymousVolume(cleanDestination(first, config('volume')))
  const named = !first.startsWith('/')
  const destination = cleanDestination(second, config(named ? 'volume' : 'bind'))
  const words = modeWords(mode)
  const propagation = words.find((word) => PROPAGATIONS.includes(word))
  const readOnly = words.includes('ro')
  if (named) {
    if (propagation)
      throw new EngineError('invalid', `${config('volume')}field BindOptions must not be specified`)
    return {
      kind: 'volume',
      name: checkVolumeName(first, `create ${first}: `),
      destination,
      readOnly,
      mode: mode || 'z',
      anonymous: false,
      seed: !words.includes('nocopy'),
    }
  }
  if (words.includes('nocopy')) {
    throw new EngineError('invalid', `${config('bind')}field VolumeOptions must not be specified`)
  }
  return {
    kind: 'bind',
    source: cleanPath(first),
    destination,
    readOnly,
    mode,
    propagation: propagation ?? 'rprivate',
    nonRecursive: false,
    makeSource: true,
  }
}

/** A volume that nobody named. */
export function anonymousVolume(destination: string): Extract<MountRecord, { kind: 'volume' }> {
  const name = anonymousName()
  return { kind: 'volume', name, destination, readOnly: false, mode: '', anonymous: true, seed: true }
}

export function anonymousName(): string {
  return randomBytes(32).toString('hex')
}

/** Throws `invalid` for words that nobody knows, and for two that contradict each other. */
export function modeWords(mode: string): readonly string[] {
  const words = mode.split(',').filter((word) => word !== '')
  const known = words.every((word) => GROUPS.some((group) => group.includes(word)))
  const single = GROUPS.every((group) => words.filter((word) => group.includes(word)).length <= 1)
  if (!known || !single) throw new EngineError('invalid', `invalid mode: ${mode}`)
  return words
}
