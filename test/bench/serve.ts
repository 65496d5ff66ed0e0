/**
 * Takes samples on demand, so that several processes can take turns: a line of JSON in, `{ "measure": name, "seconds": length of the block }`,
 * a line out, the sample or `{ "error": text }`. peers/serve.py does the same in Python.
 */
import { createInterface } from 'node:readline'
import type { Run, Unit } from './measure.ts'
import { clock, sampleOf } from './measure.ts'
import { measures } from './measures.ts'

interface Ready {
  readonly unit: Unit
  readonly run: Run
  readonly checked: number | null
}

/** Until what compiles at run time has compiled it: by CPU time, since a busy machine would cut it short. */
const warmUp = (run: Run): void => {
  const end = clock.cpu() + 1
  do run()
  while (clock.cpu() < end)
}

const ready = new Map<string, Ready>()

const prepared = async (name: string): Promise<Ready> => {
  const known = ready.get(name)
  if (known !== undefined) return known
  const measure = measures.find((one) => one.name === name)
  if (measure === undefined) throw new RangeError(`no measure ${name}`)
  const made = await measure.prepare()
  const { unit } = measure
  const run = typeof made === 'function' ? made : made.run
  // Before anything has run: an update moves what it is checked on.
  const checked = typeof made === 'function' ? null : made.check()
  if (unit.block === 'filled') warmUp(run)
  const now = { unit, run, checked }
  ready.set(name, now)
  return now
}

for await (const line of createInterface({ input: process.stdin })) {
  const { measure, seconds } = JSON.parse(line) as { readonly measure: string; readonly seconds: number }
  try {
    const { unit, run, checked } = await prepared(measure)
    const sample = sampleOf(unit, run, seconds)
    console.log(JSON.stringify(checked === null ? sample : { ...sample, check: checked }))
  } catch (failure) {
    console.log(JSON.stringify({ error: failure instanceof Error ? (failure.stack ?? failure.message) : String(failure) }))
  }
}
