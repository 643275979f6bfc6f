/** Projects: the list, one project with its files and its plan, and new ones. This: how one stands, as mark and words. */
import type { ProjectRow, ProjectState } from '../../rpc/views.ts'
import { type Status, StatusMark } from '../../ui/status-mark.tsx'

const MARKS: Readonly<Record<ProjectState, Status>> = {
  running: 'running',
  starting: 'starting',
  partial: 'unhealthy',
  unhealthy: 'unhealthy',
  restarting: 'restarting',
  paused: 'paused',
  failed: 'failed',
  stopped: 'done',
  done: 'done',
  down: 'created',
}

const WORDS: Readonly<Record<ProjectState, string>> = {
  running: 'running',
  starting: 'running, checking health',
  partial: 'partly running',
  unhealthy: 'unhealthy',
  restarting: 'restarting',
  paused: 'paused',
  failed: 'failed',
  stopped: 'stopped',
  done: 'done',
  down: 'not up',
}

const TONES: Readonly<Partial<Record<ProjectState, string>>> = {
  partial: 'text-warn-text',
  unhealthy: 'text-warn-text',
  restarting: 'text-warn-text',
  failed: 'text-bad-text',
}

export function ProjectMark(props: { readonly state: ProjectState; readonly className?: string }) {
  return (
    <StatusMark
      status={MARKS[props.state]}
      word={WORDS[props.state]}
      {...(props.className === undefined ? {} : { className: props.className })}
    />
  )
}

/** Names the service that is why, when there is one. */
export function ProjectStateWords(props: { readonly row: ProjectRow }) {
  const { row } = props
  const why = row.services.filter(({ state }) => state === row.state && state !== 'running')
  const names = ['failed', 'unhealthy', 'restarting'].includes(row.state)
    ? why.map(({ name }) => name).join(', ')
    : ''
  return (
    <span className={TONES[row.state] ?? 'text-soft'}>
      {WORDS[row.state]}
      {names !== '' && `: ${names}`}
    </span>
  )
}

/** `4 of 5 running, 1 done`. */
export function servicesWords(row: ProjectRow): string {
  const all = row.services.length
  if (all === 0) return ''
  const running = row.services.filter(({ running: copies }) => copies > 0).length
  return `${running} of ${all} running${row.done > 0 ? `, ${row.done} done` : ''}`
}

/** Where its files are, in few words. */
export function placeWords(row: ProjectRow): string {
  const first = row.files[0]
  switch (row.place) {
    case 'here':
      return first === undefined ? '' : homely(first)
    case 'missing':
      return `not there any more: ${homely(first ?? '')}`
    case 'elsewhere':
      return 'files are not on this machine'
    case 'unknown':
      return 'nothing says where its files are'
  }
}

/** A path with the home folder as people write it. */
export function homely(file: string): string {
  return file.replace(/^\/(root|home\/[^/]+)(?=\/)/, '~')
}
