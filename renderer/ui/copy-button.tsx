/** Copies a text and says that it did. */
import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { cx } from './cx.ts'
import { Tooltip } from './tooltip.tsx'

/** Copies to the clipboard; false when the browser refused. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}

/** True for a moment after `mark` was called. */
export function useCopied(): readonly [boolean, (text: string) => void] {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1200)
    return () => clearTimeout(timer)
  }, [copied])
  return [copied, (text) => void copyText(text).then(setCopied)]
}

export function CopyButton(props: {
  readonly text: string
  readonly label: string
  readonly className?: string
}) {
  const [copied, copy] = useCopied()
  return (
    <Tooltip label={copied ? 'Copied' : props.label}>
      <button
        type="button"
        aria-label={props.label}
        onClick={() => copy(props.text)}
        className={cx(
          'inline-flex size-6 items-center justify-center rounded text-muted hover:bg-hover hover:text-text',
          props.className,
        )}
      >
        {copied ? <Check className="size-3.5" /> : <Copy className="size-3.5" />}
      </button>
    </Tooltip>
  )
}

/** A short id in mono, copied whole by a click. */
export function CopyableId(props: {
  readonly id: string
  readonly short: string
  readonly className?: string
}) {
  const [copied, copy] = useCopied()
  return (
    <Tooltip label={copied ? 'Copied' : 'Copy the whole id'}>
      <button
        type="button"
        onClick={() => copy(props.id)}
        className={cx('rounded font-mono text-12 text-muted hover:text-text', props.className)}
      >
        {props.short}
      </button>
    </Tooltip>
  )
}
