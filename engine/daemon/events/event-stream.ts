/** Events as a client reads them: from `since`, through its filters, until `until` or until it goes away. */
import { Readable } from 'node:stream'
import { nowNano, parseMoment } from '../clock.ts'
import { checkFilters, type Filters } from '../filters.ts'
import { eventFits, KNOWN_EVENT_FILTERS } from './event-filters.ts'
import type { Journal, JournalEntry } from './journal.ts'

/** Opens a stream of JSON lines. Throws `invalid` for bad times and filters. */
export function openEventStream(
  journal: Journal,
  query: { readonly since: string; readonly until: string; readonly filters: Filters },
): Readable {
  checkFilters(query.filters, KNOWN_EVENT_FILTERS)
  const since = parseMoment(query.since)
  const until = parseMoment(query.until)
  let cursor = since === null ? journal.newest : journal.before(since)
  let wanted = false
  let timer: NodeJS.Timeout | undefined
  const fits = (entry: JournalEntry) =>
    (since === null || entry.nano >= since) &&
    (until === null || entry.nano <= until) &&
    eventFits(query.filters, entry)

  const pump = () => {
    if (!wanted || stream.destroyed) return
    const entries = journal.after(cursor)
    if (entries === null) {
      stream.destroy(new Error('the client reads events too slowly, and some of them are forgotten'))
      return
    }
    for (const entry of entries) {
      cursor = entry.sequence
      if (!fits(entry)) continue
      if (!stream.push(entry.line)) {
        wanted = false
        return
      }
    }
  }
  const stream = new Readable({
    read() {
      wanted = true
      pump()
    },
    destroy(error, callback) {
      clearTimeout(timer)
      unfollow()
      callback(error)
    },
  })
  const unfollow = journal.follow(pump)
  const end = () => {
    wanted = true
    pump()
    stream.push(null)
  }
  if (until !== null) {
    const remaining = Number((until - nowNano()) / 1_000_000n)
    if (remaining <= 0) queueMicrotask(end)
    else timer = setTimeout(end, Math.min(remaining, 2 ** 31 - 1))
  }
  return stream
}
