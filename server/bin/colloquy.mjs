#!/usr/bin/env node
// The command line tool: runs its TypeScript source on the Node this repository pins.
process.env.INIT_CWD ??= process.cwd() // where the user is: programs run at the root of the repository
process.argv.splice(2, 0, 'server/src/cli/main.ts')
await import('../../tools/run.mjs')
