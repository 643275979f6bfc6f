/** App: routes, frame, palette; the only place that knows every feature. This: the page's start. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createClient } from '../rpc/client.ts'
import { connect } from '../rpc/connection.ts'
import { createSession, SessionProvider } from '../rpc/session.tsx'
import '../ui/base.css'
import { TooltipProvider } from '../ui/tooltip.tsx'
import { dialServices } from './dial-services.ts'
import { router } from './router.tsx'
import { applyStoredTheme } from './theme.ts'

applyStoredTheme()
const connection = connect(dialServices())
const session = createSession(createClient(connection), connection)
const queries = new QueryClient({
  defaultOptions: {
    // Freshness comes with events and keys, never from a timer or from looking at the window.
    queries: {
      staleTime: Number.POSITIVE_INFINITY,
      retry: false,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
    },
  },
})

const root = document.getElementById('root')
if (!root) throw new Error('The page has no #root.')
createRoot(root).render(
  <StrictMode>
    <SessionProvider session={session}>
      <QueryClientProvider client={queries}>
        <TooltipProvider>
          <RouterProvider router={router} />
        </TooltipProvider>
      </QueryClientProvider>
    </SessionProvider>
  </StrictMode>,
)
