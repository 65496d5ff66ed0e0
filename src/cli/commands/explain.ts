import { Option } from 'commander'
import * as E from 'fp-ts/lib/Either.js'
import { estimatorOf } from '../spec.ts'
import type { Common, Context } from './context.ts'
import { recipeHelp, specHelp } from './context.ts'

interface ExplainOptions extends Common {
  readonly estimator: string
  readonly format: 'text' | 'markdown' | 'latex'
}

/** `estimand explain`. */
export const addExplain = (context: Context): void => {
  const { command, withWords, finish, refuse } = context
  command(
    'explain',
    'formula, needs, expectation, bias and sources of an estimator',
    ['estimand explain --estimator ppo', 'estimand explain --estimator \'["totalReturn", {"reduce": "meanOverSteps"}]\' --format latex'],
    [specHelp, recipeHelp],
  )
    .requiredOption('--estimator <SPEC>', 'the estimator')
    .addOption(new Option('--format <FORM>', 'how it is written').choices(['text', 'markdown', 'latex']).default('text'))
    .action((options: ExplainOptions) =>
      withWords(options, async (words) => {
        const found = await estimatorOf('estimator', options.estimator, words)
        if (E.isLeft(found)) return refuse(found.left)
        const { runExplain } = await import('../explain.ts')
        return finish(runExplain(found.right.estimator, options.format), options.json)
      }),
    )
}
