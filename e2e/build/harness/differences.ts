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
