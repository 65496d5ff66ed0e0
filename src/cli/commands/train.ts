import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Option } from 'commander'
import * as E from 'fp-ts/lib/Either.js'
import { problemsOf } from '../../codec/codec.ts'
import { unreadInMdp } from '../../codec/keys.ts'
import { estimatorChoiceCodec, experimentCodec } from '../../codec/experiment.ts'
import { backendNames } from '../../backend/openBackend.ts'
import { environments } from '../../environment/byName.ts'
import { recipes } from '../../recipe/recipes.ts'
import type { Registry } from '../../registry/registry.ts'
import { isRecord } from '../../trajectories/keys.ts'
import type { Problem } from '../../trajectories/problem.ts'
import { shown } from '../../trajectories/problem.ts'
import { usualBatch } from '../defaults.ts'
import { parseJson, readJson } from '../input.ts'
import { bad } from '../outcome.ts'
import type { Reading } from '../reading.ts'
import { namedWorlds, worldOf } from '../world.ts'
import type { Common, Context, Strict } from './context.ts'
import { defined, integer, missing, recipeHelp, strictOption } from './context.ts'

interface TrainOptions extends Common, Strict {
  readonly env?: string
  readonly estimator?: string
  readonly seed?: string
  readonly steps?: string
  /** --no-stop makes it false. */
  readonly stop: boolean
  readonly solved?: string
  readonly rate?: string
  readonly episodes?: string
  readonly copies?: string
  readonly length?: string
  readonly epochs?: string
  readonly minibatches?: string
  readonly discount?: string
  readonly entropy?: string
  readonly valueCoefficient?: string
  readonly gradientNorm?: string
  readonly stopAtKl?: string
  readonly hidden?: string
  readonly activation?: string
  readonly trunk?: string
  readonly optimiser?: string
  readonly normaliseObservation?: boolean
  readonly scaleReward?: string
  readonly backend?: string
  readonly metrics?: string
  readonly checkpoint?: string
  readonly resume?: boolean
  readonly every: number
}

type Read = E.Either<readonly Problem[], unknown>
type Json = Readonly<Record<string, unknown>>

