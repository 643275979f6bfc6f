/** The pages, in the order of the rail. */
import { Box, Disc3, Hammer, HardDrive, Layers, type LucideIcon, Server, Settings2 } from 'lucide-react'

export interface PageLink {
  readonly to:
    | '/$engine/projects'
    | '/$engine/containers'
    | '/$engine/images'
    | '/$engine/builds'
    | '/$engine/volumes'
    | '/$engine/engines'
    | '/$engine/settings'
  readonly label: string
  readonly icon: LucideIcon
  readonly keys: string
}

export const PAGES: readonly PageLink[] = [
  { to: '/$engine/projects', label: 'Projects', icon: Layers, keys: 'Ctrl 1' },
  { to: '/$engine/containers', label: 'Containers', icon: Box, keys: 'Ctrl 2' },
  { to: '/$engine/images', label: 'Images', icon: Disc3, keys: 'Ctrl 3' },
  { to: '/$engine/builds', label: 'Builds', icon: Hammer, keys: 'Ctrl 4' },
  { to: '/$engine/volumes', label: 'Volumes', icon: HardDrive, keys: 'Ctrl 5' },
  { to: '/$engine/engines', label: 'Engines', icon: Server, keys: 'Ctrl 6' },
]

export const SETTINGS_PAGE: PageLink = {
  to: '/$engine/settings',
  label: 'Settings',
  icon: Settings2,
  keys: 'Ctrl 7',
}
