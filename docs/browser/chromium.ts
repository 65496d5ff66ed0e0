import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The Chromium that CHROMIUM names, or the first of the path; null: there is none. */
export const chromiumPath = (): string | null => {
  const named = process.env['CHROMIUM']
  if (named !== undefined && named !== '') return existsSync(named) ? named : null
  const inPath = (process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)))
  return [...inPath, '/usr/bin/chromium'].find((file) => existsSync(file)) ?? null
}

/** It runs as root in containers, without a screen, and asks nobody on the network. */
export const chromiumFlags = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
