import assert from 'node:assert/strict'
import { test } from 'node:test'
import { page, scenariosOf } from './scenarios.mjs'

test('a test may be named after several scenarios', () => {
  const found = scenariosOf('@Test\n  void c2_s15_a_second_start_attaches() {', 'StartTest')
  assert.deepEqual(found, [
    { id: 'c2', outcome: 'a second start attaches', test: 'StartTest' },
    { id: 's15', outcome: 'a second start attaches', test: 'StartTest' },
  ])
})

test('other tests are no scenarios', () => {
  assert.deepEqual(scenariosOf('void answers_a_duplicate() {}\n void d() {}', 'X'), [])
})

test('the page says what is not shown', () => {
  const text = page([{ id: 'o1', outcome: 'rollback sends nothing', test: 'OutboxIT' }])
  assert.match(text, /\| O1 \| rollback sends nothing \| `OutboxIT` \| in every build \|/)
  assert.match(text, /Not shown by a test of their own: O2, O3/)
})
