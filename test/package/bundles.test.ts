import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { forBrowser } from './bundled.ts'
import { entries, installedPackage, root } from './installed.ts'

/** It writes files, which is what Node is for. */
const nodeOnly = ['estimand/record']
/** It draws with Vega, an optional dependency that is bundled by those who have it. */
const drawing = 'estimand/compare'
const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const forBoth = entries.map(({ name }) => name).filter((name) => !nodeOnly.includes(name))

describe('bundles for browsers', () => {
  const { user } = installedPackage()

  it.each(forBoth)('%s is bundled without a warning', async (name) => {
    const { text, warnings } = await forBrowser(`export * from '${name}'`, user, name === drawing ? Object.keys(optionalDependencies) : [])
    expect(warnings).toEqual([])
    process.stdout.write(`bundle of ${name}: ${(text.length / 1000).toFixed(0)} kB, ${(gzipSync(text).length / 1000).toFixed(0)} kB gzipped\n`)
  })

  it('a program takes what it uses: a pipeline is less than everything', async () => {
    const { text: pipeline } = await forBrowser("import { totalReturn, meanOverTrajectories, reduce, estimate } from 'estimand'\nconsole.log(estimate(reduce(meanOverTrajectories)(totalReturn)))", user)
    const { text: all } = await forBrowser("import * as all from 'estimand'\nconsole.log(all)", user)
    expect(pipeline.length).toBeLessThan(0.75 * all.length)
  })

  it.each(nodeOnly)('%s is refused, as a control', async (name) => {
    await expect(forBrowser(`export * from '${name}'`, user)).rejects.toThrow('node:fs')
  })
})
