/** The rule for names of volumes. */
import { EngineError } from '../../errors.ts'

/** Throws `invalid` in Docker's words. */
export function checkVolumeName(name: string, doing = ''): string {
  if (name.length === 1) {
    throw new EngineError(
      'invalid',
      `${doing}volume name is too short, names should be at least two alphanumeric characters`,
    )
  }
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) {
    throw new EngineError(
      'invalid',
      `${doing}"${name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`,
    )
  }
  return name
}
