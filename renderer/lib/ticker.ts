/** The page's one clock for relative times: runs only while somebody listens and the page is seen. */

const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | null = null

function tick(): void {
  for (const listener of [...listeners]) listener()
}

function arrange(): void {
  const wanted = listeners.size > 0 && !document.hidden
  if (wanted && timer === null) timer = setInterval(tick, 1000)
  if (!wanted && timer !== null) {
    clearInterval(timer)
    timer = null
  }
}

/** Calls `listener` each second while the page is visible; answers how to stop. */
export function onTick(listener: () => void): () => void {
  if (listeners.size === 0) document.addEventListener('visibilitychange', onVisibility)
  listeners.add(listener)
  arrange()
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) document.removeEventListener('visibilitychange', onVisibility)
    arrange()
  }
}

function onVisibility(): void {
  if (!document.hidden) tick()
  arrange()
}
