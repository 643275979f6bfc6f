import { EngineError } from '../errors.ts'

/** Why a file of a build context cannot be read, and what helps. */
export function unreadable(path: string, cause: unknown): EngineError {
  const why = (cause as Error).message
  return new EngineError(
    'invalid',
    `cannot read ${path} of the build context: ${why}. Make it readable, or name it in .dockerignore`,
    { cause },
  )
}
