/** A plan as a person reviews it: a card for each thing that changes, with its reasons, and what is left as it is. */
import {
  Check,
  CircleAlert,
  CirclePlay,
  CircleStop,
  Download,
  Hammer,
  HeartPulse,
  type LucideIcon,
  Plus,
  RefreshCw,
  RotateCw,
  Trash2,
} from 'lucide-react'
import type { ReactNode } from 'react'
import { breakCommand } from '../../lib/break-command.ts'
import type { PlanView as Plan, PlanChange, StepView } from '../../rpc/views.ts'
import { Callout } from '../../ui/callout.tsx'
import { CommandBlock } from '../../ui/command-block.tsx'
import { cx } from '../../ui/cx.ts'
import { StepMark, stateOfSteps } from './step-mark.tsx'

const ICONS: Readonly<Record<PlanChange['verb'], { readonly icon: LucideIcon; readonly tone: string }>> = {
  keep: { icon: Check, tone: 'text-muted' },
  create: { icon: Plus, tone: 'text-ok-text' },
  recreate: { icon: RefreshCw, tone: 'text-warn-text' },
  start: { icon: CirclePlay, tone: 'text-ok-text' },
  stop: { icon: CircleStop, tone: 'text-soft' },
  restart: { icon: RotateCw, tone: 'text-link' },
  remove: { icon: Trash2, tone: 'text-bad-text' },
  pull: { icon: Download, tone: 'text-link' },
  build: { icon: Hammer, tone: 'text-link' },
  warn: { icon: CircleAlert, tone: 'text-warn-text' },
}

/** What the plan comes to, in one line: `1 to recreate, 4 unchanged, nothing removed`. */
export function planWords({ changes }: Pick<Plan, 'changes'>): string {
  const count = (verb: PlanChange['verb']) => changes.filter((change) => change.verb === verb).length
  const parts = (['create', 'recreate', 'start', 'restart', 'stop', 'pull', 'build'] as const).flatMap(
    (verb) => (count(verb) > 0 ? [`${count(verb)} to ${verb}`] : []),
  )
  const removed = count('remove')
  const kept = count('keep')
  if (parts.length === 0 && removed === 0)
    return kept > 0 ? 'nothing to do, all is as it should be' : 'nothing to do'
  return [
    ...parts,
    ...(kept > 0 ? [`${kept} unchanged`] : []),
    removed > 0 ? `${removed} to remove` : 'nothing removed',
  ].join(', ')
}

/** Whether it would do anything. */
export function isIdle(plan: Plan): boolean {
  return plan.steps.length === 0
}

/** Whether it may be carried out. */
export function isRefused(plan: Plan): boolean {
  return plan.refusals.length > 0
}

/** `progress`: the steps of a task that carries it out. */
export function PlanList(props: { readonly plan: Plan; readonly progress?: readonly StepView[] | null }) {
  const { plan } = props
  const progress = new Map((props.progress ?? []).map((step) => [step.number, step]))
  const acting = plan.changes.filter(({ verb }) => verb !== 'keep')
  const kept = plan.changes.filter(({ verb }) => verb === 'keep')
  const waits = plan.steps.filter(({ wait }) => wait)
  const cards: readonly { readonly at: number; readonly card: ReactNode }[] = [
    ...acting.map((change) => ({
      at: change.steps[0] ?? 0,
      card: (
        <ChangeCard
          key={`${change.verb} ${change.kind} ${change.name}`}
          change={change}
          steps={change.steps.flatMap((number) => progress.get(number) ?? [])}
          rollsBack={plan.steps.some(
            (step) => step.rollsBack && !step.wait && change.steps.includes(step.number),
          )}
        />
      ),
    })),
    ...waits.map((step) => ({
      at: step.number,
      card: (
        <Card
          key={`wait ${step.number}`}
          icon={<HeartPulse className="text-link" />}
          title={capital(step.words)}
          steps={[progress.get(step.number)].filter((each) => each !== undefined)}
        >
          {step.rollsBack
            ? 'If it is not, what was there before comes back and the deploy has failed.'
            : 'What depends on it waits; if it never is, the rest is not begun.'}
        </Card>
      ),
    })),
  ]
  return (
    <div className="flex flex-col gap-2">
      {plan.refusals.map((refusal) => (
        <Callout key={refusal} kind="bad">
          <span className="first-letter:uppercase">{refusal}</span>
        </Callout>
      ))}
      {plan.warnings.map((warning) => (
        <Callout key={warning} kind="warn">
          <span className="first-letter:uppercase">{warning}</span>
        </Callout>
      ))}
      {cards.toSorted((one, other) => one.at - other.at).map(({ card }) => card)}
      {kept.length > 0 && (
        <Card icon={<Check className="text-muted" />} title="Unchanged" aside={String(kept.length)} quiet>
          {keptWords(kept)}
        </Card>
      )}
    </div>
  )
}

