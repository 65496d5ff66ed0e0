import * as E from 'fp-ts/lib/Either.js'
import { estimatorOf } from '../spec.ts'
import type { Common, Context } from './context.ts'
import { recipeHelp, specHelp } from './context.ts'

interface ExplainOptions extends Common {
  readonly estimator: string
}

/** `estimand explain`. */
export const addExplain = (context: Context): void => {
  const { command, withWords, finish, refuse } = context
  command(
    'explain',
    'formula, needs, expectation, bias and sources of an estimator',
    ['estimand explain --estimator ppo', 'estimand explain --estimator \'["totalReturn", {"reduce": "meanOverSteps"}]\''],
    [specHelp, recipeHelp],
  )
    .requiredOption('--estimator <SPEC>', 'the estimator')
    .action((options: ExplainOptions) =>
      withWords(options, async (words) => {
        const found = await estimatorOf('estimator', options.estimator, words)
        if (E.isLeft(found)) return refuse(found.left)
        const { runExplain } = await import('../explain.ts')
        return finish(runExplain(found.right.estimator), options.json)
      }),
    )
}
