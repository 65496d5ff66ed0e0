import * as E from 'fp-ts/lib/Either.js'
import { explain, registry } from 'estimand'
import type { AnyEstimator, Entry, Json, Reason, Registry } from 'estimand'
import type { Page } from './page.ts'
import { displayMath, fenced, inlineMath, link, literal, table } from './page.ts'
import { samples } from './samples.ts'
import { attempt, places, trials } from './stages.ts'
import type { Trial } from './stages.ts'
import type { Shown } from './witness.ts'
import { witnessesOf } from './witness.ts'

/** The kinds of words, the step that takes them, and what a page says of one. */
export const kinds: Readonly<Record<keyof Registry, { readonly title: string; readonly takenBy: string | null; readonly singular: string; readonly says: string }>> = {
  credits: { title: 'Credits', takenBy: null, singular: 'credit', says: 'A pipeline begins with a credit: what an action is credited with.' },
  modifiers: { title: 'Modifiers', takenBy: null, singular: 'modifier', says: 'A modifier changes the credit, the ratio or the weight.' },
  baselines: { title: 'Baselines', takenBy: 'baseline', singular: 'baseline', says: 'A baseline is what `baseline` subtracts.' },
  normalisations: { title: 'Normalisations', takenBy: 'normalise', singular: 'normalisation', says: 'A normalisation is what `normalise` divides by.' },
  ratios: { title: 'Ratios', takenBy: 'importance', singular: 'ratio', says: 'A ratio is how `importance` weighs the data of another policy.' },
  reductions: { title: 'Reductions', takenBy: 'reduce', singular: 'reduction', says: 'A pipeline ends with a reduction: what every weight is multiplied by.' },
}

type AnyEntry = Entry<unknown>
const entriesOf = (kind: keyof Registry): readonly (readonly [string, AnyEntry])[] => Object.entries(registry[kind] as Readonly<Record<string, AnyEntry>>)

/** Every form in which a word is shown: by itself, and with its sample arguments. */
const forms = (word: string, { bare, takes }: AnyEntry): readonly Json[] => {
  const called = samples[word] ?? []
  if (takes !== null && called.length === 0) throw new Error(`docs/pages/samples.ts: ${word} takes ${JSON.stringify(takes)}; add an argument to show it with`)
  return [...(bare === null ? [] : [word]), ...(takes === null ? [] : called.map((argument) => ({ [word]: argument })))]
}

const stepOf = (kind: keyof Registry, form: Json): Json => {
  const { takenBy } = kinds[kind]
  return takenBy === null ? form : { [takenBy]: form }
}

const jsonOf = (json: Json): string => JSON.stringify(json, null, 1).replace(/\n */g, ' ').replace(/([[{]) /g, '$1').replace(/ ([\]}])/g, '$1')

/** A pipeline as JSON, a step a line where it is long. */
export const pipelineOf = (json: readonly Json[]): string => {
  const line = jsonOf(json)
  return line.length <= 72 ? line : `[\n${json.map((step) => `  ${jsonOf(step)}`).join(',\n')}\n]`
}

