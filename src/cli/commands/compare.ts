import * as E from 'fp-ts/lib/Either.js'
import type { FactSources } from '../../codec/request.ts'
import type { Problem } from '../../trajectories/problem.ts'
import type { CompareRequest } from '../compare.ts'
import { estimatorOf } from '../spec.ts'
import { factsOf, worldOf } from '../world.ts'
import type { Common, Context, Strict } from './context.ts'
import { defined, factsHelp, integer, recipeHelp, samplingOption, specHelp, strictOption, worldHelp } from './context.ts'

interface CompareOptions extends Common, Strict {
  readonly world?: readonly string[]
  readonly batchSize: number
  readonly sampling?: 'target' | 'behaviour'
  readonly facts?: string
  readonly limit?: number
  readonly plot: string | false
}

/** Small worlds that tell estimators apart, and one that everybody knows. */
const shownByDefault = ['rtgRaisesVariance', 'timestepRatioFlipsSign', 'droppedOuterDiscountFlipsSign', 'frozenLake']

/** `estimand compare`. */
export const addCompare = (context: Context): void => {
  const { command, withWords, finish, refuse, style, io } = context
  command(
    'compare',
    'bias and standard deviation of several estimators, exactly, over worlds: a table and a plot',
    [
      'estimand compare reinforce rewardToGo reinforceLoo',
      'estimand compare perDecision weighted clipped --sampling behaviour --world timestepRatioFlipsSign --world frozenLake --plot clipped.svg',
    ],
    ['Every estimator is compared at the same batch size. Values are exact ones unless --facts says otherwise.', specHelp, recipeHelp, worldHelp],
  )
    .argument('<SPEC...>', 'the estimators')
    .option('--world <FILE>', 'a world or an MDP file; may be repeated', (one: string, all: readonly string[] = []) => [...all, one])
    .option('--batch-size <N>', 'trajectories in a batch', integer(1), 2)
    .addOption(samplingOption())
    .option('--facts <JSON>', factsHelp)
    .addOption(strictOption())
    .option('--limit <N>', 'most trajectories, or tuples of them, to go through (default: 600000)', integer(1))
    .option('--plot <FILE>', 'where the plot goes', 'compare.svg')
    .option('--no-plot', 'no plot')
    .action((specs: readonly string[], options: CompareOptions) =>
      withWords(options, async (words) => {
        const { world = shownByDefault, batchSize, sampling, facts, limit, plot } = options
        const estimators = await Promise.all(specs.map((one, k) => estimatorOf(`SPEC ${k + 1}`, one, words)))
        const reading = context.reading(options)
        const worlds = await Promise.all(world.map((one) => worldOf('world', one, reading)))
        const values: E.Either<readonly Problem[], FactSources> = facts === undefined ? E.right({ value: 'exact', actionValue: 'exact' }) : await factsOf(facts)
        const problems = [...estimators, ...worlds, values].flatMap((one: E.Either<readonly Problem[], unknown>) => (E.isLeft(one) ? one.left : []))
        if (problems.length > 0 || E.isLeft(values)) return refuse(problems)
        const { runCompare } = await import('../compare.ts')
        const request: CompareRequest = {
          estimators: estimators.flatMap((one) => (E.isRight(one) ? [one.right] : [])),
          worlds: worlds.flatMap((one) => (E.isRight(one) ? [one.right] : [])),
          batchSize,
          facts: values.right,
          plot: plot === false ? null : plot,
          ...defined({ sampling, limit }),
        }
        return finish(await runCompare(request, style, io), options.json)
      }),
    )
}
