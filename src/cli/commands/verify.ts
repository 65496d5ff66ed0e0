import * as E from 'fp-ts/lib/Either.js'
import { estimatorOf } from '../spec.ts'
import type { Common, Context } from './context.ts'
import { integer, recipeHelp, specHelp } from './context.ts'

interface VerifyOptions extends Common {
  readonly estimator: string
  readonly seed: number
  readonly runs: number
  readonly unbiased?: boolean
}

/** `estimand verify`. */
export const addVerify = (context: Context): void => {
  const { command, withWords, finish, refuse, style, io } = context
  command(
    'verify',
    'try the laws on an estimator; a failure shows the smallest world in which it fails',
    ['estimand verify --estimator reinforceLoo', 'estimand verify --estimator grpo --unbiased', 'estimand verify --estimator mine.json --words mine.js --runs 1000'],
    ['Exit code 1 if a law fails, 2 if none fails and one could not be tried for want of a fact, such as a column of your own.', specHelp, recipeHelp],
  )
    .requiredOption('--estimator <SPEC>', 'the estimator')
    .option('--seed <N>', 'seed of the worlds and batches', integer(0), 1)
    .option('--runs <N>', 'cases a law', integer(1), 100)
    .option('--unbiased', 'hold it to be unbiased, whatever it declares')
    .action((options: VerifyOptions) =>
      withWords(options, async (words) => {
        const found = await estimatorOf('estimator', options.estimator, words)
        if (E.isLeft(found)) return refuse(found.left)
        const { runVerify } = await import('../verify.ts')
        const { seed, runs, unbiased = false } = options
        return finish(runVerify({ estimator: found.right.estimator, trial: { seed, runs }, unbiased }, words, style, io), options.json)
      }),
    )
}