const isJsonText = (text: string): boolean => /^\s*[[{"]/.test(text)

/** A number where the text is one; any other text as it is, for the codec to refuse by its path. */
const numeric = (text: string): number | string => (text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text)
const maybe = <A, B>(x: A | undefined, f: (x: A) => B): B | undefined => (x === undefined ? undefined : f(x))

/** An environment as JSON, with the file or world that it names read. */
const environmentJson = async (json: unknown, folder: string, reading: Reading): Promise<Read> => {
  if (!isRecord(json)) return E.right(json)
  if (typeof json['mdp'] !== 'string') {
    const refused = reading.unread('environment.mdp', unreadInMdp(json['mdp']))
    return refused.length > 0 ? E.left(refused) : E.right(json)
  }
  const file = resolve(folder, json['mdp'])
  const world = await worldOf('environment.mdp', existsSync(file) ? file : json['mdp'], reading)
  return E.isLeft(world) ? world : E.right({ ...json, mdp: world.right.mdp })
}

/** An estimator as JSON, with the demonstrations that it names read. */
const estimatorJson = async (json: unknown, folder: string): Promise<Read> => {
  const options = isRecord(json) ? json['cloning'] : undefined
  if (!isRecord(options) || typeof options['demonstrations'] !== 'string') return E.right(json)
  const read = await readJson(resolve(folder, options['demonstrations']))
  return E.isLeft(read) ? read : E.right({ cloning: { ...options, demonstrations: read.right } })
}

/** --env: a name, JSON, a file of an MDP, or a world. */
const environmentOption = (text: string): Promise<Read> => {
  if (isJsonText(text)) return parseJson('--env', text)
  const isMdp = !Object.hasOwn(environments, text) && (existsSync(text) || Object.hasOwn(namedWorlds, text))
  return Promise.resolve(E.right(isMdp ? { mdp: text } : text))
}

/** --estimator: a recipe, JSON, or a file of it. */
const estimatorOption = (text: string): Promise<Read> => {
  if (isJsonText(text)) return parseJson('--estimator', text)
  return !Object.hasOwn(recipes, text) && existsSync(text) ? readJson(text) : Promise.resolve(E.right(text))
}

/** Options of a word, if that is the word that stands there. */
const optionsOf = (json: unknown, word: string): Json => (isRecord(json) && isRecord(json[word]) ? json[word] : {})

/** What kind of batch it is that only copies are said of: the one that was there, or the one that the estimator is usually run with. */
const kindOfBatch = (before: unknown, estimator: unknown, words: Registry): string => {
  if (before !== undefined) return isRecord(before) && 'episodes' in before ? 'episodes' : 'segments'
  const choice = estimatorChoiceCodec(words).decode(estimator)
  return E.isLeft(choice) ? 'segments' : usualBatch(choice.right)
}

const batchJson = ({ episodes, copies, length }: TrainOptions, before: unknown, estimator: unknown, words: Registry): unknown => {
  const said = defined({ count: maybe(episodes, numeric), copies: maybe(copies, numeric), length: maybe(length, numeric) })
  if (Object.keys(said).length === 0) return undefined
  const kind = episodes !== undefined ? 'episodes' : length !== undefined ? 'segments' : kindOfBatch(before, estimator, words)
  return { [kind]: { ...optionsOf(before, kind), ...said } }
}

const fieldsOf = (x: unknown): Json => (isRecord(x) ? x : {})
/** A record with more fields in it; undefined if there are none, so that nothing is replaced. */
const extended = (before: unknown, more: Json): Json | undefined => (Object.keys(more).length === 0 ? undefined : { ...fieldsOf(before), ...more })

/** What the options say of an experiment, in its JSON. */
const overrides = async (options: TrainOptions, before: Json, words: Registry): Promise<E.Either<readonly Problem[], Json>> => {
  const { env, estimator, rate, seed, steps, stop, solved, hidden, activation, trunk, normaliseObservation, scaleReward } = options
  const environment = env === undefined ? E.right(undefined) : await environmentOption(env)
  const pipeline = estimator === undefined ? E.right(undefined) : await estimatorOption(estimator)
  const rateJson: Read = rate === undefined ? E.right(undefined) : isJsonText(rate) ? await parseJson('--rate', rate) : E.right(numeric(rate))
  const optimiser: Read = options.optimiser === undefined ? E.right(undefined) : isJsonText(options.optimiser) ? await parseJson('--optimiser', options.optimiser) : E.right(options.optimiser)
  const problems = [environment, pipeline, rateJson, optimiser].flatMap((one) => (E.isLeft(one) ? one.left : []))
  if (E.isLeft(environment) || E.isLeft(pipeline) || E.isLeft(rateJson) || E.isLeft(optimiser)) return E.left(problems)
  return E.right(
    defined({
      environment: environment.right,
      estimator: pipeline.right,
      rate: rateJson.right,
      optimiser: optimiser.right,
      seed: maybe(seed, numeric),
      batch: batchJson(options, before['batch'], pipeline.right ?? before['estimator'], words),
      epochs: maybe(options.epochs, numeric),
      minibatches: maybe(options.minibatches, numeric),
      discount: maybe(options.discount, numeric),
      entropy: maybe(options.entropy, numeric),
      valueCoefficient: maybe(options.valueCoefficient, numeric),
      gradientNorm: maybe(options.gradientNorm, numeric),
      stopAtKl: maybe(options.stopAtKl, numeric),
      backend: options.backend,
      network: extended(
        before['network'],
        defined({ activation, trunk, hidden: maybe(hidden, (text) => (text.trim() === '' ? [] : text.split(',').map(numeric))) }),
      ),
      wrappers: extended(before['wrappers'], defined({ normaliseObservation: normaliseObservation === true ? { clip: 10 } : undefined, scaleReward: maybe(scaleReward, numeric) })),
      stop: extended(before['stop'], defined({ steps: maybe(steps, numeric), solved: stop ? maybe(solved, numeric) : false })),
    }),
  )
}

/** An experiment as JSON, and the files that it was read from. */
interface Config {
  readonly json: Json
  readonly inputs: readonly string[]
}

/** The files that the JSON of an experiment names. */
const namedIn = (json: Json, folder: string): readonly string[] =>
  [fieldsOf(json['environment'])['mdp'], optionsOf(json['estimator'], 'cloning')['demonstrations']].flatMap((name) => (typeof name === 'string' ? [resolve(folder, name)] : []))

/** The experiment of a file, with the files that it names, from its own folder, read. */
const configOf = async (path: string, reading: Reading): Promise<E.Either<readonly Problem[], Config>> => {
  const json = await readJson(path)
  if (E.isLeft(json)) return json
  if (!isRecord(json.right)) return bad(path, 'an object: environment, estimator and more', Array.isArray(json.right) ? 'an array' : String(json.right))
  const environment = await environmentJson(json.right['environment'], dirname(path), reading)
  if (E.isLeft(environment)) return environment
  const estimator = await estimatorJson(json.right['estimator'], dirname(path))
  if (E.isLeft(estimator)) return estimator
  return E.right({ json: defined({ ...json.right, environment: environment.right, estimator: estimator.right }), inputs: [path, ...namedIn(json.right, dirname(path))] })
}

const nothing: Config = { json: {}, inputs: [] }

/** The experiment of a record: nothing where its file is missing; refused where there is no checkpoint to go on from. */
const recordedIn = async ({ checkpoint, experiment }: { readonly checkpoint: string; readonly experiment: string }, reading: Reading): Promise<E.Either<readonly Problem[], Config>> => {
  if (!existsSync(checkpoint)) return bad('--resume', 'a folder with a checkpoint; without --resume training begins there', `${checkpoint}, which is no file`)
  return existsSync(experiment) ? configOf(experiment, reading) : E.right(nothing)
}

const choice = (flags: string, what: string, choices: readonly string[]): Option => new Option(flags, what).choices(choices)

/** `estimand train`. */
export const addTrain = (context: Context): void => {
  const { command, withWords, finish, refuse, halt, style, io } = context
  command(
    'train',
    'train a policy: progress, metrics, checkpoints that survive anything, and resume',
    [
      'estimand train --env CartPole-v1 --estimator ppo --seed 7 --metrics metrics.jsonl --checkpoint run7',
      'estimand train --checkpoint run7 --resume',
      'estimand train experiment.json --seed 8 --no-stop --json',
      'estimand train --env CartPole-v1 --estimator \'["totalReturn", "causality", {"baseline": "leaveOneOut"}, {"reduce": "meanOverTrajectories"}]\'',
      'estimand train --env FrozenLake-v1 --estimator reinforceLoo --steps 100000',
    ],
    [
      'CONFIG is a JSON object: environment, estimator, wrappers, network, optimiser, rate, batch, epochs, minibatches, discount, entropy, valueCoefficient,',
      'gradientNorm, stopAtKl, backend, seed, stop. Only environment and estimator must be there; options stand in place of its fields:',
      '{"environment": {"name": "CartPole-v1", "timeLimit": {"steps": 500, "as": "Truncated"}}, "estimator": {"ppo": {"lambda": 0.95, "clip": 0.2}},',
      '"network": {"hidden": [64, 64], "activation": "tanh", "trunk": "separate"}, "optimiser": {"adam": {"epsilon": 1e-5}}, "rate": {"linear": {"from": 1e-3}},',
      '"batch": {"segments": {"copies": 8, "length": 128}}, "epochs": 4, "minibatches": 4, "wrappers": {"normaliseObservation": {"clip": 10}},',
      '"stop": {"steps": 500000, "solved": 475}}',
      '',
      `Environments: ${Object.keys(environments).join(', ')}; or {"mdp": FILE}, an MDP`,
      recipeHelp,
      'cloning learns from {"cloning": {"demonstrations": FILE}}, {"observations": [[..], ..], "actions": [[..], ..]}.',
      '',
      'The folder of --checkpoint has checkpoint.json, metrics.jsonl, experiment.json with everything said, and event files for TensorBoard; while somebody trains,',
      'also training.lock, which names the process, so that a second trainer is refused. Whatever ends the program, a whole checkpoint stands there; --resume takes',
      'away what metrics say of later updates, and makes them again bit for bit. A first SIGINT or SIGTERM ends training after the update that has begun, with a',
      'checkpoint of it; a second one ends it at once. A file of --metrics is locked in the same way, by FILE.lock beside it.',
      'Exit codes: 0 (solved, or the steps were made), 1 (training stopped: a number was not finite, the disk was full), 2 (bad input).',
    ],
  )
    .argument('[CONFIG]', 'the experiment, a JSON file')
    .option('--env <NAME>', 'the environment: a name, JSON, an MDP file, or a world')
    .option('--estimator <SPEC>', 'the estimator: a recipe, a pipeline as JSON, or a file of it')
    .option('--seed <N>', 'a 32-bit integer from which all random numbers come (default: 1)')
    .option('--steps <N>', 'environment steps after which training ends')
    .addOption(new Option('--solved <RETURN>', 'mean return of the last 100 episodes at which training ends (default: that of the environment)').conflicts('stop'))
    .option('--no-stop', 'do not end where it is solved')
    .option('--rate <R>', 'learning rate: a number, or \'{"linear": {"from": R, "to": 0}}\'')
    .option('--optimiser <NAME>', 'adam, sgd, or one with options as JSON')
    .option('--episodes <N>', 'whole episodes in a batch')
    .option('--copies <N>', 'copies of the environment')
    .option('--length <N>', 'steps of each copy in a batch of segments')
    .option('--epochs <N>', 'times that a batch is gone through')
    .option('--minibatches <N>', 'gradient steps in an epoch')
    .option('--discount <G>', 'gamma, in [0, 1]')
    .option('--entropy <C>', 'coefficient of the entropy')
    .option('--value-coefficient <C>', 'coefficient of the squared error of values')
    .option('--gradient-norm <N>', 'the norm that gradients are shortened to')
    .option('--stop-at-kl <KL>', 'mean divergence beyond which no further epoch begins')
    .option('--hidden <WIDTHS>', 'widths of the hidden layers, such as 64,64')
    .addOption(choice('--activation <NAME>', 'of the hidden layers', ['tanh', 'relu']))
    .addOption(choice('--trunk <HOW>', 'whether policy and value have hidden layers in common', ['shared', 'separate']))
    .option('--normalise-observation', 'normalise observations by their running moments, clipped to 10')
    .option('--scale-reward <F>', 'multiply rewards, for training only: returns are shown as they are')
    .addOption(choice('--backend <NAME>', 'what computes networks (default: simd)', backendNames))
    .option('--metrics <FILE>', 'a line of JSON for each update; begun anew, unless it is gone on with')
    .option('--checkpoint <DIR>', 'the folder of the record')
    .option('--resume', 'go on from the checkpoint in DIR, with the options of its experiment.json but for those given')
    .option('--every <N>', 'updates between checkpoints', integer(1), 10)
    .addOption(strictOption())
    .action((path: string | undefined, options: TrainOptions) =>
      withWords(options, async (words) => {
        const { metrics, checkpoint, resume, every, json } = options
        if (resume === true && checkpoint === undefined) return refuse(missing('--checkpoint', 'the folder to resume from'))
        const reading = context.reading(options)
        const { filesOf } = await import('../../record/files.ts')
        const { runTrain } = await import('../train.ts')
        const recorded = checkpoint === undefined || resume !== true ? E.right<readonly Problem[], Config>(nothing) : await recordedIn(filesOf(checkpoint), reading)
        if (E.isLeft(recorded)) return refuse(recorded.left)
        const read = path === undefined ? recorded : await configOf(path, reading)
        if (E.isLeft(read)) return refuse(read.left)
        const given = await overrides(options, read.right.json, words)
        if (E.isLeft(given)) return refuse(given.left)
        const { laidAnew, loosened } = await import('../schedule.ts')
        const { json: config, was } = resume === true && path === undefined ? loosened(read.right.json, given.right, words) : { json: read.right.json, was: null }
        const environment = await environmentJson(given.right['environment'] ?? config['environment'], '.', reading)
        const estimator = await estimatorJson(given.right['estimator'] ?? config['estimator'], '.')
        if (E.isLeft(environment)) return refuse(environment.left)
        if (E.isLeft(estimator)) return refuse(estimator.left)
        const decoded = experimentCodec(words).decode(defined({ ...config, ...given.right, environment: environment.right, estimator: estimator.right }))
        if (E.isLeft(decoded)) return refuse(problemsOf()(decoded.left))
        const { settle } = await import('../experiment.ts')
        const experiment = settle(decoded.right)
        if (E.isLeft(experiment)) return refuse(experiment.left)
        const seed = recorded.right.json['seed'] ?? experiment.right.seed
        if (seed !== experiment.right.seed) return refuse([{ path: 'seed', expected: `${shown(seed)}, with which the run in ${checkpoint} began; another seed is another run`, got: shown(experiment.right.seed) }])
        io.err(laidAnew(was, experiment.right))
        // The experiment of a record is written anew by its own run.
        const inputs = [...(path === undefined ? [] : read.right.inputs), ...namedIn(given.right, '.'), ...[options.words, options.env, options.estimator].flatMap((one) => (one === undefined ? [] : [one]))]
        const request = { experiment: experiment.right, metrics: metrics ?? null, checkpoint: checkpoint ?? null, start: resume === true ? 'resume' : 'anew', every, inputs: inputs.filter((one) => existsSync(one)) } as const
        const trained = await runTrain(request, words, style, io)
        if (E.isLeft(trained)) return refuse(trained.left)
        return trained.right._tag === 'answered' ? finish(E.right(trained.right.answer), json) : halt(trained.right.because, trained.right.exit)
      }),
    )
}
