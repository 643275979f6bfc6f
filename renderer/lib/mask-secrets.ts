/** Keeps secret values off the screen in a text that says them: a docker line or compose YAML. */
import { isSecretName } from './dotenv.ts'

const MASK = '••••••'

/** The text with the values of variables that are secret by their names as dots; to be shown, not run. */
export function maskSecrets(
  text: string,
  variables: readonly { readonly name: string; readonly value: string }[],
): string {
  let masked = text
  for (const { name, value } of variables) {
    if (value === '' || !isSecretName(name)) continue
    const assigned = new RegExp(`(${name.replace(/[^\w]/g, '\\$&')}["']?(?:=|: ))[^\\n]*?( \\\\)?$`, 'gm')
    masked = masked.replace(
      assigned,
      (_all, start: string, continued?: string) => `${start}${MASK}${continued ?? ''}`,
    )
    // A value of several lines goes on below, however it was quoted.
    const [, ...below] = value.split('\n')
    for (const line of below) if (line.trim() !== '') masked = masked.replaceAll(line.trim(), MASK)
  }
  return masked
}
