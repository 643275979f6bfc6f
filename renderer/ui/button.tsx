/** Buttons. One primary a view; `danger` only where something is destroyed. */
import { cva, type VariantProps } from 'class-variance-authority'
import type { ComponentProps, ReactNode } from 'react'
import { cx } from './cx.ts'
import { Tooltip } from './tooltip.tsx'

const look = cva(
  'inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-control border font-medium transition-colors duration-[120ms] disabled:pointer-events-none disabled:opacity-45 [&_svg]:size-4 [&_svg]:shrink-0',
  {
    variants: {
      kind: {
        primary: 'border-transparent bg-accent text-accent-text hover:bg-accent-hover',
        plain:
          'border-line-strong bg-raised text-text hover:bg-[color-mix(in_oklch,var(--raised),var(--text)_5%)]',
        quiet:
          'border-transparent text-soft hover:bg-hover hover:text-text active:bg-pressed data-[popup-open]:bg-hover',
        danger:
          'border-transparent bg-bad text-[oklch(0.99_0.01_25)] hover:brightness-95 [[data-theme=dark]_&]:text-[oklch(0.16_0.03_25)]',
        link: 'h-auto! border-transparent p-0! font-medium text-link hover:underline',
      },
      size: { medium: 'h-(--control) px-3 text-13', small: 'h-6 px-2 text-12 [&_svg]:size-3.5' },
    },
    defaultVariants: { kind: 'plain', size: 'medium' },
  },
)

export type ButtonProps = ComponentProps<'button'> & VariantProps<typeof look>

export function Button({ kind, size, className, ...rest }: ButtonProps) {
  return <button type="button" className={cx(look({ kind, size }), className)} {...rest} />
}

/** A button that is an icon alone: `label` is its name and its tip. */
export function IconButton({
  label,
  keys,
  side,
  className,
  kind,
  size,
  children,
  ...rest
}: Omit<ButtonProps, 'children'> & {
  readonly label: string
  readonly keys?: string
  readonly side?: 'top' | 'bottom' | 'left' | 'right'
  readonly children: ReactNode
}) {
  return (
    <Tooltip label={label} keys={keys} side={side ?? 'bottom'}>
      <button
        type="button"
        aria-label={label}
        className={cx(
          look({ kind: kind ?? 'quiet', size }),
          size === 'small' ? 'w-6 px-0' : 'w-(--control) px-0',
          className,
        )}
        {...rest}
      >
        {children}
      </button>
    </Tooltip>
  )
}
