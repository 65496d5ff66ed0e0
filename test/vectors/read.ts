import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { Vectors } from './schema.ts'

const own = fileURLToPath(new URL('./data/', import.meta.url))

/**
 * A file of golden numbers, from the folder that ESTIMAND_VECTORS names if it is set, otherwise from the copy in this repository.
 * A file that is missing is an error: nothing is skipped.
 */
export const readVectors: {
  <Name extends keyof Vectors>(name: Name): Vectors[Name]
  <A>(name: string): A
} = (name: string) => {
  const folder = process.env['ESTIMAND_VECTORS']
  const path = folder === undefined ? join(own, `${name}.gz`) : join(folder, name)
  if (!existsSync(path)) throw new Error(`golden numbers: ${path} is missing`)
  const bytes = readFileSync(path)
  return JSON.parse((folder === undefined ? gunzipSync(bytes) : bytes).toString('utf8'))
}
