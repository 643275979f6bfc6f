/** What can be done with the selected rows together. */
import { Play, RotateCw, Square, Trash2, X } from 'lucide-react'
import type { Act } from '../../panels/containers/acts.ts'
import type { ContainerRow } from '../../rpc/views.ts'
import { Button, IconButton } from '../../ui/button.tsx'

export function BulkBar(props: {
  readonly rows: readonly ContainerRow[]
  readonly onAct: (act: Act) => void
  readonly onRemove: () => void
  readonly onClear: () => void
}) {
  const running = props.rows.some((row) => row.state.kind === 'running')
  const standing = props.rows.some((row) => row.state.kind !== 'running')
  return (
    <div
      role="toolbar"
      aria-label="Selected containers"
      className="animate-appear absolute bottom-4 left-1/2 z-20 flex -translate-x-1/2 items-center gap-2 rounded-panel border border-line-strong bg-raised py-1.5 pl-4 pr-1.5 shadow-float"
    >
      <span role="status" className="figures mr-2 whitespace-nowrap font-medium">
        {props.rows.length} selected
      </span>
      <Button size="small" disabled={!standing} onClick={() => props.onAct('start')}>
        <Play /> Start
      </Button>
      <Button size="small" disabled={!running} onClick={() => props.onAct('stop')}>
        <Square /> Stop
      </Button>
      <Button size="small" disabled={!running} onClick={() => props.onAct('restart')}>
        <RotateCw /> Restart
      </Button>
      <Button size="small" onClick={props.onRemove}>
        <Trash2 /> Remove
      </Button>
      <IconButton size="small" side="top" label="Clear the selection" keys="Esc" onClick={props.onClear}>
        <X />
      </IconButton>
    </div>
  )
}
