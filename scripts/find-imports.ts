/** Finds what a source file imports, in every way that TypeScript knows, from the syntax tree. */
import { parseSync } from 'oxc-parser'

/** The specifiers of a file: static, re-exported, dynamic with a literal, `import('x').T` in types, and require. */
export function findImports(fileName: string, source: string): readonly string[] {
  const parsed = parseSync(fileName, source)
  if (parsed.errors.length > 0) throw new Error(`${fileName}: ${parsed.errors[0]?.message}`)
  const found: string[] = []
  visit(parsed.program, (node) => {
    switch (node.type) {
      case 'ImportDeclaration':
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
      case 'ImportExpression':
      case 'TSImportType':
        push(found, node.source)
        break
      case 'TSExternalModuleReference':
        push(found, node.expression)
        break
      case 'CallExpression':
        if (isNode(node.callee) && node.callee.name === 'require' && Array.isArray(node.arguments)) {
          push(found, node.arguments[0])
        }
        break
    }
  })
  return found
}

type Node = Readonly<Record<string, unknown>>

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null
}

function push(found: string[], source: unknown): void {
  if (isNode(source) && typeof source.value === 'string') found.push(source.value)
}

function visit(value: unknown, meet: (node: Node) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, meet)
  } else if (isNode(value)) {
    if (typeof value.type === 'string') meet(value)
    for (const child of Object.values(value)) visit(child, meet)
  }
}
