/**
 * Values that are wrong whatever the build: an editor tells them early. What holds a variable is looked at when the
 * build is planned.
 */
import { type Problems, toProblem } from '../problem.ts'
import { suggest } from '../suggest.ts'
import type { Word } from '../tree.ts'

const SIGNALS = (
  'HUP INT QUIT ILL TRAP ABRT IOT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CLD CONT STOP TSTP ' +
  'TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO POLL PWR SYS UNUSED RTMIN RTMAX'
).split(' ')

/** `80`, `80/tcp`, `8000-8010/udp`; an address or a host's port before it is for the lint rules to tell. */
export function checkPort(word: Word, problems: Problems): void {
  if (isOpen(word)) return
  const match = /^(?:.*:)?(\d+)(?:-(\d+))?(?:\/(.*))?$/.exec(unquoted(word.text))
  const tell = (message: string, suggestion: string | null = null) =>
    problems.push(toProblem(message, word.range, suggestion))
  if (match === null) {
    tell(`invalid containerPort: ${word.text}`)
    return
  }
  const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])]
  const protocol = match[3]
  if (first > 65_535 || last > 65_535) tell(`invalid containerPort: ${word.text}: ports end at 65535`)
  else if (last < first) {
    tell(`invalid range specified for port: ${word.text}`, word.text.replace(/(\d+)-(\d+)/, '$2-$1'))
  } else if (protocol !== undefined && !/^(?:tcp|udp|sctp)$/i.test(protocol)) {
    tell(`invalid proto: ${protocol}`, suggest(protocol, ['tcp', 'udp', 'sctp']))
  }
}

/** `SIGTERM`, `term`, `15`, `SIGRTMIN+3`. */
export function checkSignal(word: Word, problems: Problems): void {
  if (isOpen(word)) return
  const written = unquoted(word.text)
  const name = written.toUpperCase().replace(/^SIG/, '')
  const isNumber = /^\d+$/.test(written) && Number(written) >= 1
  if (isNumber || SIGNALS.includes(name) || /^RTM(?:IN\+\d+|AX-\d+)$/.test(name)) return
  const near = suggest(name, SIGNALS)
  const suggestion = near === null ? null : `SIG${near}`
  problems.push(toProblem(`invalid signal: ${written}`, word.range, suggestion))
}

/** `644`, `0755`, or in letters `u=rwX,go=rX`. */
export function checkMode(word: Word | null, problems: Problems): void {
  if (word === null || isOpen(word)) return
  const clause = '[ugoa]*(?:[-+=](?:[rwxXst]*|[ugo]))+'
  if (/^0*[0-7]{1,4}$/.test(word.text) || new RegExp(`^${clause}(?:,${clause})*$`).test(word.text)) return
  const message = `invalid chmod parameter: '${word.text}'. it should be octal string and between 0 and 07777`
  problems.push(toProblem(message, word.range))
}

/** `sha256:` and 64 hexadecimal digits, or another algorithm of the OCI. */
export function checkChecksum(word: Word | null, problems: Problems): void {
  if (word === null || isOpen(word)) return
  const lengths: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128, sha1: 40 }
  const [algorithm = '', digest] = word.text.split(':')
  // A bare run of digits names a commit.
  if (digest === undefined && /^[0-9a-f]{7,64}$/.test(algorithm)) return
  const tell = (why: string, suggestion: string | null = null) =>
    problems.push(toProblem(`invalid checksum "${word.text}": ${why}`, word.range, suggestion))
  if (digest === undefined) tell('expected algorithm:digest')
  else if (lengths[algorithm] === undefined) {
    tell(`unsupported digest algorithm`, suggest(algorithm, Object.keys(lengths)))
  } else if (digest.length !== lengths[algorithm] || !/^[0-9a-f]+$/.test(digest)) {
    tell(`expected ${lengths[algorithm]} hexadecimal digits, found ${digest.length} characters`)
  }
}

function isOpen(word: Word): boolean {
  return word.text.includes('$')
}

function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/, '$2')
}
