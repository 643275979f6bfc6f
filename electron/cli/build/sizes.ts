/** Amounts as docker's flags write them: `64m`, `1.5GB`. Pure. */
import { EngineError } from '../../../engine/errors.ts'

const UNITS = ['b', 'k', 'm', 'g', 't']

/** Bytes; units are powers of 1024. Null where nothing was given. Throws `invalid`; `what` names the flag. */
export function bytesOf(text: string | undefined, what: string): number | null {
  if (text === undefined) return null
  const [, number = '', unit = 'b'] = /^(\d+(?:\.\d+)?)\s*([bkmgt])?(?:i?b)?$/i.exec(text) ?? []
  if (number === '') throw new EngineError('invalid', `${what} ${text}: invalid size: '${text}'`)
  return Math.floor(Number(number) * 1024 ** UNITS.indexOf(unit.toLowerCase()))
}
