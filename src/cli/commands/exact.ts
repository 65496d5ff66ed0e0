import { Option } from 'commander'
import * as E from 'fp-ts/lib/Either.js'
import { unreadInMdp } from '../../codec/keys.ts'
import type { ExactRequest } from '../../codec/request.ts'
import { exactRequestCodec } from '../../codec/request.ts'
import { answerExact, exactJson, runExact } from '../exact.ts'
import type { Answering } from '../requests.ts'
import type { Common, Context, Strict } from './context.ts'
import { defined, factsHelp, integer, missing, recipeHelp, samplingOption, specHelp, strictOption, worldHelp } from './context.ts'
import { answerStream, completing, sharedFields } from './stream.ts'

interface ExactOptions extends Common, Strict {
  readonly mdp?: string
  readonly estimator?: string
  readonly facts?: string
  readonly batchSize?: number
  readonly sampling?: 'target' | 'behaviour'
  readonly covariance?: 'diagonal' | 'full'
  readonly limit?: number
  readonly requests?: string
}

/** `estimand exact`. */
export const addExact = (context: Context): void => {
  const { command, withWords, finish, refuse, style } = context
  command(
    'exact',
    'exact expectation, bias and covariance of an estimator on a finite MDP',
    [
      "estimand exact --mdp droppedOuterDiscountFlipsSign --estimator '[\"totalReturn\", \"causality\", {\"reduce\": \"meanOverTrajectories\"}]'",
      'estimand exact --mdp world.json --estimator clipped --sampling behaviour --batch-size 2 --json',
      "estimand exact --mdp world.json --estimator ppo --facts '{\"value\": \"exact\"}'",
      'estimand exact --mdp world.json --requests requests.ndjson',
    ],
    [specHelp, recipeHelp, worldHelp, 'A request is an object with mdp, estimator, facts, batchSize, sampling, covariance, limit and id; options stand in where it has none.'],
  )
    .option('--mdp <FILE>', 'the MDP: a file, JSON, or a world')
    .option('--estimator <SPEC>', 'the estimator')
    .option('--facts <JSON>', factsHelp)
    .option('--batch-size <N>', 'trajectories in a batch (default: 1, or 2 where they are coupled)', integer(1))
    .addOption(samplingOption())
    .addOption(new Option('--covariance <WHICH>', 'which entries (default: diagonal)').choices(['diagonal', 'full']))
    .addOption(strictOption())
    .option('--limit <N>', 'most trajectories, or tuples of them, to go through (default: 600000)', integer(1))
    .option('--requests <FILE>', 'answer a file of requests, one JSON object a line; - is standard input')
    .action((options: ExactOptions) =>
      withWords(options, async (words) => {
        const { batchSize, sampling, covariance, limit, requests, json } = options
        const reading = context.reading(options)
        const shared = await sharedFields(options, words, reading)
        if (E.isLeft(shared)) return refuse(shared.left)
        const { world, facts } = shared.right
        const rest = defined({ batchSize, sampling, covariance, limit })
        if (requests !== undefined) {
          const defaults = { mdp: world?.mdp, estimator: options.estimator, facts: options.facts === undefined ? undefined : facts, ...rest }
          const answering: Answering<ExactRequest> = {
            codec: exactRequestCodec(words),
            complete: completing(defined(defaults), reading),
            unread: (request) => reading.unread('mdp', unreadInMdp(request['mdp'])),
            answer: (request) => E.map(exactJson)(answerExact(request)),
          }
          return answerStream(requests, answering, context)
        }
        const { estimator } = shared.right
        if (world === null || estimator === null)
          return refuse([
            ...(world === null ? missing('--mdp', 'a file, JSON, or a world') : []),
            ...(estimator === null ? missing('--estimator', 'a recipe, a pipeline as JSON, or a file of it') : []),
          ])
        return finish(runExact({ mdp: world.mdp, estimator, facts, ...rest }, style), json)
      }),
    )
}
