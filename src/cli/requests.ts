import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts/lib/index.js'
import { problemsOf } from '../codec/codec.ts'
import type { Problem } from '../trajectories/problem.ts'
import { linesOf, parseJson } from './input.ts'
import { isRecord } from '../trajectories/keys.ts'

/** What answers the requests of a stream. */
export interface Answering<Request> {
  readonly codec: t.Type<Request, unknown, unknown>
  /** The request as JSON with its files and names looked up, and what the command line gives for all requests put in. */
  readonly complete: (json: Readonly<Record<string, unknown>>) => Promise<E.Either<readonly Problem[], Readonly<Record<string, unknown>>>>
  /** Names the keys of a request that nothing reads, or makes problems of them. */
  readonly unread: (json: Readonly<Record<string, unknown>>) => readonly Problem[]
  readonly answer: (request: Request) => E.Either<readonly Problem[], object>
}

const answered = async <Request>({ codec, complete, unread, answer }: Answering<Request>, json: unknown): Promise<E.Either<readonly Problem[], object>> => {
  if (!isRecord(json)) return E.left([{ path: 'request', expected: 'an object, one a line', got: Array.isArray(json) ? 'an array' : String(json) }])
  const whole = await complete(json)
  if (E.isLeft(whole)) return whole
  const decoded = codec.decode(whole.right)
  if (E.isLeft(decoded)) return E.left(problemsOf()(decoded.left))
  const refused = unread(whole.right)
  if (refused.length > 0) return E.left(refused)
  try {
    return answer(decoded.right)
  } catch (error) {
    // One request must not stop the others, whatever it does: a word of the user's own may throw anything.
    return E.left([{ path: 'estimator', expected: 'an answer', got: (error as Error).message }])
  }
}

/** The id of a request, if it has one that can be written again: one that is nested too deeply cannot. */
const idOf = (request: Readonly<Record<string, unknown>>): E.Either<readonly Problem[], object> => {
  if (!Object.hasOwn(request, 'id')) return E.right({})
  try {
    JSON.stringify(request['id'])
    return E.right({ id: request['id'] })
  } catch {
    return E.left([{ path: 'id', expected: 'an id that can be written again', got: 'one that is nested too deeply' }])
  }
}

/**
 * Answers a stream of requests: JSON objects, one a line, give answers, one a line, in their order. A bad line is answered with its problems, and
 * does not stop the others. What a request calls `id` comes back with its answer.
 *
 * @param write  takes one line of the answer; waited for, so that answers do not pile up
 * @returns      how many were answered, and how many of them with problems
 */
export const answerAll = async <Request>(
  answering: Answering<Request>,
  stream: AsyncIterable<Uint8Array>,
  write: (line: string) => Promise<void>,
): Promise<{ readonly answered: number; readonly failed: number }> => {
  let count = 0
  let failed = 0
  for await (const { number, text } of linesOf(stream)) {
    if (E.isRight(text) && text.right.trim() === '') continue
    const json: E.Either<readonly Problem[], unknown> =
      E.isLeft(text)
        ? text
        : E.mapLeft((problems: readonly Problem[]) => problems.map(({ path, ...rest }) => ({ ...rest, path: path.replace(/: line \d+, column/, ', column') })))(
            await parseJson(`line ${number}`, text.right),
          )
    const id = E.isRight(json) && isRecord(json.right) ? idOf(json.right) : E.right({})
    const result = E.isLeft(json) ? json : E.isLeft(id) ? id : await answered(answering, json.right)
    count += 1
    if (E.isLeft(result)) failed += 1
    const answer = { line: number, ...(E.isRight(id) ? id.right : {}), ...(E.isLeft(result) ? { problems: result.left } : result.right) }
    await write(`${JSON.stringify(answer)}\n`)
  }
  return { answered: count, failed }
}
