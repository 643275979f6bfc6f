/**
 * Finds what a source file imports, in every way that TypeScript knows, from the syntax tree. The parser is oxc, as
 * it comes with vite: the package oxc-parser itself cannot be locked where the registry lacks some platforms' builds.
 */
import { parseAst } from 'vite'

/** The specifiers of a file: static, re-exported, dynamic with a literal, `import('x').T` in types, and require. */
export function findImports(fileName: string, source: string): readonly string[] {
  // A script of plain JavaScript is read as TypeScript too; only tsx and jsx differ, by their tags.
  const program: unknown = parseAst(source, { lang: /\.[jt]sx$/.test(fileName) ? 'tsx' : 'ts' }, fileName)
  const found: string[] = []
  visit(program, (node) => {
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
