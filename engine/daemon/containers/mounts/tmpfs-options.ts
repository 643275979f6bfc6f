/** Options of a tmpfs, checked as mount(8) would (moby's MergeTmpfsOptions). */
import { EngineError } from '../../../errors.ts'

const FLAGS: ReadonlySet<string> = new Set(
  (
    'async atime bind defaults dev diratime dirsync exec iversion mand noatime nodev nodiratime noexec nomand ' +
    'norelatime nostrictatime nosuid private rbind relatime remount ro rprivate rshared rslave runbindable rw ' +
    'shared slave strictatime suid sync unbindable'
  ).split(' '),
)
const VALUES: Readonly<Record<string, RegExp>> = {
  size: /^\d+[kmg%]?$/i,
  mode: /^[0-7]{1,5}$/,
  uid: /^\d+$/,
  gid: /^\d+$/,
  nr_inodes: /^\d+[kmg]?$/i,
  nr_blocks: /^\d+[kmg]?$/i,
  mpol: /^[\w=:,-]+$/,
}

/** The options of `--tmpfs`, split and checked. Throws `invalid` in Docker's words. */
export function tmpfsOptions(text: string): readonly string[] {
  const options = text.split(',').filter((option) => option !== '')
  for (const option of options) {
    const [key = '', value] = /^([^=]*)=(.*)$/s.exec(option)?.slice(1) ?? [option]
    if (value === undefined) {
      if (!FLAGS.has(key)) throw new EngineError('invalid', `invalid tmpfs option ["${key}"]`)
      continue
    }
    if (!VALUES[key]?.test(value))
      throw new EngineError('invalid', `invalid tmpfs option ["${key}" "${value}"]`)
  }
  return options
}
