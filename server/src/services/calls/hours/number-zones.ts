import type { NumberZones } from '../ports.ts'
import { zoneTable } from './zone-table.ts'

/** Zones of telephone numbers by their longest beginning in a table (see zone-table.ts, whose text is read once, here). */
export function numberZones(table: string = zoneTable): NumberZones {
  const byBeginning = readTable(table)
  return {
    of: (number) => {
      const digits = number.startsWith('+') ? number.slice(1) : number
      for (let length = Math.min(digits.length, longestBeginning); length > 0; length--) {
        const zones = byBeginning.get(digits.slice(0, length))
        if (zones) return zones
      }
      return []
    },
  }
}

/** E.164: no number has more digits. */
const longestBeginning = 15

function readTable(table: string): ReadonlyMap<string, readonly string[]> {
  const byBeginning = new Map<string, readonly string[]>()
  for (const line of table.split('\n')) {
    const [names = '', beginnings = ''] = line.split(':')
    const zones = names.split(' ')
    for (const text of beginnings.split(' ')) {
      for (const beginning of expand(text)) byBeginning.set(beginning, zones)
    }
  }
  return byBeginning
}

/** `1201-3`: 1201, 1202 and 1203. */
function expand(text: string): readonly string[] {
  const [first = '', last = first.slice(-1)] = text.split('-')
  const stem = first.slice(0, -1)
  const from = Number(first.slice(-1))
  return Array.from({ length: Number(last) - from + 1 }, (_, i) => `${stem}${from + i}`)
}
