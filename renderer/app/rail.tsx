/** The rail at the left: the engine, the pages with their counts, and Settings at the foot. */
import { Link } from '@tanstack/react-router'
import { PanelLeftClose, PanelLeftOpen } from 'lucide-react'
import { useState } from 'react'
import { EngineSwitcher } from '../features/engines/engine-switcher.tsx'
import { useFeed, useLiveList, useSession } from '../rpc/session.tsx'
import type { EngineSummary } from '../rpc/views.ts'
import { IconButton } from '../ui/button.tsx'
import { cx } from '../ui/cx.ts'
import { Tooltip } from '../ui/tooltip.tsx'
import { useMedia } from '../ui/use-media.ts'
import { openDialog } from './dialogs.tsx'
import { Mark } from './mark.tsx'
import { PAGES, type PageLink, SETTINGS_PAGE } from './pages.ts'
import { useSwitchEngine } from './use-switch-engine.ts'

const KEY = 'longshore.rail'

export function Rail(props: { readonly engine: string; readonly summary: EngineSummary | null }) {
  const [folded, setFolded] = useState(localStorage.getItem(KEY) === 'icons')
  const narrow = useMedia('(max-width: 899px)')
  const compact = folded || narrow
  const session = useSession()
  const engines = useFeed(session.engines)
  const projects = useLiveList(session.projects(props.engine)).rows.length
  const switchTo = useSwitchEngine()
  const counts: Readonly<Record<string, number | undefined>> = {
    Projects: projects,
    Containers: props.summary?.containers,
    Images: props.summary?.images,
    Volumes: props.summary?.volumes,
    Engines: engines?.length,
  }
  const fold = () => {
    localStorage.setItem(KEY, folded ? 'full' : 'icons')
    setFolded(!folded)
  }
  return (
    <nav
      aria-label="Pages"
      className={cx(
        'flex shrink-0 flex-col border-r border-line bg-rail',
        compact ? 'w-[52px] px-1.5' : 'w-[196px] px-2',
      )}
    >
      <div className={cx('flex h-12 shrink-0 items-center gap-2.5', compact ? 'justify-center' : 'pl-2')}>
        <Mark className="size-5 text-link" />
        {!compact && <span className="text-15 font-semibold">Longshore</span>}
      </div>
      <EngineSwitcher
        engine={props.engine}
        compact={compact}
        onSwitch={switchTo}
        onAdd={() => openDialog({ kind: 'add-engine' })}
      />
      <ul className="mt-3 flex flex-col gap-0.5">
        {PAGES.map((page) => (
          <li key={page.to}>
            <RailLink page={page} engine={props.engine} count={counts[page.label]} compact={compact} />
          </li>
        ))}
      </ul>
      <div className={cx('mt-auto flex gap-0.5 pb-2', compact ? 'flex-col items-center' : 'items-center')}>
        <div className={compact ? 'w-full' : 'flex-1'}>
          <RailLink page={SETTINGS_PAGE} engine={props.engine} count={undefined} compact={compact} />
        </div>
        {!narrow && (
          <IconButton side="right" label={folded ? 'Show the labels' : 'Show icons alone'} onClick={fold}>
            {folded ? <PanelLeftOpen /> : <PanelLeftClose />}
          </IconButton>
        )}
      </div>
    </nav>
  )
}

function RailLink(props: {
  readonly page: PageLink
  readonly engine: string
  readonly count: number | undefined
  readonly compact: boolean
}) {
  const { page } = props
  const link = (
    <Link
      to={page.to}
      params={{ engine: props.engine }}
      search={{}}
      activeOptions={{ includeSearch: false }}
      {...(props.compact ? { 'aria-label': page.label } : {})}
      className={cx(
        'flex h-[30px] items-center gap-2.5 rounded-control px-2 font-medium text-soft hover:bg-hover hover:text-text',
        props.compact && 'justify-center px-0',
      )}
      activeProps={{ className: '!bg-selected !text-text [&_svg]:!text-link' }}
    >
      <page.icon className="size-4 shrink-0" />
      {!props.compact && (
        <>
          <span className="flex-1">{page.label}</span>
          {props.count !== undefined && props.count > 0 && (
            <span className="figures text-12 font-normal text-muted">{props.count.toLocaleString('en')}</span>
          )}
        </>
      )}
    </Link>
  )
  return props.compact ? (
    <Tooltip label={page.label} keys={page.keys} side="right">
      {link}
    </Tooltip>
  ) : (
    link
  )
}
