import { existsSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'
import { problemsOf } from '../codec/codec.ts'
import { factsCodec } from '../codec/request.ts'
import type { FactSources } from '../codec/request.ts'
import { unreadInMdp } from '../codec/keys.ts'
import { mdpCodec } from '../codec/mdp.ts'
import { cliffWalking, frozenLake } from '../exact/gridworlds.ts'
import type { Mdp } from '../exact/mdp.ts'
import { worlds } from '../exact/worlds.ts'
import { nearest } from '../trajectories/nearest.ts'
import type { Problem } from '../trajectories/problem.ts'
import { shown } from '../trajectories/problem.ts'
import { parseJson, readJson } from './input.ts'
import { bad } from './outcome.ts'
import type { Reading } from './reading.ts'

/** Logits that lean towards two actions of a gridworld, as a policy that has begun to learn. */
const leaning = (states: number, towards: readonly number[]): readonly (readonly number[])[] => Array.from({ length: states }, () => towards)

/** Worlds by name, and what each shows. */
export const namedWorlds: Readonly<Record<string, { readonly shows: string; readonly mdp: () => E.Either<readonly Problem[], Mdp> }>> = {
  ...Object.fromEntries(Object.entries(worlds).map(([name, { shows, mdp }]) => [name, { shows, mdp: () => E.right(mdp) }])),
  frozenLake: {
    shows: 'FrozenLake 4x4, slippery, from the cell left of the goal, 2 steps',
    mdp: () => frozenLake({ start: 14, horizon: 2, discount: 0.9, theta: leaning(16, [0, 0.5, 1, 0]), thetaBehaviour: leaning(16, [0, 0, 0, 0]) }),
  },
  cliffWalking: {
    shows: 'CliffWalking, from the field above and left of the goal, 4 steps',
    mdp: () => cliffWalking({ start: 34, horizon: 4, discount: 0.9, theta: leaning(48, [0, 1, 0.5, 0]), thetaBehaviour: leaning(48, [0, 0, 0, 0]) }),
  },
}

/** What a specification of a world comes to: the MDP, and the JSON that it was read from, which may hold batches. */
export interface FoundWorld {
  readonly name: string
  readonly mdp: Mdp
  readonly json: unknown
}

/** The MDP of a file, of JSON, or of a world's name. */
export const worldOf = async (path: string, spec: string, reading: Reading): Promise<E.Either<readonly Problem[], FoundWorld>> => {
  const inline = /^\s*\{/.test(spec)
  if (!inline && !existsSync(spec)) {
    if (!Object.hasOwn(namedWorlds, spec)) return bad(path, `a file, or a world: ${nearest(Object.keys(namedWorlds), spec)}`, shown(spec))
    return E.map((mdp: Mdp) => ({ name: spec, mdp, json: null }))(namedWorlds[spec].mdp())
  }
  const json = inline ? await parseJson(path, spec) : await readJson(spec)
  if (E.isLeft(json)) return json
  const decoded = mdpCodec.decode(json.right)
  if (E.isLeft(decoded)) return E.left(problemsOf(path)(decoded.left))
  const refused = reading.unread(path, unreadInMdp(json.right))
  return refused.length > 0
    ? E.left(refused)
    : E.right({ name: inline ? 'mdp' : spec.replace(/^.*\//, '').replace(/\.json$/, ''), mdp: decoded.right, json: json.right })
}

/** Where the values of a batch come from, as JSON or as a file of it. */
export const factsOf = async (spec: string | undefined): Promise<E.Either<readonly Problem[], FactSources>> => {
  if (spec === undefined) return E.right({})
  const json = /^\s*[[{"]/.test(spec) ? await parseJson('--facts', spec) : await readJson(spec)
  if (E.isLeft(json)) return json
  const decoded = factsCodec.decode(json.right)
  return E.isLeft(decoded) ? E.left(problemsOf('facts')(decoded.left)) : E.right(decoded.right)
}
