import * as E from 'fp-ts/lib/Either.js'
import { describeProblems, pipelineFromJson, recipes, toJson } from 'estimand'
import type { AnyEstimator } from 'estimand'
import { cliffWalking, exactOfAll, frozenLake, truth, worlds } from 'estimand/exact'
import type { Exact, Mdp, Sampling } from 'estimand/exact'

const get = <A>(result: E.Either<Parameters<typeof describeProblems>[0], A>): A => {
  if (E.isLeft(result)) throw new Error(describeProblems(result.left))
  return result.right
}

/** Pipelines of a page by name: its lines `toJson(name)` with the JSON claimed right below. */
export const pipelinesOf = (markdown: string): Readonly<Record<string, AnyEstimator>> =>
  Object.fromEntries(
    Array.from(markdown.matchAll(/^toJson\((\w+)\)\n\/\/ => (.+)$/gm), ([, name, json]) => [name, get(pipelineFromJson(JSON.parse(json)))]),
  )

/** Pipelines of a page that have the name of a recipe and are another pipeline. */
export const strangers = (pipelines: Readonly<Record<string, AnyEstimator>>): readonly string[] => {
  const known: Readonly<Record<string, { readonly estimator: AnyEstimator }>> = recipes
  return Object.entries(pipelines).flatMap(([name, e]) =>
    Object.hasOwn(known, name) && JSON.stringify(toJson(e)) !== JSON.stringify(toJson(known[name].estimator)) ? [name] : [],
  )
}

const everywhere = (states: number, row: readonly number[]): readonly (readonly number[])[] => Array.from({ length: states }, () => row)

/** The worlds of the tables; the gridworlds are those that the command line knows by these names. */
export const places: Readonly<Record<string, { readonly mdp: Mdp; readonly batchSize: number }>> = {
  frozenLake: {
    mdp: get(frozenLake({ start: 14, horizon: 2, discount: 0.9, theta: everywhere(16, [0, 0.5, 1, 0]), thetaBehaviour: everywhere(16, [0, 0, 0, 0]) })),
    batchSize: 2,
  },
  cliffWalking: {
    mdp: get(cliffWalking({ start: 34, horizon: 4, discount: 0.9, theta: everywhere(48, [0, 1, 0.5, 0]), thetaBehaviour: everywhere(48, [0, 0, 0, 0]) })),
    batchSize: 2,
  },
  timestepRatioFlipsSign: { mdp: worlds.timestepRatioFlipsSign.mdp, batchSize: 8 },
}

const norm = (x: readonly number[]): number => Math.hypot(...x)
const dot = (x: readonly number[], y: readonly number[]): number => x.reduce((sum, v, k) => sum + v * y[k], 0)

/** Three digits, as a person would write them; what is rounding is 0. */
const short = (x: number, scale: number): string => {
  if (Math.abs(x) < 1e-10 * scale) return '0'
  const digits = Math.max(2 - Math.floor(Math.log10(Math.abs(x))), 0)
  return x.toFixed(Math.min(digits, 6))
}

const cosine = ({ expectation, target }: Exact): string => {
  const size = norm(expectation) * norm(target.value)
  return size < 1e-12 ? '' : (dot(expectation, target.value) / size).toFixed(2).replace(/^-(0\.00)$/, '$1')
}

const cells = (found: E.Either<unknown, readonly Exact[]>): readonly string[] => {
  if (E.isLeft(found)) return ['-', '-', '-']
  const [one] = found.right
  const scale = norm(one.target.value)
  return [short(norm(one.bias), scale), short(one.covTrace, scale * scale), cosine(one)]
}

const samplings: readonly Sampling[] = ['target', 'behaviour']

/**
 * The table of a world: exact bias, variance and direction of each pipeline, on data of the policy itself and of another one. A pipeline
 * that data of another policy cannot be given to has dashes there.
 */
export const tableOf = (name: string, pipelines: Readonly<Record<string, AnyEstimator>>): string => {
  const { mdp, batchSize } = places[name]
  const rows = Object.entries(pipelines).map(([pipeline, e]) => {
    const found = samplings.flatMap((sampling) => cells(exactOfAll({ mdp, sampling, batchSize, value: 'exact' })([e])))
    return `| \`${pipeline}\` | ${found.join(' | ')} |`
  })
  const size = norm(truth(mdp).gradJ)
  return [
    `$N = ${batchSize}$, $\\lVert \\nabla J \\rVert = ${short(size, size)}$.`,
    '',
    '| | own: bias | variance | cosine | other: bias | variance | cosine |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}

const marked = /(<!-- table:(\w+) -->\n)[^]*?(<!-- \/table -->)/g

/** A page with its tables computed anew. */
export const refreshed = (markdown: string): string => {
  const pipelines = pipelinesOf(markdown)
  return markdown.replaceAll(marked, (_, open: string, name: string, close: string) => {
    if (!Object.hasOwn(places, name)) throw new Error(`table:${name}: expected one of ${Object.keys(places).join(', ')}`)
    return `${open}\n${tableOf(name, pipelines)}\n\n${close}`
  })
}
