export function sourceHash(): string
export function build(): { readonly path: string; readonly from: 'cache' | 'compiled' | 'prebuilt' }
export function prebuiltProgram(hash?: string, arch?: string): string | null
export function buildPrebuilt(): void
