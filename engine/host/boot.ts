/** The identity of this boot of the machine: what was recorded under another one is not running any more. */
import { readFileSync } from 'node:fs'

/** The kernel's boot id. LONGSHORE_BOOT_ID_FILE names another file to read it from, so that tests can "reboot". */
export function bootId(): string {
  return readFileSync(process.env.LONGSHORE_BOOT_ID_FILE || '/proc/sys/kernel/random/boot_id', 'utf8').trim()
}
