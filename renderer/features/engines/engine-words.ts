/** Engines: the switcher, the page, what this host can do. This: how an engine stands, in words and as a mark. */
import type { EngineView } from '../../rpc/views.ts'
import type { Status } from '../../ui/status-mark.tsx'

export function engineStatus(engine: EngineView): Status {
  switch (engine.state.kind) {
    case 'connected':
      return 'running'
    case 'connecting':
    case 'starting':
      return 'starting'
    case 'unreachable':
      return 'failed'
  }
}

/** `this machine, rootless`; `Docker 28.3`; `away`. */
export function engineWords(engine: EngineView): string {
  switch (engine.state.kind) {
    case 'connecting':
      return 'connecting'
    case 'starting':
      return engine.state.what
    case 'unreachable':
      return 'cannot be reached'
    case 'connected': {
      if (engine.kind === 'embedded') return `this machine${engine.facts?.rootless ? ', rootless' : ''}`
      return engine.facts ? `${engine.facts.product} ${engine.facts.version}` : 'connected'
    }
  }
}
