/** The window's own keys, and a docker line pasted anywhere. */
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useEffectEvent } from 'react'
import { isRunLine } from '../features/containers/run/run-form.ts'
import { dock } from '../panels/dock/dock-store.ts'
import { closeDialog, dialogs, listOfPage, openDialog } from './dialogs.tsx'
import { PAGES, SETTINGS_PAGE } from './pages.ts'

/** Stands once in the frame. */
export function useWindowKeys(engine: string): void {
  const navigate = useNavigate()
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const command = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey
    if (command && event.key === 'k') {
      event.preventDefault()
      if (dialogs.get()?.kind === 'palette') closeDialog()
      else openDialog({ kind: 'palette' })
      return
    }
    if (command && event.key === 'j') {
      event.preventDefault()
      dock.set((state) => ({ ...state, open: !state.open && state.tabs.length > 0 }))
      // The focus was perhaps in the panel that has gone.
      requestAnimationFrame(() => document.activeElement === document.body && listOfPage()?.focus())
      return
    }
    const page = command ? [...PAGES, SETTINGS_PAGE][Number(event.key) - 1] : undefined
    if (page) {
      event.preventDefault()
      // Its list takes the keys at once.
      void navigate({ to: page.to, params: { engine }, search: {} }).then(() =>
        requestAnimationFrame(() => dialogs.get() === null && listOfPage()?.focus()),
      )
      return
    }
    if (dialogs.get() !== null || command || event.altKey || isTyping(event.target)) return
    if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('[data-popup-open]')) {
      // From anywhere on the page, where the list did not use it itself.
      void navigate({ to: '.', search: (before) => ({ ...before, id: undefined, tab: undefined }) })
    }
    if (event.key === '/') {
      const box = document.querySelector<HTMLInputElement>('main [role="searchbox"]')
      if (!box) return
      event.preventDefault()
      box.focus()
      box.select()
    }
    if (event.key === '?') openDialog({ kind: 'keys' })
  })
  const onPaste = useEffectEvent((event: ClipboardEvent) => {
    const text = event.clipboardData?.getData('text') ?? ''
    if (dialogs.get() !== null || isTyping(event.target) || !isRunLine(text)) return
    event.preventDefault()
    openDialog({ kind: 'run', start: { line: text } })
  })
  useEffect(() => {
    const key = (event: KeyboardEvent) => onKey(event)
    const paste = (event: ClipboardEvent) => onPaste(event)
    window.addEventListener('keydown', key)
    window.addEventListener('paste', paste)
    return () => {
      window.removeEventListener('keydown', key)
      window.removeEventListener('paste', paste)
    }
  }, [])
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, [contenteditable], .xterm, .monaco-editor') !== null
  )
}
