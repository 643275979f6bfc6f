/** A relative time that ticks apart from the data: the cell renders again only when its words change. */
import { useSyncExternalStore } from 'react'
import { ageWords, exactTime } from '../lib/age.ts'
import { onTick } from '../lib/ticker.ts'

/** The words for the time since `iso`, kept current while mounted. */
export function useAge(iso: string): string {
  return useSyncExternalStore(onTick, () => ageWords(iso, Date.now()))
}

export function Age(props: { readonly iso: string; readonly ago?: boolean; readonly className?: string }) {
  const words = useAge(props.iso)
  return (
    <time dateTime={props.iso} title={exactTime(props.iso)} className={props.className}>
      {props.ago ? `${words} ago` : words}
    </time>
  )
}
