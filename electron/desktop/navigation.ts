/** Keeps the window where it is: it shows the page and nothing else, and nothing of it opens another window. */
import type { WebContents } from 'electron'
import { judgeLink } from './external-links.ts'
import { isPageUrl } from './page-address.ts'

/** What the guards may do beyond refusing. */
export interface NavigationGuardDeps {
  /** Opens a checked http or https address in the system's browser. */
  openExternal(url: string): Promise<void>
  /** Hears each refusal, for the log. */
  note(line: string): void
}

/**
 * Guards `contents`, and is called for every WebContents that ever comes to be. Links open in the system's browser,
 * if they may; the page may load itself again (reload after an update); all else is refused.
 */
export function guardNavigation(contents: WebContents, deps: NavigationGuardDeps): void {
  const refuseElsewhere = (event: { readonly url: string; preventDefault(): void }, how: string) => {
    if (isPageUrl(event.url)) return
    event.preventDefault()
    deps.note(`refused to ${how} ${event.url}`)
  }
  contents.on('will-navigate', (event) => refuseElsewhere(event, 'navigate to'))
  contents.on('will-frame-navigate', (event) => refuseElsewhere(event, 'navigate a frame to'))
  // A redirect is never right: the page's own files do not redirect.
  contents.on('will-redirect', (event) => {
    event.preventDefault()
    deps.note(`refused a redirect to ${event.url}`)
  })
  contents.on('will-attach-webview', (event) => {
    event.preventDefault()
    deps.note('refused a webview')
  })
  contents.setWindowOpenHandler(({ url }) => {
    const verdict = judgeLink(url)
    if (verdict.kind === 'refused') {
      deps.note(`refused to open ${url}: ${verdict.why}`)
    } else {
      deps.openExternal(verdict.url).catch((error: unknown) => {
        deps.note(`the system could not open ${verdict.url}: ${String(error)}`)
      })
    }
    return { action: 'deny' }
  })
}