const argumentSays = ({ bare, takes, mayTake = [] }: AnyEntry): string => {
  if (takes === null) return 'It takes no options.'
  const what = takes === 'number' ? 'one number' : takes === 'numbers' ? 'a list of numbers' : takes.map((name) => `\`${name}\``).join(', ')
  const options = typeof takes === 'string' ? what : `the option${takes.length === 1 ? '' : 's'} ${what}`
  const further = mayTake.length === 0 ? '' : `, and may take ${mayTake.map((name) => `\`${name}\``).join(', ')}`
  return bare === null ? `It takes ${options}${further}.` : `It stands alone, or takes ${options}${further}.`
}

/** The first pipeline in which a form of a word is legal, finished. */
const shortest = (kind: keyof Registry, form: Json): { readonly json: readonly Json[]; readonly e: AnyEstimator } => {
  const step = stepOf(kind, form)
  const mean: Json = { reduce: 'meanOverTrajectories' }
  const candidates: readonly (readonly Json[])[] =
    kind === 'credits' ? [[step, mean]] : Object.entries(places).flatMap(([place, pipeline]) => (place.includes('weight modifier') ? [] : [kind === 'reductions' ? [...pipeline, step] : [...pipeline, step, mean]]))
  // On steps rather than on whole returns where both are legal: that is how the words are mostly used.
  const ordered = kind === 'credits' ? candidates : candidates.toSorted((a, b) => Number(b.includes('causality')) - Number(a.includes('causality')))
  for (const json of ordered) {
    const e = attempt(json)
    if (E.isRight(e)) return { json, e: e.right }
  }
  throw new Error(`${jsonOf(step)} is legal nowhere`)
}

const more = <A>(after: readonly A[], before: readonly A[]): readonly A[] => after.filter((x) => !before.includes(x))

const reasonLink = (name: string): string => `[${name}](./words--reasons.md#${anchorOf(name)})`

/** The anchor that a heading gets. */
export const anchorOf = (heading: string): string => heading.toLowerCase().replace(/[^\w\s-]/g, '').replaceAll(' ', '-')

const reasonsSay = (reasons: readonly Reason[]): string => (reasons.length === 0 ? 'nothing' : reasons.map(({ name }) => reasonLink(name)).join(', '))

const verdict = (trial: Trial): string => {
  if (trial.refused !== null) return `refused: *${literal(trial.refused)}*`
  const added = more(trial.after.reasons, trial.before.reasons)
  const lost = more(trial.before.reasons, trial.after.reasons)
  const instead = lost.length === 0 ? '' : `, in place of ${reasonsSay(lost)}`
  return `**legal**, adds ${added.length === 0 ? 'no bias' : reasonsSay(added)}${instead}`
}

const legalityTable = (kind: keyof Registry, word: string, entry: AnyEntry): string => {
  const [form] = forms(word, entry)
  const placesOf = new Map<string, string[]>()
  const tried = trials(stepOf(kind, form), kind === 'reductions')
  for (const trial of tried.toSorted((a, b) => Number(a.refused !== null) - Number(b.refused !== null)))
    placesOf.set(verdict(trial), [...(placesOf.get(verdict(trial)) ?? []), trial.place])
  return table(['After', 'Verdict'], [...placesOf].map(([says, after]) => [after.join(', '), says]))
}

/** A pipeline before and after a word has come into it. */
interface Candidate {
  readonly before: AnyEstimator | null
  readonly after: AnyEstimator
}

/** Every pipeline in which a word is legal, over all its forms. */
const candidatesOf = (kind: keyof Registry, word: string, entry: AnyEntry): readonly Candidate[] =>
  forms(word, entry).flatMap((form): readonly Candidate[] => {
    if (kind !== 'credits') return trials(stepOf(kind, form), kind === 'reductions').flatMap((trial) => (trial.refused === null ? [trial] : []))
    return [{ before: null, after: shortest(kind, form).e }]
  })

/** What a word adds anywhere. */
const addedBy = (kind: keyof Registry, word: string, entry: AnyEntry): { readonly reasons: readonly Reason[]; readonly needs: readonly string[] } => {
  const all = candidatesOf(kind, word, entry)
  return {
    reasons: [...new Set(all.flatMap(({ before, after }) => more(after.reasons, before?.reasons ?? [])))],
    needs: [...new Set(all.flatMap(({ before, after }) => more(after.needs, before?.needs ?? [])))].filter((need) => need !== 'OnPolicy'),
  }
}

const needsSay = (needs: readonly string[]): string => (needs.length === 0 ? 'nothing more' : needs.map((need) => `{@link estimand!${need} | ${need}}`).join(', '))

/** What is known of an expectation; some of it is no equality. */
const expectationMath = (latex: string): string => displayMath(`\\mathbb E\\,\\hat g ${/^\\(?:to|not)\b/.test(latex) ? '' : '= '}${latex}`)

/** What is said of an expectation, where that is more than the formula. */
const inWords = (text: string): string => (/(?<![\w{^])(?!(?:grad|gamma|epsilon|rho|min|max|clip)\b)[a-z]{3,}\b/.test(text) ? `In words: ${literal(text)}. ` : '')

const reasonSays = ({ name, class: kind, because, expectation, source }: Reason): string =>
  [
    `**${reasonLink(name)}** (${kind}): ${literal(because)}.`,
    expectationMath(expectation.latex),
    `${inWords(expectation.text)}Source: ${literal(source)}.`,
  ].join('\n\n')

const lawsSay = (kind: keyof Registry, reasons: readonly Reason[]): string => {
  const laws = [
    reasons.length === 0 ? '{@link estimand/laws!sound | sound}: what declares no bias has none, in every world tried' : null,
    reasons.length > 0 ? '{@link estimand/laws!tight | tight}: each bias that is declared shows in some world' : null,
    '{@link estimand/laws!soundPipelines | soundPipelines}: no pipeline with this word in it has a bias that it does not declare',
    kind === 'baselines' && reasons.length === 0 ? '{@link estimand/laws!baselinesOfThePastAreNeutral | baselinesOfThePastAreNeutral}: a baseline of the past shifts no expectation' : null,
    kind === 'ratios' ? '{@link estimand/laws!meanRatioIsOne | meanRatioIsOne}, {@link estimand/laws!onPolicyRatioIsNeutral | onPolicyRatioIsNeutral}: a ratio has mean one, and is one on own data' : null,
  ]
  return laws.flatMap((law) => (law === null ? [] : [`- ${law}`])).join('\n')
}

/** The worlds that show the reasons that a word adds. */
export type Witnesses = (word: string, added: readonly string[]) => readonly Shown[]

const witnessesSay = (shown: readonly Shown[]): string =>
  shown
    .map(({ reason, shows, pipeline, report }) => [`### ${reason}`, `${literal(shows.charAt(0).toUpperCase() + shows.slice(1))}.`, fenced('json', pipelineOf(pipeline)), fenced('text', report)].join('\n\n'))
    .join('\n\n')

const wordPage = (kind: keyof Registry, word: string, entry: AnyEntry, shown: Witnesses): Page => {
  const { singular, takenBy } = kinds[kind]
  const { reasons, needs } = addedBy(kind, word, entry)
  const shownForms = forms(word, entry)
  const inPipelines = shownForms.map((form) => {
    const { json, e } = shortest(kind, form)
    const { weight, expectation } = explain(e)
    return [
      fenced('json', pipelineOf(json)),
      displayMath(`W_{it} = ${weight.latex}`),
      expectation === null ? 'No closed form of its expectation is known: {@link estimand/exact!exact | exact} computes it.' : `Expectation ${inlineMath(expectation.latex)}; needs ${needsSay(e.needs)}.`,
    ].join('\n\n')
  })
  const seen = shown(word, reasons.map(({ name }) => name))
  return {
    title: word,
    path: `words/${word}`,
    body: [
      `*A ${singular}${takenBy === null ? '' : `, which ${link(takenBy, `words/${takenBy}`)} takes`}. The function: {@link estimand!${word} | ${word}}.*`,
      `%%docstring ${word}%%`,
      `It needs ${needsSay(needs)}, and adds ${reasons.length === 0 ? 'no bias' : `the bias ${reasonsSay(reasons)}`}.`,
      '## In JSON',
      fenced('json', shownForms.map((form) => jsonOf(stepOf(kind, form))).join('\n')),
      argumentSays(entry),
      `## In a pipeline`,
      ...inPipelines,
      '## Bias',
      reasons.length === 0 ? `None, given support. The expectation of an unbiased pipeline with it is ${inlineMath('\\nabla J')}, exactly.` : reasons.map(reasonSays).join('\n\n'),
      ...(kind === 'credits' ? [] : ['## Where it may stand', 'The compiler and the reader of JSON refuse the rest, with the same sentence.', legalityTable(kind, word, entry)]),
      '## Held by',
      lawsSay(kind, reasons),
      ...(seen.length === 0 ? [] : ['## The smallest worlds that show it', 'Found by the law {@link estimand/laws!tight | tight}: the pipeline has no other bias that could show there.', witnessesSay(seen)]),
    ].join('\n\n'),
  }
}

/** The page of a step that takes a word. */
const takerPage = (kind: keyof Registry, takenBy: string): Page => {
  const entries = entriesOf(kind)
  const columns = entries.map(([word, entry]) => ({ word, at: trials(stepOf(kind, forms(word, entry)[0]), kind === 'reductions') }))
  const mark = (trial: Trial): string => (trial.refused === null ? '**yes**' : 'no')
  return {
    title: takenBy,
    path: `words/${takenBy}`,
    body: [
      `*A step that takes a ${kinds[kind].singular}. The function: {@link estimand!${takenBy} | ${takenBy}}.*`,
      `%%docstring ${takenBy}%%`,
      '## In JSON',
      fenced('json', entries.map(([word, entry]) => jsonOf(stepOf(kind, forms(word, entry)[0]))).join('\n')),
      '## What it takes',
      entries.map(([word, entry]) => `- ${link(word, `words/${word}`)} adds ${reasonsSay(addedBy(kind, word, entry).reasons)}`).join('\n'),
      '## Where it may stand',
      'Why not is said on the page of each word.',
      table(['After', ...columns.map(({ word }) => link(word, `words/${word}`))], Object.keys(places).map((place, k) => [place, ...columns.map(({ at }) => mark(at[k]))])),
    ].join('\n\n'),
  }
}

const kindPage = (kind: keyof Registry, shown: Witnesses): Page => {
  const { title, says, takenBy } = kinds[kind]
  const entries = entriesOf(kind)
  const rows = entries.map(([word, entry]) => [
    link(word, `words/${word}`),
    inlineMath(explain(shortest(kind, forms(word, entry)[0]).e).weight.latex),
    reasonsSay(addedBy(kind, word, entry).reasons),
  ])
  return {
    title,
    path: `words/${kind}`,
    body: [says, table(['Word', 'Weights of a short pipeline with it', 'Adds as bias'], rows)].join('\n\n'),
    children: [...(takenBy === null ? [] : [takerPage(kind, takenBy)]), ...entries.map(([word, entry]) => wordPage(kind, word, entry, shown))],
  }
}

/** Every reason that a built-in word can add, each under its own heading. */
const reasonsPage = (reasons: readonly Reason[]): Page => ({
  title: 'Reasons of bias',
  path: 'words/reasons',
  body: [
    'Why the expectation of an estimator is not the gradient of its objective. Each stands in the type of the estimators that have it.',
    ...reasons.map((reason) =>
      [
        `## ${reason.name}`,
        `*${reason.class}.* ${literal(reason.because.charAt(0).toUpperCase() + reason.because.slice(1))}.`,
        expectationMath(reason.expectation.latex),
        `${inWords(reason.expectation.text)}Source: ${literal(reason.source)}.`,
      ].join('\n\n'),
    ),
  ].join('\n\n'),
})

/** The pages of all words of the registry. */
export const wordsPage = (reasons: readonly Reason[], shown: Witnesses = witnessesOf): Page => {
  const all = Object.keys(kinds) as (keyof Registry)[]
  return {
    title: 'Words',
    path: 'words',
    body: [
      'A pipeline goes credit, modifiers, reduction. These pages are made from the registry of the built-in words: what each computes, what it needs, what it adds as bias, where it may stand, and the smallest world that shows its bias.',
      ...all.map((kind) => `- **${link(kinds[kind].title, `words/${kind}`)}**: ${entriesOf(kind).map(([word]) => link(word, `words/${word}`)).join(', ')}`),
      `- **${link('Reasons of bias', 'words/reasons')}**: each with what is known of the expectation`,
    ].join('\n\n').replace(/\n\n- /g, '\n- ').replace(/\n- /, '\n\n- '),
    children: [...all.map((kind) => kindPage(kind, shown)), reasonsPage(reasons)],
  }
}
