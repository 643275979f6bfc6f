/** Goes to another engine: the same page there, without what was selected here. */
import { useLocation, useNavigate } from '@tanstack/react-router'
import { useClient } from '../rpc/session.tsx'
import { PAGES, SETTINGS_PAGE } from './pages.ts'

export function useSwitchEngine(): (engine: string) => void {
  const navigate = useNavigate()
  const client = useClient()
  const path = useLocation({ select: (location) => location.pathname })
  return (engine) => {
    localStorage.setItem('longshore.engine', engine)
    void client.settings.update({ engine }).catch(() => {})
    const name = path.split('/').at(-1)
    const page = [...PAGES, SETTINGS_PAGE].find((each) => each.to.endsWith(`/${name}`))
    void navigate({ to: page?.to ?? '/$engine/containers', params: { engine }, search: {} })
  }
}
