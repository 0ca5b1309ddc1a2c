// Writes docs/reference/scenarios.md from the names of the tests: a test that is named after a scenario,
// such as s9_compensation_before_its_action_is_recorded, proves it. The build runs all of them.
//
// node scenarios.mjs           writes the page
// node scenarios.mjs --check   writes nothing, and fails where the page is not what the tests say
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The groups, with the number of scenarios in each. */
const GROUPS = [
  { letter: 'c', count: 13, title: 'Crash points', text: 'A process is killed and started again, or another takes over.' },
  { letter: 's', count: 20, title: 'Saga logic', text: 'Replies that come late, twice, out of order or never; compensation; operators.' },
  { letter: 'd', count: 12, title: 'Deduplication', text: 'The same message again, and stores that are slow or down.' },
  { letter: 'o', count: 9, title: 'Outbox', text: 'Messages that leave with the transaction that wrote them.' },
  { letter: 't', count: 6, title: 'Time', text: 'Clocks that jump and timers that fire twice.' },
  { letter: 'k', count: 10, title: 'Cluster', text: 'Owners that freeze, leases that are lost, nodes that leave.' },
  { letter: 'v', count: 7, title: 'Upgrade', text: 'Definitions and schemas that change while sagas run.' },
]

const NAME = /\bvoid ((?:[a-z]\d+_)+)([a-z0-9_]+)\(/g
const SKIPPED = new Set(['node_modules', 'target', 'main', '.git'])

/** The scenarios that a Java file's tests are named after: one entry for each id in a test's name. */
export function scenariosOf(text, test) {
  return [...text.matchAll(NAME)].flatMap(([, ids, rest]) =>
    ids.split('_').filter(Boolean).map((id) => ({ id, outcome: rest.replaceAll('_', ' '), test }))
  )
}

function* tests(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) yield* tests(path)
    else if (entry.isFile() && /(Test|IT|Contract)\.java$/.test(entry.name)) yield path
  }
}

/** The page for these scenarios. */
export function page(scenarios) {
  const lines = [
    '# Scenarios',
    '',
    'What may go wrong, and what happens then. Each line is a test that the build runs, named after its scenario, on a',
    'real PostgreSQL where a database takes part; a build in which one of them fails or is skipped is red.',
    'This page is written from their names by `site/scenarios.mjs`.',
  ]
  for (const { letter, count, title, text } of GROUPS) {
    const ids = Array.from({ length: count }, (_, i) => `${letter}${i + 1}`)
    const shown = ids.filter((id) => scenarios.some((s) => s.id === id))
    lines.push('', `## ${title}`, '', `${text} Shown: ${shown.length} of ${count}.`, '')
    lines.push('| scenario | outcome | test | passed |', '|---|---|---|---|')
    for (const id of shown)
      for (const { outcome, test } of scenarios.filter((s) => s.id === id))
        lines.push(`| ${id.toUpperCase()} | ${outcome} | \`${test}\` | in every build |`)
    const missing = ids.filter((id) => !shown.includes(id))
    if (missing.length) lines.push('', `Not shown by a test of their own: ${missing.join(', ').toUpperCase()}.`)
  }
  return lines.join('\n') + '\n'
}

/** Brings the page below `root` up to date, or only checks it; returns what is wrong. */
export function run(root, checkOnly) {
  const found = []
  for (const module of readdirSync(root, { withFileTypes: true }))
    if (module.isDirectory() && /^(framework|examples)/.test(module.name))
      for (const file of tests(join(root, module.name))) {
        const name = relative(root, file).replace(/.*\//, '').replace('.java', '')
        found.push(...scenariosOf(readFileSync(file, 'utf8'), name))
      }
  found.sort((a, b) => (a.outcome + a.test < b.outcome + b.test ? -1 : 1))
  const path = join(root, 'docs/reference/scenarios.md')
  const now = page(found)
  if (existsSync(path) && readFileSync(path, 'utf8') === now) return []
  if (!checkOnly) writeFileSync(path, now)
  return checkOnly ? ['docs/reference/scenarios.md is not what the tests say: run node scenarios.mjs'] : []
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = run(resolve(fileURLToPath(import.meta.url), '../..'), process.argv.includes('--check'))
  problems.forEach((problem) => console.error(problem))
  process.exitCode = problems.length ? 1 : 0
}
