import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as E from 'fp-ts/lib/Either.js'
import { problemsOf } from '../codec/codec.ts'
import { estimatorCodec } from '../codec/request.ts'
import type { AnyEstimator } from '../estimator/estimator.ts'
import { recipes } from '../recipe/recipes.ts'
import { expectedEstimator } from '../codec/estimatorName.ts'
import { registry } from '../registry/registry.ts'
import type { Registry } from '../registry/registry.ts'
import { withWords } from '../registry/withWords.ts'
import type { MoreWords } from '../registry/withWords.ts'
import type { Problem } from '../trajectories/problem.ts'
import { shown } from '../trajectories/problem.ts'
import { endlessAt, parseJson, readJson } from './input.ts'
import { bad } from './outcome.ts'

/** An estimator with the name under which it goes in tables. */
export interface Named {
  readonly name: string
  readonly estimator: AnyEstimator
}

/** The built-in words, and those of a module of the user's: its default export is what `withWords` takes. */
export const wordsOf = async (path: string | undefined): Promise<E.Either<readonly Problem[], Registry>> => {
  if (path === undefined) return E.right(registry)
  const other = existsSync(path) ? endlessAt(path) : 'no file'
  if (other !== null) return bad('--words', 'a JavaScript module whose default export lists words by place', `${path}, which is ${other}`)
  try {
    const module: unknown = await import(pathToFileURL(resolve(path)).href)
    const words = (module as { readonly default?: unknown }).default
    if (typeof words !== 'object' || words === null) return bad('--words', 'a default export such as { ratios: { mine: entry.alone(mine) } }', shown(words))
    return E.right(withWords(words as MoreWords)(registry))
  } catch (error) {
    return bad('--words', 'a module that loads', (error as Error).message)
  }
}

/** The JSON that a specification stands for: a recipe's name, JSON itself, or the content of a file. */
export const specJson = async (path: string, spec: string): Promise<E.Either<readonly Problem[], unknown>> => {
  if (/^\s*[[{"]/.test(spec)) return parseJson(path, spec)
  if (Object.hasOwn(recipes, spec)) return E.right(spec)
  if (existsSync(spec)) return readJson(spec)
  return bad(path, expectedEstimator(spec, registry, ' a file,'), shown(spec))
}

/** The name of a specification in a table. */
const nameOf = (spec: string): string => {
  if (/^\s*[[{"]/.test(spec)) return spec.trim()
  return Object.hasOwn(recipes, spec) ? spec : basename(spec).replace(/\.json$/, '')
}

/** The estimator of a specification. */
export const estimatorOf = async (path: string, spec: string, words: Registry): Promise<E.Either<readonly Problem[], Named>> => {
  const json = await specJson(path, spec)
  if (E.isLeft(json)) return json
  const decoded = estimatorCodec(words).decode(json.right)
  return E.isLeft(decoded) ? E.left(problemsOf(path)(decoded.left)) : E.right({ name: nameOf(spec), estimator: decoded.right })
}
