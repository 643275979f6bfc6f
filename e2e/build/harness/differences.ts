/** Where our images are not dockerd's in every build of a kind, each with its reason. `*` stands for anything. */

const PLACES =
  'BuildKit leaves the places that a command’s mounts stood on; our layers have only what the command made'
const TOUCHED =
  'BuildKit writes to /etc for a command’s hosts and resolv.conf; ours are mounted from elsewhere'

export const EVERYWHERE: Readonly<Record<string, string>> = {
  ...{ '/dev *': PLACES, '/proc *': PLACES, '/sys *': PLACES },
  ...{ 'layer[*] /dev': PLACES, 'layer[*] /proc': PLACES, 'layer[*] /sys': PLACES },
  ...{ '/etc mtime': TOUCHED, 'layer[*] /etc': TOUCHED },
}

/** Entries of the history that BuildKit of 2020 words in another way. */
export const reworded = (...entries: readonly number[]): Readonly<Record<string, string>> =>
  historyOf(entries, 'history as BuildKit of today words it')

/** Copies whose flags BuildKit of 2020 left out of the history. */
export const flagged = (...entries: readonly number[]): Readonly<Record<string, string>> =>
  historyOf(entries, 'history names the flags, as BuildKit of today does')

/** The folder that a mount of RUN stood on. */
export const mountPoint = (path: string): Readonly<Record<string, string>> => ({
  [`${path} *`]: PLACES,
  [`layer[*] ${path}`]: PLACES,
})

function historyOf(entries: readonly number[], reason: string): Readonly<Record<string, string>> {
  return Object.fromEntries(entries.map((at) => [`history[${at}].created_by`, reason]))
}
