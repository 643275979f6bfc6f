/** `top`: the processes of a container as ps shows them. */
import { readFileSync } from 'node:fs'
import type { ContainerTop } from '../../api/container.ts'
import { EngineError } from '../../errors.ts'
import { hostPs } from '../../runtime/host-ps.ts'

/** Clock ticks in a second (USER_HZ): 100 on every Linux that Node runs on. */
const TICKS = 100

/** The table for ps's arguments; plain ones are answered from /proc, others by the host's ps. Throws `invalid`. */
export async function processTable(pids: readonly number[], psArgs: string): Promise<ContainerTop> {
  if (psArgs === '' || psArgs === '-ef') return fromProc(pids)
  return fromPs(pids, psArgs)
}

function fromProc(pids: readonly number[]): ContainerTop {
  const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0])
  const users = userNames()
  const rows = [...pids].sort((a, b) => a - b).flatMap((pid) => row(pid, uptime, users) ?? [])
  return {
    Titles: ['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD'],
    Processes: rows,
  }
}

/** Null for a process that has ended in the meantime. */
function row(pid: number, uptime: number, users: ReadonlyMap<string, string>): [string[]] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const uid = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0'
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    const seconds = Math.floor((Number(fields[11]) + Number(fields[12])) / TICKS)
    const age = uptime - Number(fields[19]) / TICKS
    const started = new Date(Date.now() - age * 1000)
    return [
      [
        users.get(uid) ?? uid,
        String(pid),
        fields[1] ?? '0',
        String(age > 0 ? Math.min(99, Math.floor((seconds / age) * 100)) : 0),
        started.toTimeString().slice(0, 5),
        terminalName(Number(fields[4])),
        clock(seconds),
        command || `[${name}]`,
      ],
    ]
  } catch {
    return null
  }
}

function userNames(): ReadonlyMap<string, string> {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  return new Map(lines.map((line) => [line.split(':')[2] ?? '', line.split(':')[0] ?? '']))
}

/** Unix98 terminals have majors 136 to 143; a container's are the only ones that show here. */
function terminalName(device: number): string {
  const major = (device >> 8) & 0xfff
  if (major < 136 || major > 143) return '?'
  return `pts/${(major - 136) * 256 + ((device & 0xff) | ((device >> 12) & 0xfff00))}`
}

function clock(seconds: number): string {
  const part = (value: number) => String(value).padStart(2, '0')
  return `${part(Math.floor(seconds / 3600))}:${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}`
}

async function fromPs(pids: readonly number[], psArgs: string): Promise<ContainerTop> {
  if (/\bpid\b.*\bpid\b/.test(psArgs))
    throw new EngineError('invalid', 'specifying "ps" PID twice is not allowed')
  const output = await hostPs(psArgs.split(/\s+/).filter(Boolean))
  const [head = '', ...lines] = output.trimEnd().split('\n')
  const titles = head.trim().split(/\s+/)
  const at = titles.indexOf('PID')
  if (at === -1) throw new EngineError('invalid', "Couldn't find PID field in ps output")
  const wanted = new Set(pids.map(String))
  const rows = lines.map((line) => cells(line, titles.length)).filter((line) => wanted.has(line[at] ?? ''))
  return { Titles: titles, Processes: rows }
}

/** A line as `count` cells: the last one keeps its spaces. */
function cells(line: string, count: number): string[] {
  const words = line.trim().split(/\s+/)
  return [...words.slice(0, count - 1), words.slice(count - 1).join(' ')]
}
