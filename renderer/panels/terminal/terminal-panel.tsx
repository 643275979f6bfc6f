/** A terminal of the services in the page: first its screen as it was left, then what comes, at the panel's size. */
import { RotateCw, Search } from 'lucide-react'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import { failureOf } from '../../rpc/failure-of.ts'
import { useFeed, useSession } from '../../rpc/session.tsx'
import { subscribe } from '../../rpc/subscribe.ts'
import type { Failure, TerminalMessage } from '../../rpc/views.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/callout.tsx'
import { closeTab } from '../dock/dock-store.ts'
import { openTerminal } from '../dock/open-terminal.ts'
import { FindBar } from '../logs/find-bar.tsx'
import { InputQueue } from './input-queue.ts'
import { type Emulator, openEmulator, terminalTheme } from './xterm.ts'

type Ending = Extract<TerminalMessage, { type: 'ended' }>

export function TerminalPanel(props: { readonly id: string; readonly tools: HTMLElement | null }) {
  const { client, connection, terminals } = useSession()
  const view = useFeed(terminals)?.find((terminal) => terminal.id === props.id)
  const host = useRef<HTMLDivElement>(null)
  const [emulator, setEmulator] = useState<Emulator | null>(null)
  const [ending, setEnding] = useState<Ending | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [needle, setNeedle] = useState<string | null>(null)
  const label = `Terminal of ${view?.containerName ?? 'a container'}`
  const describe = useEffectEvent(() => label)

  useEffect(() => {
    const element = host.current
    if (!element) return
    const dark = () => document.documentElement.dataset.theme === 'dark'
    const made = openEmulator(element, describe(), dark())
    const { terminal, fit } = made
    setEmulator(made)
    const fail = (error: unknown) => setFailure(failureOf(error))
    const input = new InputQueue((data) => client.terminals.write({ id: props.id, data }), fail)
    terminal.onData((data) => input.push(data))
    terminal.attachCustomKeyEventHandler((event) => isForTerminal(event))

    const stop = subscribe(
      connection,
      (signal) => client.terminals.attach({ id: props.id }, { signal }),
      (message) => show(message),
      (state) => {
        if (state.kind === 'failed') fail(state.error)
      },
    )
    function show(message: TerminalMessage): Promise<void> | undefined {
      switch (message.type) {
        case 'snapshot':
          terminal.reset()
          terminal.resize(message.cols, message.rows)
          return new Promise((resolve) =>
            terminal.write(message.data, () => {
              fit.fit()
              tellSize()
              resolve()
            }),
          )
        case 'data':
          // The stream goes on when the emulator has taken this: that is the back-pressure.
          return new Promise((resolve) => terminal.write(message.data, resolve))
        case 'ended':
          setEnding(message)
          return undefined
      }
    }

    let told = ''
    function tellSize(): void {
      const size = { rows: terminal.rows, cols: terminal.cols }
      if (told === `${size.rows}x${size.cols}`) return
      told = `${size.rows}x${size.cols}`
      void client.terminals.resize({ id: props.id, ...size }).catch(() => {
        told = '' // an ended terminal has no size; a lost connection tells it again
      })
    }
    const observer = new ResizeObserver(() => {
      if (element.clientHeight < 20) return
      fit.fit()
      tellSize()
    })
    observer.observe(element)
    const themes = new MutationObserver(() => {
      terminal.options.theme = terminalTheme(dark())
    })
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    void document.fonts.load('12.5px "JetBrains Mono Variable"').then(() => {
      // Measured before the font came, the cells would have the width of another one.
      terminal.options.fontFamily = '"JetBrains Mono Variable", ui-monospace, monospace'
      fit.fit()
    })
    terminal.focus()
    return () => {
      stop()
      observer.disconnect()
      themes.disconnect()
      terminal.dispose()
      setEmulator(null)
    }
  }, [client, connection, props.id])

  const again = () => {
    if (!view) return
    openTerminal(client, view.engine, view.container, view.kind).then(
      () => {
        closeTab(`terminal:${props.id}`)
        void client.terminals.close({ id: props.id }).catch(() => {})
      },
      (error: unknown) => setFailure(failureOf(error)),
    )
  }
  const find = (text: string, back: boolean) => {
    if (text === '') emulator?.search.clearDecorations()
    else if (back) emulator?.search.findPrevious(text)
    else emulator?.search.findNext(text, { incremental: text !== needle })
  }
  return (
    <div className="relative flex min-h-0 flex-1 flex-col bg-term">
      {props.tools &&
        createPortal(
          <>
            {view && <span className="mr-2 font-mono text-11">{view.command.join(' ')}</span>}
            <IconButton
              size="small"
              side="top"
              label="Find"
              keys="Ctrl Shift F"
              onClick={() => setNeedle('')}
            >
              <Search />
            </IconButton>
          </>,
          props.tools,
        )}
      {needle !== null && (
        <FindBar
          value={needle}
          count={null}
          at={0}
          onChange={(text) => {
            setNeedle(text)
            find(text, false)
          }}
          onStep={(by) => find(needle, by === -1)}
          onClose={() => {
            setNeedle(null)
            emulator?.terminal.focus()
          }}
        />
      )}
      {failure && <ErrorNote trouble={failure} className="m-3 bg-raised text-text" />}
      {ending && (
        <div
          role="status"
          className="flex shrink-0 items-center gap-3 border-b border-term-line bg-term-raised px-5 py-1.5 text-12 text-term-text"
        >
          <span className="flex-1">{endingWords(ending)}</span>
          <Button size="small" onClick={again}>
            <RotateCw /> Open again
          </Button>
        </div>
      )}
      {/* The room around it is not the emulator's own: it would count it as rows. */}
      <div className="min-h-0 flex-1 py-2 pl-5">
        <div ref={host} className="h-full overflow-hidden" />
      </div>
    </div>
  )
}

function endingWords(ending: Ending): string {
  if (ending.reason) return `This terminal ended: ${ending.reason}`
  return ending.exitCode === null ? 'This terminal ended.' : `The program ended with code ${ending.exitCode}.`
}

/** The window's own keys pass the terminal by; everything else is the program's. */
function isForTerminal(event: KeyboardEvent): boolean {
  const command = event.ctrlKey || event.metaKey
  if (command && event.shiftKey && event.key.toLowerCase() === 'c') {
    if (event.type === 'keydown') document.execCommand('copy')
    return false
  }
  return !(command && !event.shiftKey && !event.altKey && (event.key === 'k' || event.key === 'j'))
}
