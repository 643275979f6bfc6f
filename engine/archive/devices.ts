/** Which device nodes an archive may bring: those that every container has anyway. */

/** null, zero, full, random, urandom, tty, console, ptmx, fuse, tun. */
const HARMLESS_DEVICES = new Set(['1:3', '1:5', '1:7', '1:8', '1:9', '5:0', '5:1', '5:2', '10:229', '10:200'])

/** False for all that reaches the host's disks or memory. */
export function isHarmlessDevice(kind: string, major: number, minor: number): boolean {
  return kind === 'char-device' && HARMLESS_DEVICES.has(`${major}:${minor}`)
}
