import { beforeAll, describe, expect, test } from 'vitest'
import { legality } from 'estimand'
import type { AnyEstimator, Row } from 'estimand'
import { allPipelines, decode, piped, wordsUsed } from './decoder/pipelines.ts'
import type { Decoded, Pipeline } from './decoder/pipelines.ts'
import { refusalsIn, tsc, withPrograms } from './tsc.ts'

const header = `import { pipe } from 'fp-ts/lib/function.js'
import { ${wordsUsed.join(', ')} } from 'estimand'
import type { ActionValue, BehaviourLogProb, CompleteEpisodes, Estimator, OnPolicy, Reward, StateValue } from 'estimand'
type IsAny<A> = 0 extends 1 & A ? true : false
type Same<A, B> = true extends IsAny<A> | IsAny<B> ? false : [A] extends [B] ? ([B] extends [A] ? true : false) : false
const same = <A, B>(_claim: Same<A, B>): void => undefined
export const used = [${wordsUsed.join(', ')}]
export type Used = Estimator<ActionValue & BehaviourLogProb & CompleteEpisodes & OnPolicy & Reward & StateValue, never>
`

/** What the run-time data of an estimator say of it. */
interface Claim {
  readonly needs: readonly string[]
  readonly reasons: readonly string[]
}

const claimOf = ({ needs, reasons }: AnyEstimator): Claim => ({ needs, reasons: reasons.map(({ name }) => name) })

const typeOf = ({ needs, reasons }: Claim): string =>
  `Estimator<${needs.join(' & ') || 'unknown'}, ${reasons.map((name) => JSON.stringify(name)).join(' | ') || 'never'}>`

// A call that is a statement, or a const beside the others, would lie on the path from every later line to its imports, which the compiler
// follows: the time would grow with the square of the number of lines.
const refusedLine = (words: Pipeline['words']): string => `void ${piped(words)}`
const acceptedLine = (words: Pipeline['words'], claim: Claim): string => `void (() => { const e = ${piped(words)}; same<typeof e, ${typeOf(claim)}>(true) })`

const lineOf = ({ words, decoded }: Pipeline): string =>
  decoded._tag === 'refused' ? refusedLine(words) : acceptedLine(words, claimOf(decoded.estimator))

/** What tsc says of each line, in order; nothing where it says nothing. In four files, which the compiler checks side by side. */
const compiled = (lines: readonly string[]): readonly string[] => {
  const perFile = Math.ceil(lines.length / 4)
  const names = Array.from({ length: Math.ceil(lines.length / perFile) }, (_, k) => `part${k}.ts`)
  const parts = Object.fromEntries(names.map((name, k) => [name, `${header}${lines.slice(k * perFile, (k + 1) * perFile).join('\n')}\n`]))
  const index = names.map((name) => `import './${name}'\n`).join('')
  const output = withPrograms({ ...parts, 'index.ts': index }, (configOf) => tsc('-p', configOf('index.ts')))
  const before = header.split('\n').length
  const said = lines.map(() => '')
  for (const { file, line, message } of refusalsIn(output)) {
    const part = names.findIndex((name) => file.endsWith(`/${name}`))
    if (part < 0 || line < before) throw new Error(`${file}(${line}): ${message}`)
    said[part * perFile + line - before] += `${message}\n`
  }
  return said
}

/** The one refusal that types do not make: no type says whether a credit has an outer factor, the data of the pipeline do. */
const seenAtRunTimeOnly: string = legality.dropOuterDiscount['no outer factor']

/** How the decoder and the compiler disagree about a pipeline; null where they do not. */
const disagreement = (decoded: Decoded, said: string): string | null => {
  if (decoded._tag === 'accepted') return said === '' ? null : `the decoder accepts it as ${typeOf(claimOf(decoded.estimator))}; the compiler says: ${said}`
  if (decoded.sentence === seenAtRunTimeOnly) return said === '' ? null : `expected to be refused at run time only; the compiler says: ${said}`
  if (said === '') return `the compiler accepts it; the decoder says: ${decoded.sentence}`
  return said.includes(`"${decoded.sentence}"`) ? null : `the decoder says: ${decoded.sentence}; the compiler says: ${said}`
}

const all = allPipelines()
const refused = all.flatMap(({ decoded }) => (decoded._tag === 'refused' ? [decoded.sentence] : []))

const host = ['totalReturn', 'causality', { importance: 'perStep' }, { reduce: 'meanOverSteps' }] as const
const own: Claim = { needs: ['Reward', 'CompleteEpisodes', 'BehaviourLogProb'], reasons: ['state distribution', 'random length'] }
const wrong: readonly (readonly [string, Claim])[] = [
  ['a reason too few', { ...own, reasons: ['state distribution'] }],
  ['a reason too many', { ...own, reasons: [...own.reasons, 'clipping'] }],
  ['a need too few', { ...own, needs: ['Reward', 'CompleteEpisodes'] }],
  ['a need too many', { ...own, needs: [...own.needs, 'StateValue'] }],
]

