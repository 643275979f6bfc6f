/** Settings: how it looks, what it is, and what was done as the docker lines that say the same. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { clockTime, exactTime } from '../../lib/age.ts'
import { failureOf } from '../../rpc/failure-of.ts'
import { useFeed, useSession } from '../../rpc/session.tsx'
import type { Failure, Settings } from '../../rpc/views.ts'
import { ErrorNote } from '../../ui/callout.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { cx } from '../../ui/cx.ts'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Page } from '../../ui/page.tsx'
import { Scroll } from '../../ui/scroll.tsx'
import { Segments } from '../../ui/segments.tsx'

export function SettingsPage() {
  const { client, settings: feed } = useSession()
  const settings = useFeed(feed)
  const [failure, setFailure] = useState<Failure | null>(null)
  const about = useQuery({ queryKey: ['about'], queryFn: () => client.settings.about() })
  const log = useQuery({
    queryKey: ['command-log'],
    queryFn: () => client.settings.commandLog(),
    gcTime: 0,
    staleTime: 0,
  })
  const update = (patch: Partial<Settings>) => {
    setFailure(null)
    client.settings.update(patch).catch((error: unknown) => setFailure(failureOf(error)))
  }
  return (
    <Page title="Settings">
      <Scroll label="All settings" className="p-5">
        <div className="mx-auto flex max-w-3xl flex-col gap-7">
          {failure && <ErrorNote trouble={failure} />}
          <section aria-labelledby="looks">
            <h2 id="looks" className="mb-2 text-15 font-semibold">
              Appearance
            </h2>
            {settings && (
              <div className="grid grid-cols-[140px_1fr] items-center gap-y-3">
                <span className="text-soft">Theme</span>
                <Segments
                  label="Theme"
                  value={settings.theme}
                  choices={[
                    { value: 'system', label: 'As the system' },
                    { value: 'light', label: 'Light' },
                    { value: 'dark', label: 'Dark' },
                  ]}
                  onChange={(theme) => update({ theme })}
                />
                <span className="text-soft">Rows</span>
                <Segments
                  label="Rows"
                  value={settings.density}
                  choices={[
                    { value: 'comfortable', label: 'Comfortable' },
                    { value: 'compact', label: 'Compact' },
                  ]}
                  onChange={(density) => update({ density })}
                />
              </div>
            )}
          </section>
          <section aria-labelledby="commands">
            <h2 id="commands" className="text-15 font-semibold">
              Command log
            </h2>
            <p className="mb-2 text-soft">
              What was done here, as the docker lines that would have done the same.
            </p>
            {log.error && <ErrorNote trouble={failureOf(log.error)} />}
            {log.data?.length === 0 && <p className="text-muted">Nothing was done in this session yet.</p>}
            {log.data && log.data.length > 0 && (
              <ol className="rounded-panel border border-line bg-raised">
                {[...log.data].reverse().map((entry, index) => (
                  <li
                    // biome-ignore lint/suspicious/noArrayIndexKey: two records may be the same
                    key={index}
                    className="flex items-center gap-3 border-b border-line px-3 py-1 last:border-0"
                  >
                    <time
                      dateTime={entry.at}
                      title={exactTime(entry.at)}
                      className="figures shrink-0 text-12 text-muted"
                    >
                      {clockTime(entry.at)}
                    </time>
                    <code
                      className={cx(
                        'min-w-0 flex-1 truncate font-mono text-12',
                        !entry.ok && 'text-bad-text',
                      )}
                      title={entry.command}
                    >
                      {entry.command}
                    </code>
                    {!entry.ok && <span className="text-12 text-bad-text">failed</span>}
                    <span className="shrink-0 text-12 text-muted">{entry.engine}</span>
                    <CopyButton text={entry.command} label="Copy the command" />
                  </li>
                ))}
              </ol>
            )}
          </section>
          <section aria-labelledby="about">
            <h2 id="about" className="mb-2 text-15 font-semibold">
              About
            </h2>
            {about.data && (
              <Facts>
                <Fact name="Longshore">{about.data.version}</Fact>
                <Fact name="Shell">{about.data.shell === 'desktop' ? 'Desktop' : 'In the browser'}</Fact>
                <Fact name="Node">{about.data.node}</Fact>
                <Fact name="State">
                  <code className="break-all font-mono text-12">{about.data.stateDirectory}</code>
                </Fact>
              </Facts>
            )}
          </section>
        </div>
      </Scroll>
    </Page>
  )
}
