/** What the event of a reload carries: the settings as they are from now on, written as dockerd writes them. */
import { hostname } from 'node:os'
import type { DaemonSettings } from '../settings.ts'

export function reloadAttributes(settings: DaemonSettings): Readonly<Record<string, string>> {
  const { registries, containers } = settings
  return {
    name: hostname(),
    debug: String(settings.debug),
    'default-ipc-mode': containers.ipcMode,
    'default-shm-size': String(containers.shmSizeBytes),
    features: JSON.stringify(settings.features),
    'insecure-registries': JSON.stringify(registries.insecure),
    labels: JSON.stringify(settings.labels),
    'live-restore': String(settings.liveRestore),
    'max-concurrent-downloads': String(registries.maxDownloads),
    'max-concurrent-uploads': String(registries.maxUploads),
    'registry-mirrors': JSON.stringify(registries.mirrors),
    'shutdown-timeout': String(settings.shutdownTimeoutSeconds),
  }
}
