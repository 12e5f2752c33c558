import { engineConformance } from '#conformance/engine.ts'
import { openMemory } from './memory/open.ts'

engineConformance('the engine over memory', () => Promise.resolve(openMemory()))
