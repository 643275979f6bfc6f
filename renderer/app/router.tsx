/** Addresses: `#/<engine>/<page>?q=&id=&tab=` restores everything that is on screen. */
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  redirect,
  useNavigate,
  useParams,
} from '@tanstack/react-router'
import { useCallback } from 'react'
import { BuildsPage } from '../features/builds/builds-page.tsx'
import { ContainersPage } from '../features/containers/containers-page.tsx'
import { EnginesPage } from '../features/engines/engines-page.tsx'
import { Welcome } from '../features/engines/welcome.tsx'
import { ImagesPage } from '../features/images/images-page.tsx'
import { ProjectsPage } from '../features/projects/projects-page.tsx'
import { SettingsPage } from '../features/settings/settings-page.tsx'
import { VolumesPage } from '../features/volumes/volumes-page.tsx'
import { useClient } from '../rpc/session.tsx'
import { openDialog } from './dialogs.tsx'
import { Frame } from './frame.tsx'
import { useSwitchEngine } from './use-switch-engine.ts'

/** What a page keeps in its address. */
export interface PageSearch {
  readonly q?: string | undefined
  readonly id?: string | undefined
  readonly tab?: string | undefined
}

function pageSearch(search: Record<string, unknown>): PageSearch {
  const text = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
  return { q: text(search.q), id: text(search.id), tab: text(search.tab) }
}

const rootRoute = createRootRoute({ component: Frame, notFoundComponent: () => null })
const startRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: () => {
    const engine = localStorage.getItem('longshore.engine') ?? 'embedded'
    throw redirect({ to: '/$engine/containers', params: { engine }, search: {} })
  },
})
const engineRoute = createRoute({ getParentRoute: () => rootRoute, path: '/$engine', component: Outlet })

const projectsRoute = createRoute({
  getParentRoute: () => engineRoute,
  path: '/projects',
  validateSearch: pageSearch,
  component: function Projects() {
    const { engine } = projectsRoute.useParams()
    return (
      <ProjectsPage
        key={engine}
        engine={engine}
        view={projectsRoute.useSearch()}
        onView={useOnView()}
        onNew={() => openDialog({ kind: 'new-project', containers: [] })}
        onReconnect={useReconnect(engine)}
      />
    )
  },
})
const containersRoute = createRoute({
  getParentRoute: () => engineRoute,
  path: '/containers',
  validateSearch: pageSearch,
  component: function Containers() {
    const { engine } = containersRoute.useParams()
    const view = containersRoute.useSearch()
    const onView = useOnView()
    const onSwitch = useSwitchEngine()
    const onRun = () => openDialog({ kind: 'run', start: {} })
    const onPull = () => openDialog({ kind: 'pull' })
    return (
      <ContainersPage
        key={engine}
        engine={engine}
        view={view}
        onView={onView}
        onRun={onRun}
        onPull={onPull}
        onReconnect={useReconnect(engine)}
        welcome={<Welcome engine={engine} onRun={onRun} onPull={onPull} onSwitch={onSwitch} />}
      />
    )
  },
})
const imagesRoute = createRoute({
  getParentRoute: () => engineRoute,
  path: '/images',
  validateSearch: pageSearch,
  component: function Images() {
    const { engine } = imagesRoute.useParams()
    return (
      <ImagesPage
        key={engine}
        engine={engine}
        view={imagesRoute.useSearch()}
        onView={useOnView()}
        onPull={() => openDialog({ kind: 'pull' })}
        onRun={(image) => openDialog({ kind: 'run', start: { image } })}
        onReconnect={useReconnect(engine)}
      />
    )
  },
})
const buildsRoute = createRoute({
  getParentRoute: () => engineRoute,
  path: '/builds',
  validateSearch: pageSearch,
  component: function Builds() {
    const { engine } = buildsRoute.useParams()
    return (
      <BuildsPage
        key={engine}
        engine={engine}
        view={buildsRoute.useSearch()}
        onView={useOnView()}
        onRun={(image) => openDialog({ kind: 'run', start: { image } })}
        onReconnect={useReconnect(engine)}
      />
    )
  },
})
const volumesRoute = createRoute({
  getParentRoute: () => engineRoute,
  path: '/volumes',
  validateSearch: pageSearch,
  component: function Volumes() {
    const { engine } = volumesRoute.useParams()
    return (
      <VolumesPage
        key={engine}
        engine={engine}
        view={volumesRoute.useSearch()}
        onView={useOnView()}
        onReconnect={useReconnect(engine)}
      />
    )
  },
})
const enginesRoute = createRoute({
  getParentRoute: () => engineRoute,
  path: '/engines',
  component: function Engines() {
    const { engine } = enginesRoute.useParams()
    return (
      <EnginesPage
        engine={engine}
        onSwitch={useSwitchEngine()}
        onAdd={() => openDialog({ kind: 'add-engine' })}
      />
    )
  },
})
const settingsRoute = createRoute({
  getParentRoute: () => engineRoute,
  path: '/settings',
  component: SettingsPage,
})

/** Changes parts of the address of the page on screen. */
function useOnView(): (patch: PageSearch, replace: boolean) => void {
  const navigate = useNavigate()
  return useCallback(
    (patch, replace) =>
      void navigate({ to: '.', search: (before: PageSearch) => ({ ...before, ...patch }), replace }),
    [navigate],
  )
}

function useReconnect(engine: string): () => void {
  const client = useClient()
  return () => void client.engines.reconnect({ engine }).catch(() => {})
}

/** The engine of the address; on the start address the last one. */
export function useCurrentEngine(): string {
  const { engine } = useParams({ strict: false })
  return engine ?? localStorage.getItem('longshore.engine') ?? 'embedded'
}

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    startRoute,
    engineRoute.addChildren([
      ...[projectsRoute, containersRoute, imagesRoute, buildsRoute],
      ...[volumesRoute, enginesRoute, settingsRoute],
    ]),
  ]),
  history: createHashHistory(),
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
