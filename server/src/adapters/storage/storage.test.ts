import { storageConformance } from '#conformance/storage.ts'
import { openMemory } from './memory/open.ts'

storageConformance('memory', async () => openMemory())