const finite = [{ vtrace: { rhoBar: 1, cBar: 1 } }, { reduce: 'meanOverTrajectories' }] as const
const infinite = [{ vtrace: { rhoBar: 'Infinity', cBar: 'Infinity' } }, { reduce: 'meanOverTrajectories' }] as const
const estimatorOf = (words: Pipeline['words']): AnyEstimator => {
  const decoded = decode(words)
  if (decoded._tag === 'refused') throw new Error(decoded.sentence)
  return decoded.estimator
}

/** Infinity has no type of its own: what finite bounds add and what infinite ones add. */
const boundOf = (claim: Claim): Claim => ({ ...claim, reasons: [...claim.reasons, 'inexact values at cuts'] })

const lines = {
  all: all.map(lineOf),
  own: [acceptedLine(host, own)],
  wrong: wrong.map(([, claim]) => acceptedLine(host, claim)),
  infinite: [acceptedLine(infinite, boundOf(claimOf(estimatorOf(finite))))],
}
let said: { readonly [Group in keyof typeof lines]: readonly string[] }
beforeAll(() => {
  const answers = compiled(Object.values(lines).flat())
  const after = all.length + 1 + wrong.length
  said = { all: answers.slice(0, all.length), own: [answers[all.length]], wrong: answers.slice(all.length + 1, after), infinite: answers.slice(after) }
}, 180_000)

const disagreements = (pipelines: readonly Pipeline[], answers: readonly string[]): readonly string[] =>
  pipelines.flatMap(({ words, decoded }, k) => {
    const how = disagreement(decoded, answers[k])
    return how === null ? [] : [`${piped(words)}\n  ${how}`]
  })

describe('every pipeline of up to three modifiers', () => {
  test('decoder and compiler accept the same, with the same needs and reasons, and refuse the rest in the same words', () => {
    const atRunTimeOnly = refused.filter((sentence) => sentence === seenAtRunTimeOnly).length
    process.stdout.write(`${all.length} pipelines, ${refused.length} refused, ${atRunTimeOnly} of them at run time only\n`)
    expect(disagreements(all, said.all)).toEqual([])
  })

  test('no pipeline stands twice', () => expect(new Set(all.map(({ words }) => piped(words))).size).toBe(all.length))

  test('every sentence that a registered word can meet is met', () => {
    const withoutJson: readonly Row[] = ['creditModifier', 'ratioModifier', 'weightModifier', 'prepare', 'ratioSurrogate']
    const sentences = (Object.keys(legality) as Row[])
      .filter((row) => !withoutJson.includes(row))
      .flatMap((row) => Object.entries<string>(legality[row]).flatMap(([place, sentence]) => (place === 'finished weight' ? [] : [sentence])))
    expect(sentences.filter((sentence) => !refused.includes(sentence))).toEqual([])
  })

  test('bounds of Infinity have the reasons of finite ones and of infinite ones in the type, of which the data have some', () => {
    const reasons = claimOf(estimatorOf(infinite)).reasons
    expect(reasons).toEqual(['state distribution', 'inexact values at cuts'])
    expect(boundOf(claimOf(estimatorOf(finite))).reasons).toEqual(expect.arrayContaining([...reasons]))
    expect(said.infinite).toEqual([''])
  })
})

describe('the comparison finds', () => {
  test('nothing wrong with a right claim', () => expect(said.own).toEqual(['']))

  test.each(wrong.map(([name], k) => [name, k] as const))('%s', (_name, k) => expect(said.wrong[k]).not.toBe(''))

  /** How the decoder disagrees with the compiler once a cell of the table is another one, or is gone. */
  const withCell = (row: Row, place: string, sentence: string | undefined, word: string): readonly string[] => {
    const cells = legality[row] as Record<string, string | undefined>
    const before = Object.getOwnPropertyDescriptor(cells, place)
    if (sentence === undefined) delete cells[place]
    else cells[place] = sentence
    try {
      const concerned = all.flatMap(({ words }, k) => (words.length <= 4 && JSON.stringify(words).includes(`"${word}"`) ? [{ words, k }] : []))
      return disagreements(
        concerned.map(({ words }) => ({ words, decoded: decode(words) })),
        concerned.map(({ k }) => said.all[k]),
      )
    } finally {
      if (before === undefined) delete cells[place]
      else Object.defineProperty(cells, place, before)
    }
  }

  test.each([
    ['a refusal that is gone', 'causality', 'reward-to-go', undefined, 'causality', 'the decoder accepts it'],
    ['a second baseline of the batch let through', 'batchBaseline', 'centred', undefined, 'leaveOneOut', 'the decoder accepts it'],
    ['a refusal too many', 'clip', 'step ratio', 'clip: not here', 'clip', 'the compiler accepts it'],
    ['other words', 'whitenSteps', 'whole return', 'normalise: not here', 'whitenSteps', 'the decoder says: normalise: not here; the compiler says'],
  ] as const)('%s', (_name, row, place, sentence, word, how) => {
    expect(withCell(row, place, sentence, word).join('\n')).toContain(how)
    expect(withCell(row, place, (legality[row] as Record<string, string | undefined>)[place], word)).toEqual([])
  })
})
