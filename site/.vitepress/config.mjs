import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { withMermaid } from 'vitepress-plugin-mermaid'

const docs = fileURLToPath(new URL('../../docs/', import.meta.url))

/** One group of the side bar: all pages of a folder, by the number in their name or by their title. */
function group(text, folder) {
  const path = `${docs}${folder}`
  const names = existsSync(path) ? readdirSync(path).filter((name) => name.endsWith('.md')) : []
  const items = names
    .filter((name) => name !== 'index.md')
    .map((name) => ({
      text: /^# (.+)$/m.exec(readFileSync(`${path}/${name}`, 'utf8'))?.[1] ?? name,
      link: `/${folder}/${name.replace(/\.md$/, '')}`,
      order: /^\d+/.exec(name)?.[0] ?? '',
    }))
    .sort((a, b) => a.order.localeCompare(b.order) || a.text.localeCompare(b.text))
  return items.length ? [{ text, items }] : []
}

/** The pages lie outside of this folder, so the packages they are built with are looked up from here. */
const packagesOfThisFolder = {
  name: 'packages-of-this-folder',
  enforce: 'pre',
  resolveId(source, importer, options) {
    const isPackage = /^[@a-z]/.test(source)
    if (!isPackage || !importer?.startsWith(docs)) return null
    return this.resolve(source, fileURLToPath(import.meta.url), { ...options, skipSelf: true })
  },
}

export default withMermaid({
  title: 'Vertebra',
  description: 'A framework for event-driven services on Vert.x.',
  lang: 'en',
  base: process.env.SITE_BASE ?? '/',
  srcDir: '../docs',
  cleanUrls: true,
  vite: { plugins: [packagesOfThisFolder] },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar: [
      { text: 'Vertebra', link: '/' },
      ...group('Tutorials', 'tutorials'),
      ...group('How to', 'how-to'),
      ...group('Explanation', 'explanation'),
      ...group('Reference', 'reference'),
      ...group('Decisions', 'decisions'),
    ],
  },
})
