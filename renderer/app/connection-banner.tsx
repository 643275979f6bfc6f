/** Says that the window has lost the services, and that it is coming back. */
import { useEffect, useState } from 'react'
import { useConnectionState, useSession } from '../rpc/session.tsx'
import { Button } from '../ui/button.tsx'
import { Callout } from '../ui/callout.tsx'
import { CommandBlock } from '../ui/command-block.tsx'

export function ConnectionBanner() {
  const state = useConnectionState()
  const { connection } = useSession()
  // A blip is not worth a banner.
  const away = state.kind === 'reconnecting'
  const [shown, setShown] = useState(false)
  useEffect(() => {
    if (!away) {
      setShown(false)
      return
    }
    const timer = setTimeout(() => setShown(true), 400)
    return () => clearTimeout(timer)
  }, [away])
  if (state.kind === 'lost') {
    return (
      <div
        role="alertdialog"
        aria-label="Not connected"
        className="fixed inset-0 z-50 flex items-center justify-center bg-page p-8"
      >
        <div className="flex max-w-md flex-col gap-3">
          <h2 className="text-18 font-semibold">This window is not connected to Longshore</h2>
          <p className="text-soft">{sentence(state.reason)} Containers go on running.</p>
          <p className="text-12 text-muted">Ask for a new link in a terminal</p>
          <CommandBlock text="npx longshore" />
        </div>
      </div>
    )
  }
  if (!shown || state.kind !== 'reconnecting') return null
  return (
    <Callout
      kind="warn"
      className="shrink-0 rounded-none border-x-0 border-t-0 px-5"
      act={
        <Button size="small" onClick={() => connection.retry()}>
          Try now
        </Button>
      }
    >
      Longshore’s services do not answer; reconnecting. Containers go on running.{' '}
      <span className="text-soft">{sentence(state.reason)}</span>
    </Callout>
  )
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