/** The line that does the same. */
export function PlanCommand(props: { readonly command: string }) {
  return (
    <div>
      <h3 className="mb-1.5 text-12 text-muted">The same from a terminal</h3>
      <CommandBlock text={props.command}>
        <span className="whitespace-pre-wrap break-all">{breakCommand(props.command)}</span>
      </CommandBlock>
    </div>
  )
}

function ChangeCard(props: {
  readonly change: PlanChange
  readonly steps: readonly StepView[]
  readonly rollsBack: boolean
}) {
  const { change } = props
  const { icon: Icon, tone } = ICONS[change.verb]
  const short = change.service ?? change.name
  const what = change.kind === 'container' ? short : `${change.kind} ${change.name}`
  const title = change.verb === 'warn' ? capital(what) : `${capital(change.verb)} ${what}`
  return (
    <Card
      icon={<Icon className={tone} />}
      title={title}
      {...(change.kind === 'container' && short !== change.name ? { aside: change.name } : {})}
      steps={props.steps}
    >
      {change.reasons.map((reason) => (
        <p key={reason} className="break-words first-letter:uppercase">
          <Reason text={reason} />
        </p>
      ))}
      {change.verb === 'recreate' && (
        <p>
          {change.keeps.length > 0 ? <>Keeps {change.keeps.join(', ')}; what</> : 'What'} it wrote outside of
          volumes goes.
        </p>
      )}
      {props.rollsBack && <p>If it does not come up, the one before comes back.</p>}
      {change.verb !== 'recreate' && change.keeps.length > 0 && <p>Keeps {change.keeps.join(', ')}.</p>}
    </Card>
  )
}

function Card(props: {
  readonly icon: ReactNode
  readonly title: string
  readonly aside?: string
  readonly quiet?: boolean
  readonly steps?: readonly StepView[]
  readonly children?: ReactNode
}) {
  const steps = props.steps ?? []
  const failed = steps.find((step) => step.state === 'failed')
  return (
    <article
      aria-label={props.title}
      className={cx(
        'flex gap-2.5 rounded-lg border px-3 py-2.5',
        failed ? 'border-[color-mix(in_oklch,var(--bad),transparent_50%)]' : 'border-line',
        props.quiet ? 'bg-transparent' : 'bg-raised',
      )}
    >
      <span className="mt-0.5 shrink-0 [&_svg]:size-4">
        {steps.length > 0 ? <StepMark state={stateOfSteps(steps)} /> : props.icon}
      </span>
      <div className="min-w-0 flex-1">
        <div className="flex min-w-0 items-baseline gap-2">
          <h3 className={cx('min-w-0 flex-1 break-words font-semibold', props.quiet && 'text-soft')}>
            {props.title}
          </h3>
          {props.aside && (
            <span className="figures max-w-[50%] shrink-0 truncate text-12 text-muted" title={props.aside}>
              {props.aside}
            </span>
          )}
        </div>
        <div className={cx('text-12', props.quiet ? 'text-muted' : 'text-soft')}>{props.children}</div>
        {failed?.error && <p className="mt-1 break-words text-12 text-bad-text">{failed.error}</p>}
      </div>
    </article>
  )
}

/** `environment LOG_LEVEL was info, now debug` with what goes struck through. */
function Reason(props: { readonly text: string }) {
  const [, what, before, now] = /^(.*?) was (.*), now (.*)$/.exec(props.text) ?? []
  if (what === undefined) return props.text
  return (
    <>
      {what}:{' '}
      <del className="rounded bg-bad-wash px-1 font-mono text-bad-text decoration-bad-text">{before}</del>{' '}
      <ins className="rounded px-1 font-mono text-ok-text no-underline">{now}</ins>
    </>
  )
}

/** `Containers web, db; network default`: things by their kind. */
function keptWords(kept: readonly PlanChange[]): string {
  const kinds = [...new Set(kept.map(({ kind }) => kind))]
  const words = kinds.map((kind) => {
    const names = kept.filter((change) => change.kind === kind).map(({ service, name }) => service ?? name)
    return `${kind}${names.length > 1 ? 's' : ''} ${[...new Set(names)].join(', ')}`
  })
  return `${capital(words.join('; '))}.`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
