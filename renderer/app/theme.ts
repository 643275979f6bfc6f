/** Theme and density on the document, from the settings; the last theme is kept so that the first paint has it. */
import { useEffect } from 'react'
import { useFeed, useSession } from '../rpc/session.tsx'
import type { Density } from '../ui/density.ts'
import { useMedia } from '../ui/use-media.ts'

const KEY = 'longshore.theme'

/** Before anything is drawn. */
export function applyStoredTheme(): void {
  const stored = localStorage.getItem(KEY) ?? 'system'
  const dark =
    stored === 'dark' || (stored === 'system' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
}

/** Keeps the document in line with the settings. */
export function useAppearance(): { readonly dark: boolean; readonly density: Density } {
  const settings = useFeed(useSession().settings)
  const systemDark = useMedia('(prefers-color-scheme: dark)')
  const theme = settings?.theme ?? localStorage.getItem(KEY) ?? 'system'
  const dark = theme === 'dark' || (theme === 'system' && systemDark)
  const density = settings?.density ?? 'comfortable'
  useEffect(() => {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light'
    document.documentElement.dataset.density = density
    if (settings) localStorage.setItem(KEY, settings.theme)
  }, [dark, density, settings])
  return { dark, density }
}
