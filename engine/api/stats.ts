/** Wire type of GET /containers/{id}/stats. Bytes and nanoseconds. */

export interface CpuStats {
  readonly cpu_usage: {
    readonly total_usage: number
    readonly percpu_usage?: readonly number[]
    readonly usage_in_kernelmode: number
    readonly usage_in_usermode: number
  }
  /** Left out of `precpu_stats` of a first or one-shot answer. */
  readonly system_cpu_usage?: number
  readonly online_cpus?: number
  readonly throttling_data: {
    readonly periods: number
    readonly throttled_periods: number
    readonly throttled_time: number
  }
}

export interface BlkioEntry {
  readonly major: number
  readonly minor: number
  readonly op: string
  readonly value: number
}

export interface NetworkStats {
  readonly rx_bytes: number
  readonly rx_packets: number
  readonly rx_errors: number
  readonly rx_dropped: number
  readonly tx_bytes: number
  readonly tx_packets: number
  readonly tx_errors: number
  readonly tx_dropped: number
}

export interface ContainerStats {
  readonly read: string
  readonly preread: string
  readonly pids_stats: { readonly current?: number; readonly limit?: number }
  readonly blkio_stats: Readonly<Record<string, readonly BlkioEntry[] | null>>
  readonly num_procs: number
  readonly storage_stats: Readonly<Record<string, number>>
  readonly cpu_stats: CpuStats
  readonly precpu_stats: CpuStats
  readonly memory_stats: {
    readonly usage?: number
    /** cgroup v1 alone. */
    readonly max_usage?: number
    readonly failcnt?: number
    readonly stats?: Readonly<Record<string, number>>
    readonly limit?: number
  }
  readonly name: string
  readonly id: string
  readonly networks?: Readonly<Record<string, NetworkStats>>
}
