import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { run } from './snippets.mjs'

const CODE = `class Hello {
  // #region greet
  void greet() {
    // #region inner
    print("hello");
    // #endregion inner
  }
  // #endregion greet
}
`
const PAGE = `Greeting:

<!-- snippet: Hello.java#greet -->
`
const BLOCK = `\`\`\`java
void greet() {
  print("hello");
}
\`\`\`
`
let root
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'snippets-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const write = (name, text) => writeFileSync(join(root, name), text)
const page = () => readFileSync(join(root, 'page.md'), 'utf8')

test('writes a region under its marker, without indentation and inner markers', () => {
  write('Hello.java', CODE)
  write('page.md', PAGE)
  assert.deepEqual(run(root, false), [])
  assert.equal(page(), PAGE + BLOCK)
})

test('replaces a stale block, and the check finds it but writes nothing', () => {
  write('Hello.java', CODE)
  const stale = PAGE + BLOCK.replace('hello', 'goodbye') + '\nThe end.\n'
  write('page.md', stale)
  assert.match(run(root, true).join(), /page\.md: a code block is stale/)
  assert.equal(page(), stale)
  assert.deepEqual(run(root, false), [])
  assert.equal(page(), PAGE + BLOCK + '\nThe end.\n')
  assert.deepEqual(run(root, true), [])
})

test('finds a lost region and a lost file', () => {
  write('Hello.java', CODE)
  write('page.md', PAGE.replace('#greet', '#leave') + PAGE.replace('Hello', 'Bye'))
  assert.match(run(root, true).join(), /Hello\.java has no region leave/)
  assert.match(run(root, true).join(), /Bye\.java does not exist/)
})

test('finds a region that is there twice, never closed or never opened', () => {
  write('page.md', PAGE + BLOCK)
  write('Hello.java', CODE + CODE)
  assert.match(run(root, true).join(), /region greet is there twice/)
  write('Hello.java', CODE.replace('// #endregion greet', ''))
  assert.match(run(root, true).join(), /region greet is never closed/)
  write('Hello.java', CODE.replace('// #region inner', ''))
  assert.match(run(root, true).join(), /region inner ends but is not open/)
})

test('finds a code block that never ends', () => {
  write('Hello.java', CODE)
  write('page.md', PAGE + '```java\nvoid greet() {}\n')
  assert.match(run(root, false).join(), /line 4: the code block never ends/)
})
