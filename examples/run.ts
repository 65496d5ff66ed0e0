import { readdirSync } from 'node:fs'

const lessons = readdirSync(new URL('.', import.meta.url))
  .filter((name) => /^(\d\d-|write-your-own).*\.js$/.test(name))
  .toSorted()
const [wanted] = process.argv.slice(2)
const chosen = wanted === 'all' ? lessons : lessons.filter((name) => wanted !== undefined && name.startsWith(wanted))

if (chosen.length === 0) {
  console.error(wanted === undefined ? 'which lesson? npm run example -- 01, or all' : `no lesson begins with ${wanted}`)
  for (const name of lessons) console.error(`  ${name.replace(/\.js$/, '')}`)
  process.exitCode = 2
}

for (const name of chosen) {
  console.log(`\n${name.replace(/\.js$/, '')}`)
  await import(new URL(name, import.meta.url).href)
}
