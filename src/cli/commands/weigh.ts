import * as E from 'fp-ts/lib/Either.js'
import { batchKeys, unreadInMdp } from '../../codec/keys.ts'
import type { WeighRequest } from '../../codec/request.ts'
import { weighRequestCodec } from '../../codec/request.ts'
import type { Problem } from '../../trajectories/problem.ts'
import { readJson } from '../input.ts'
import { bad } from '../outcome.ts'
import { answerWeigh, runWeigh } from '../weigh.ts'
import type { Answering } from '../requests.ts'
import type { FoundWorld } from '../world.ts'
import type { Common, Context, Strict } from './context.ts'
import { defined, factsHelp, missing, recipeHelp, samplingOption, specHelp, strictOption } from './context.ts'
import { answerStream, completing, sharedFields } from './stream.ts'

interface WeighOptions extends Common, Strict {
  readonly mdp?: string
  readonly batch?: string
  readonly estimator?: string
  readonly facts?: string
  readonly sampling?: 'target' | 'behaviour'
  readonly requests?: string
}

/** The batch that --batch names: an entry of the MDP file's batches, or a file. */
const batchOf = async (batch: string, world: FoundWorld | null): Promise<E.Either<readonly Problem[], unknown>> => {
  if (!/^\d+$/.test(batch)) return readJson(batch)
  const { batches } = (world?.json ?? {}) as { readonly batches?: unknown }
  if (!Array.isArray(batches)) return bad('--batch', 'a file, or the index of an entry of batches in the MDP file', `${batch}, and no batches there`)
  const index = Number(batch)
  return index < batches.length ? E.right(batches[index]) : bad('--batch', `an index below ${batches.length}`, batch)
}

/** `estimand weigh`. */
export const addWeigh = (context: Context): void => {
  const { command, withWords, finish, refuse, style } = context
  command(
    'weigh',
    'weights, surrogate value, gradient and diagnostics of a batch',
    [
      'estimand weigh --mdp world.json --batch 0 --estimator reinforceLoo',
      'estimand weigh --batch batch.json --estimator clipped --json',
      'estimand weigh --mdp world.json --requests - < requests.ndjson',
    ],
    [
      'A batch is recorded episodes of the MDP, {"sampling": "target", "trajectories": [{"states": [..], "actions": [..], "rewards": [..]}]}, or columns,',
      '{"discount": 1, "provenance": "off-policy", "episodes": "complete", "trajectories": [{"reward": [..], "logProb": [..], "behaviourLogProb": [..],',
      '"end": "terminated"}]}, or flat ones with offsets and ends. With state and action columns and an MDP there is a gradient.',
      specHelp,
      recipeHelp,
    ],
  )
    .option('--mdp <FILE>', 'the MDP: a file, JSON, or a world')
    .option('--batch <FILE>', 'the batch: a file, or an index into the batches of the MDP file')
    .option('--estimator <SPEC>', 'the estimator')
    .option('--facts <JSON>', factsHelp)
    .addOption(samplingOption())
    .addOption(strictOption())
    .option('--requests <FILE>', 'answer a file of requests, one JSON object a line; - is standard input')
    .action((options: WeighOptions) =>
      withWords(options, async (words) => {
        const { batch, sampling, requests, json } = options
        const reading = context.reading(options)
        const shared = await sharedFields(options, words, reading)
        if (E.isLeft(shared)) return refuse(shared.left)
        const { world, estimator, facts } = shared.right
        const given = batch === undefined ? E.right(undefined) : await batchOf(batch, world)
        if (E.isLeft(given)) return refuse(given.left)
        const ofBatch = (one: unknown, gradient: boolean): readonly Problem[] => reading.unread('batch', batchKeys(one, gradient).unread)
        if (requests !== undefined) {
          const defaults = { mdp: world?.mdp, estimator: options.estimator, batch: given.right, facts: options.facts === undefined ? undefined : facts, sampling }
          const answering: Answering<WeighRequest> = {
            codec: weighRequestCodec(words),
            complete: completing(defined(defaults), reading),
            unread: (request) => [...reading.unread('mdp', unreadInMdp(request['mdp'])), ...ofBatch(request['batch'], request['mdp'] !== undefined)],
            answer: (request) => answerWeigh(request, words),
          }
          return answerStream(requests, answering, context)
        }
        if (batch === undefined || estimator === null)
          return refuse([
            ...(batch === undefined ? missing('--batch', 'a file, or the index of an entry of batches in the MDP file') : []),
            ...(estimator === null ? missing('--estimator', 'a recipe, a pipeline as JSON, or a file of it') : []),
          ])
        const unread = ofBatch(given.right, world !== null)
        if (unread.length > 0) return refuse(unread)
        return finish(runWeigh({ estimator, batch: given.right, facts, ...defined({ mdp: world?.mdp, sampling }) }, words, style), json)
      }),
    )
}
