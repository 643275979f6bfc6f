/** One image beside the list: its layers, its config, who uses it, and all that the engine says of it. */
import { useQuery } from '@tanstack/react-query'
import { Ellipsis, PanelRightClose, Play, Tag, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { formatBytes } from '../../lib/bytes.ts'
import { joinWords } from '../../lib/words.ts'
import { failureOf } from '../../rpc/failure-of.ts'
import { useClient } from '../../rpc/session.tsx'
import type { ImageDetail as Detail, ImageRow } from '../../rpc/views.ts'
import { Age } from '../../ui/age.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/callout.tsx'
import { CopyableId } from '../../ui/copy-button.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { JsonTree } from '../../ui/json-tree.tsx'
import { Menu } from '../../ui/menu.tsx'
import { Scroll } from '../../ui/scroll.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { LayersTab } from './layers-tab.tsx'
import { shortId, splitTag } from './reference.ts'
import { TagDialog } from './tag-dialog.tsx'

export function ImageDetail(props: {
  readonly engine: string
  readonly row: ImageRow
  readonly tab: string
  readonly onTab: (tab: string) => void
  readonly onClose: () => void
  readonly onRun: () => void
  readonly onRemove: () => void
}) {
  const { row } = props
  const client = useClient()
  const [tagging, setTagging] = useState(false)
  const detail = useQuery({
    queryKey: ['image', props.engine, row.id, row.tags.join(), row.usedBy.join()],
    queryFn: () => client.images.detail({ engine: props.engine, id: row.id }),
  })
  const names = row.tags.map(splitTag)
  const name = names[0]?.name ?? 'untagged'
  return (
    <section
      aria-label={`Image ${row.tags[0] ?? shortId(row.id)}`}
      className="flex min-h-0 flex-1 flex-col bg-raised"
    >
      <header className="flex shrink-0 flex-col gap-1 px-5 pt-3.5">
        <div className="flex min-w-0 items-center gap-2">
          <h2 className="truncate text-15 font-semibold">{name}</h2>
          {names.map((each, index) => (
            <Badge key={row.tags[index]} title={row.tags[index] ?? ''}>
              {each.name === name ? each.tag : `${each.name}:${each.tag}`}
            </Badge>
          ))}
          <IconButton
            size="small"
            label="Close the detail"
            keys="Esc"
            className="ml-auto"
            onClick={props.onClose}
          >
            <PanelRightClose />
          </IconButton>
        </div>
        <p className="figures truncate text-soft">
          <CopyableId id={row.id} short={`sha256:${shortId(row.id)}`} />, {formatBytes(row.sizeBytes)}
          {row.createdAt && (
            <>
              , made <Age iso={row.createdAt} ago />
            </>
          )}
          {detail.data && `, ${detail.data.platform}`}
        </p>
        <div className="flex items-center gap-2 py-2.5">
          <Button kind="primary" onClick={props.onRun}>
            <Play /> Run
          </Button>
          <Button onClick={() => setTagging(true)}>
            <Tag /> Tag
          </Button>
          <Menu
            align="start"
            trigger={
              <IconButton label="More">
                <Ellipsis />
              </IconButton>
            }
            entries={[
              { label: 'Remove', icon: <Trash2 />, keys: 'Del', danger: true, onSelect: props.onRemove },
            ]}
          />
        </div>
      </header>
      {detail.error && <ErrorNote trouble={failureOf(detail.error)} className="mx-5 mb-3" />}
      <Tabs
        label={`Of ${name}`}
        value={props.tab}
        onChange={props.onTab}
        tabs={[
          { id: 'layers', label: 'Layers', content: detail.data && <LayersTab detail={detail.data} /> },
          { id: 'config', label: 'Config', content: detail.data && <ConfigTab detail={detail.data} /> },
          {
            id: 'inspect',
            label: 'Inspect',
            content: detail.data && <JsonTree value={detail.data.raw} label={`All of ${name}`} />,
          },
        ]}
      />
      {tagging && <TagDialog engine={props.engine} row={row} onClose={() => setTagging(false)} />}
    </section>
  )
}

function ConfigTab(props: { readonly detail: Detail }) {
  const { detail } = props
  const code = (text: string) => <code className="break-all font-mono text-12">{text}</code>
  return (
    <Scroll label="Config" className="px-5 py-3">
      <Facts>
        <Fact name="Used by">{detail.row.usedBy.length > 0 ? detail.row.usedBy.join(', ') : 'nothing'}</Fact>
        <Fact name="Platform">{detail.platform}</Fact>
        {detail.entrypoint.length > 0 && <Fact name="Entrypoint">{code(joinWords(detail.entrypoint))}</Fact>}
        {detail.command.length > 0 && <Fact name="Command">{code(joinWords(detail.command))}</Fact>}
        <Fact name="User">{detail.user ? code(detail.user) : 'root'}</Fact>
        {detail.workingDirectory && <Fact name="Works in">{code(detail.workingDirectory)}</Fact>}
        {detail.exposedPorts.length > 0 && <Fact name="Ports">{code(detail.exposedPorts.join(', '))}</Fact>}
        {detail.volumes.length > 0 && <Fact name="Volumes">{code(detail.volumes.join(', '))}</Fact>}
        {detail.environment.length > 0 && (
          <Fact name="Environment">
            {detail.environment.map((line) => (
              <div key={line}>{code(line)}</div>
            ))}
          </Fact>
        )}
        {detail.row.digests.length > 0 && (
          <Fact name="Digest">
            {detail.row.digests.map((digest) => (
              <div key={digest}>{code(digest)}</div>
            ))}
          </Fact>
        )}
        {detail.author && <Fact name="Author">{detail.author}</Fact>}
      </Facts>
    </Scroll>
  )
}
