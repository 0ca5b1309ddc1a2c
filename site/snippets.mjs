// Copies regions of compiled code into the Markdown pages, so that a page shows only code that works.
//
//   code:      // #region place-order          (also: # #region, <!-- #region)
//              ...
//              // #endregion place-order
//   Markdown:  <!-- snippet: examples/quickstart/src/main/java/Hello.java#place-order -->
//              and the code block on the next line, which this script writes
//
// node snippets.mjs           writes the code blocks
// node snippets.mjs --check   writes nothing, and fails where a block is not what the code says
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, extname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const MARKER = /^<!-- snippet: ([^#\s]+)#([\w-]+) -->$/
const REGION = /^\s*(?:\/\/|#|<!--)\s*#(region|endregion)\s+([\w-]+)\s*(?:-->)?\s*$/
const SKIPPED = new Set(['node_modules', 'target', 'dist', 'cache', '.git'])
const LANGUAGES = { '.yml': 'yaml', '.mjs': 'js', '.sh': 'bash' }

/** The regions of one file as a map from name to lines; broken ones are told to `fail`. */
export function regionsOf(text, fail) {
  const regions = new Map()
  const open = new Map()
  text.split(/\r?\n/).forEach((line, index) => {
    const [, kind, name] = REGION.exec(line) ?? []
    if (!kind) return open.forEach((lines) => lines.push(line))
    if (kind === 'endregion') {
      if (!open.delete(name)) fail(`line ${index + 1}: region ${name} ends but is not open`)
      return
    }
    if (regions.has(name)) fail(`line ${index + 1}: region ${name} is there twice`)
    regions.set(name, [])
    open.set(name, regions.get(name))
  })
  open.forEach((_, name) => fail(`region ${name} is never closed`))
  return regions
}

/** Takes away empty lines at both ends and the indentation that all lines share. */
export function tidy(lines) {
  const text = lines.join('\n').replace(/^(\s*\n)+/, '').trimEnd().split('\n')
  const indents = text.filter((line) => line.trim()).map((line) => line.search(/\S/))
  const shared = Math.min(...indents, Infinity)
  return text.map((line) => line.slice(shared === Infinity ? 0 : shared).trimEnd())
}

/** The page with the code block under each marker replaced by what `code(path, region)` gives. */
export function render(page, code, fail) {
  const lines = page.split('\n')
  const result = []
  for (let at = 0; at < lines.length; at++) {
    result.push(lines[at])
    const [, path, region] = MARKER.exec(lines[at].trimEnd()) ?? []
    if (!path) continue
    const fence = /^`{3,}/.exec(lines[at + 1] ?? '')?.[0]
    const end = fence ? lines.findIndex((line, i) => i > at + 1 && line.trimEnd() === fence) : at
    const block = code(path, region)
    if (end < 0) fail(`line ${at + 2}: the code block never ends`)
    if (!block || end < 0) continue
    const language = LANGUAGES[extname(path)] ?? extname(path).slice(1)
    result.push('```' + language, ...block, '```')
    at = end
  }
  return result.join('\n')
}

function* markdown(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) yield* markdown(path)
    else if (entry.isFile() && entry.name.endsWith('.md')) yield path
  }
}

/** Brings all pages below `root` up to date, or only checks them; returns what is wrong. */
export function run(root, checkOnly) {
  const problems = []
  const files = new Map()
  const load = (path, page) => {
    if (files.has(path)) return files.get(path)
    const file = join(root, path)
    if (!existsSync(file)) problems.push(`${page}: ${path} does not exist`)
    const fail = (problem) => problems.push(`${path}: ${problem}`)
    files.set(path, existsSync(file) ? regionsOf(readFileSync(file, 'utf8'), fail) : null)
    return files.get(path)
  }
  for (const file of markdown(root)) {
    const page = relative(root, file)
    const before = readFileSync(file, 'utf8')
    const fail = (problem) => problems.push(`${page}: ${problem}`)
    const code = (path, region) => {
      const regions = load(path, page)
      const lines = regions?.get(region)
      if (regions && !lines) fail(`${path} has no region ${region}`)
      return lines && tidy(lines)
    }
    const after = render(before, code, fail)
    if (after === before) continue
    if (checkOnly) fail('a code block is stale; run "npm run snippets" in site')
    else writeFileSync(file, after)
  }
  return problems
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
  const problems = run(root, process.argv.includes('--check'))
  problems.forEach((problem) => console.error(problem))
  process.exitCode = problems.length ? 1 : 0
}
