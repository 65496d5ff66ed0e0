import { describe, expect, it } from 'vitest'
import { reasons, recipes, registry } from 'estimand'
import { commandsOf } from '../../docs/pages/commandLine.ts'
import { lessonPage, nameOfLesson } from '../../docs/pages/lesson.ts'
import type { Page } from '../../docs/pages/page.ts'
import { filesOf, literal, table } from '../../docs/pages/page.ts'
import { recipesPage } from '../../docs/pages/recipe.ts'
import { onSite, titled } from '../../docs/pages/source.ts'
import { witnessesOf } from '../../docs/pages/witness.ts'
import { kinds, wordsPage } from '../../docs/pages/word.ts'

const all = (page: Page): readonly Page[] => [page, ...(page.children ?? []).flatMap(all)]

describe('pages of the words', () => {
  const adds = new Map<string, readonly string[]>()
  const pages = all(wordsPage(Object.values(reasons), (word, added) => {
    adds.set(word, added)
    return []
  }))
  const page = (title: string): Page => {
    const found = pages.find((one) => one.title === title)
    if (found === undefined) throw new Error(`no page ${title}`)
    return found
  }

  it('are there for every word of the registry, and for the steps that take one', () => {
    const words = Object.values(registry).flatMap((entries) => Object.keys(entries as object))
    const takers = Object.values(kinds).flatMap(({ takenBy }) => (takenBy === null ? [] : [takenBy]))
    expect([...words, ...takers].filter((word) => !pages.some(({ title }) => title === word))).toEqual([])
    expect(Object.keys(kinds)).toEqual(Object.keys(registry))
  })

  it('have each path once', () => {
    const paths = pages.map(({ path }) => path)
    expect(paths.filter((path, k) => paths.indexOf(path) !== k)).toEqual([])
  })

  // By the table of stages: clip needs a ratio, has it after importance(perStep), and goes before reduce.
  it('say where a word may stand, with the sentences of the legality table', () => {
    expect(page('clip').body).toContain('a whole return, a return less the mean of the batch, a reward-to-go, a credit per step, a normalised credit | refused: *clip: needs a ratio; put importance(perStep) before it*')
    expect(page('clip').body).toMatch(/a ratio per step \| \*\*legal\*\*, adds \[clipping\]/)
    expect(page('causality').body).toContain('a reward-to-go | refused: *causality: already applied; remove the second one*')
  })

  it('say what a word adds, which may depend on where it stands', () => {
    const { body } = page('batchMean')
    expect(body).toMatch(/a whole return \| \*\*legal\*\*, adds \[own sample\]/)
    expect(body).toMatch(/a reward-to-go \| \*\*legal\*\*, adds \[own sample among survivors\]/)
    expect(page('perDecision').body).toMatch(/a return less the mean of the batch \| \*\*legal\*\*, adds \[own sample, reweighted\]\S+, in place of \[own sample\]/)
  })

  it('say what a word needs', () => {
    expect(page('stateValue').body).toContain('It needs {@link estimand!StateValue | StateValue}')
    expect(page('totalReturn').body).toContain('{@link estimand!CompleteEpisodes | CompleteEpisodes}')
    expect(page('causality').body).toContain('It needs nothing more, and adds no bias.')
  })

  it('show a bias that an option adds or not', () => {
    expect(page('gae').body).toContain('[inexact values]')
    expect(page('gae').body).toContain('"lambda": 1}')
  })

  it('find every reason that a built-in word adds', () => {
    // Scaled and summed come of combinations of pipelines, which are no words of one.
    const found = new Set([...adds.values()].flat())
    expect([...found].toSorted()).toEqual(Object.keys(reasons).filter((name) => name !== 'scaled' && name !== 'summed').toSorted())
  })

  it('show a world with both gradients for each reason', () => {
    expect(witnessesOf('batchMean', adds.get('batchMean') ?? []).map(({ reason, report }) => [reason, /state  action  expected +actual +difference/.test(report)])).toEqual([
      ['own sample', true],
      ['own sample among survivors', true],
    ])
    expect(witnessesOf('causality', [])).toEqual([])
    expect(() => witnessesOf('batchMean', ['clipping'])).toThrow(/batchMean adds clipping; laws\/witnesses.ts has no host/)
  })

  it('have a heading for every reason that they link to', () => {
    const linked = new Set(pages.flatMap(({ body }) => [...body.matchAll(/words--reasons\.md#([\w-]+)/g)].map(([, anchor]) => anchor)))
    expect([...linked].filter((anchor) => !Object.keys(reasons).some((name) => name.replaceAll(' ', '-').replace(/[,/]/g, '') === anchor))).toEqual([])
    for (const name of Object.keys(reasons)) expect(page('Reasons of bias').body).toContain(`\n## ${name}\n`)
  })

  it('are there for every recipe', () => {
    for (const name of Object.keys(recipes)) expect(recipesPage().body).toContain(`## ${name}\n`)
  })
})

describe('a lesson as a page', () => {
  const page = lessonPage(
    "/**\n * Lesson 1. Why?\n *\n *     W = R_t\n *\n * Because of `a_t`, and s_t.\n */\nimport { pipe } from 'fp-ts/lib/function.js'\nimport {\n  reduce,\n} from 'estimand'\n\nconst one = 1\n\n// 1. It is\n//    one.\nconst two = 2\n// within\n\nconst three = 3\n\n// Try: what is two?\n",
    'it is one\n',
  )

  it('has its comments as prose, its code as code, what it prints and the exercise', () => {
    expect(page).toBe(
      [
        'Lesson 1. Why?\n\n    W = R_t\n\nBecause of `a_t`, and s\\_t.',
        '<details class="fold"><summary>Imports</summary>\n\n````ts\nimport { pipe } from \'fp-ts/lib/function.js\'\nimport {\n  reduce,\n} from \'estimand\'\n````\n\n</details>',
        '````ts\nconst one = 1\n````',
        '**1.** It is\none.',
        '````ts\nconst two = 2\n// within\n\nconst three = 3\n````',
        '## What it prints',
        '````text\nit is one\n````',
        '## Exercise',
        'What is two?',
      ].join('\n\n'),
    )
  })

  it('is named by its file', () => {
    expect([nameOfLesson('01-objective-and-reinforce.ts'), nameOfLesson('write-your-own.ts')]).toEqual(['1. Objective and REINFORCE', 'Write your own'])
  })
})

describe('Markdown of the repository on the site', () => {
  it('links to pages, and to nothing that has none', () => {
    expect(onSite('README.md', '[own](examples/write-your-own.ts) [guide](docs/guides/a-b.md#c) [law](laws/tight.ts) [out](https://example.org) [here](#x)')).toBe(
      '[own](./lessons--write-your-own.md) [guide](./guides--a-b.md#c) law [out](https://example.org) [here](#x)',
    )
    expect(onSite('README.md', '[own](https://unpkg.com/estimand/examples/write-your-own.ts) [guide](https://unpkg.com/estimand/docs/guides/a-b.md#c) [law](https://unpkg.com/estimand/laws/tight.ts)')).toBe(
      '[own](./lessons--write-your-own.md) [guide](./guides--a-b.md#c) law',
    )
    expect(onSite('docs/guides/a.md', '[b](b.md) [home](../../README.md)')).toBe('[b](./guides--b.md) [home](./index.md)')
  })

  it('has a title', () => {
    expect(titled('# A\n\nb\n')).toEqual({ title: 'A', body: 'b\n' })
  })

  it('is written as files that name those below', () => {
    const files = filesOf({ title: 'A', path: 'a', body: 'x', children: [{ title: 'B', path: 'a/b', body: 'y' }] })
    expect(files).toEqual([
      ['a.md', '---\ntitle: "A"\npath: a\nchildren:\n  - ./a--b.md\n---\n\n# A\n\nx\n'],
      ['a--b.md', '---\ntitle: "B"\npath: a/b\n---\n\n# B\n\ny\n'],
    ])
  })

  it('keeps text as it is', () => {
    expect(literal('E[z_t | x] < $2 * 3')).toBe('E\\[z\\_t \\| x\\] &lt; \\$2 \\* 3')
    expect(table(['a'], [['b']])).toBe('| a |\n|---|\n| b |')
  })
})

it('the command line lists its commands', () => {
  expect(commandsOf('Usage: x\n\nCommands:\n  exact [options]  one\n                   more\n  weigh            two\n  help [command]   three\n\nSee also\n')).toEqual(['exact', 'weigh'])
})
