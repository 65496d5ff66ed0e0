import { createReadStream } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'
import type { ExactRequest, FactSources } from '../../codec/request.ts'
import type { Registry } from '../../registry/registry.ts'
import type { Problem } from '../../trajectories/problem.ts'
import { openInput } from '../input.ts'
import { answerAll } from '../requests.ts'
import type { Reading } from '../reading.ts'
import type { Answering } from '../requests.ts'
import { estimatorOf, specJson } from '../spec.ts'
import { factsOf, worldOf } from '../world.ts'
import type { FoundWorld } from '../world.ts'
import type { Context } from './context.ts'
import { defined } from './context.ts'

/** The MDP, facts and estimator of the command line, as the fields of a request. */
export const sharedFields = async (
  { mdp, estimator, facts }: { readonly mdp?: string | undefined; readonly estimator?: string | undefined; readonly facts?: string | undefined },
  words: Registry,
  reading: Reading,
): Promise<E.Either<readonly Problem[], { readonly world: FoundWorld | null; readonly estimator: ExactRequest['estimator'] | null; readonly facts: FactSources }>> => {
  const world = mdp === undefined ? E.right(null) : await worldOf('mdp', mdp, reading)
  const found = estimator === undefined ? E.right(null) : await estimatorOf('estimator', estimator, words)
  const values = await factsOf(facts)
  const problems = [world, found, values].flatMap((one) => (E.isLeft(one) ? one.left : []))
  return E.isRight(world) && E.isRight(found) && E.isRight(values)
    ? E.right({ world: world.right, estimator: found.right?.estimator ?? null, facts: values.right })
    : E.left(problems)
}

/** A field of a request that may be a name or file as well as JSON: what it stands for. */
const lookedUp = (cache: Map<string, Promise<E.Either<readonly Problem[], unknown>>>, key: 'mdp' | 'estimator', reading: Reading) => {
  const look = (text: string): Promise<E.Either<readonly Problem[], unknown>> =>
    key === 'estimator' ? specJson('estimator', text) : worldOf('mdp', text, reading).then(E.map(({ mdp }): unknown => mdp))
  return (value: unknown): Promise<E.Either<readonly Problem[], unknown>> => {
    if (typeof value !== 'string') return Promise.resolve(E.right(value))
    const known = cache.get(`${key} ${value}`)
    if (known !== undefined) return known
    const found = look(value)
    cache.set(`${key} ${value}`, found)
    return found
  }
}

/** Requests with the command line's own fields as defaults, and names and files looked up. */
export const completing = (defaults: Readonly<Record<string, unknown>>, reading: Reading): Answering<never>['complete'] => {
  const cache = new Map<string, Promise<E.Either<readonly Problem[], unknown>>>()
  const [mdpOf, specOf] = [lookedUp(cache, 'mdp', reading), lookedUp(cache, 'estimator', reading)]
  return async (json) => {
    const whole: Record<string, unknown> = { ...defaults, ...json }
    const [mdp, estimator] = [await mdpOf(whole['mdp']), await specOf(whole['estimator'])]
    if (E.isLeft(mdp)) return mdp
    if (E.isLeft(estimator)) return estimator
    return E.right({ ...whole, ...defined({ mdp: mdp.right, estimator: estimator.right }) })
  }
}

/** Answers a file of requests, or standard input. */
export const answerStream = async <Request>(from: string, answering: Answering<Request>, { io, refuse }: Context): Promise<void> => {
  const file = from === '-' ? null : openInput(from)
  if (file !== null && E.isLeft(file)) return refuse(file.left.map(({ got }) => ({ path: '--requests', expected: 'a file of requests, one a line', got: `${from}, which is ${got === 'no such file' ? 'no file' : got}` })))
  try {
    const { answered, failed } = await answerAll(answering, file === null ? io.stdin() : createReadStream(from, { fd: file.right }), io.out)
    if (failed > 0) refuse([{ path: '--requests', expected: 'requests without problems', got: `${failed} of ${answered} with problems, which are in their answers` }])
  } catch (error) {
    refuse([{ path: '--requests', expected: 'a file of requests, one a line', got: (error as Error).message }])
  }
}
