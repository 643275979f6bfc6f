/** Says that what is on screen may be old, since when, and offers to try again. */
import { sentence } from '../lib/words.ts'
import { Age } from './age.tsx'
import { Button } from './button.tsx'
import { Callout } from './callout.tsx'

export function StaleNote(props: {
  readonly what: string
  readonly reason: string
  readonly asOf: string | null
  readonly onReconnect: () => void
}) {
  return (
    <Callout
      kind="warn"
      className="shrink-0 rounded-none border-x-0 border-t-0 px-5"
      act={
        <Button size="small" onClick={props.onReconnect}>
          Reconnect
        </Button>
      }
    >
      {props.asOf === null ? (
        `${props.what} could not be read. `
      ) : (
        <>
          {props.what} as of <Age iso={props.asOf} ago />.{' '}
        </>
      )}
      <span className="text-soft">{sentence(props.reason)}</span>
    </Callout>
  )
}
