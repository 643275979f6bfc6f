/** What the page shows, as types: the contract's views, for those who may not import the contract itself. */
export type {
  BuildInput,
  BuildRow,
  BuildStep,
  BuildView,
  DockerfileProblem,
} from '../../electron/contract/builds.ts'
export type {
  ContainerDetail,
  ContainerRow,
  ContainerState,
  PortAnswer,
  PublishedPort,
  RunHints,
  RunInput,
  UsageSample,
} from '../../electron/contract/containers.ts'
export type {
  EngineCapabilities,
  EngineFacts,
  EngineState,
  EngineSummary,
  EngineView,
  HostCheck,
} from '../../electron/contract/engines.ts'
export type { Failure } from '../../electron/contract/failures.ts'
export type { ImageDetail, ImageRow } from '../../electron/contract/images.ts'
export type { Done, ListMessage } from '../../electron/contract/live.ts'
export type { LogLine, LogMessage } from '../../electron/contract/logs.ts'
export type {
  Diagnosis,
  FileProblem,
  Intent,
  PlanAnswer,
  PlanChange,
  PlanView,
  ProjectFile,
  ProjectFiles,
  ProjectMap,
  ProjectRow,
  ProjectState,
} from '../../electron/contract/projects.ts'
export type { CommandRecord, Settings } from '../../electron/contract/settings.ts'
export type { LayerView, StepView, TaskView } from '../../electron/contract/tasks.ts'
export type { TerminalMessage, TerminalView } from '../../electron/contract/terminals.ts'
export type { VolumeRow } from '../../electron/contract/volumes.ts'
