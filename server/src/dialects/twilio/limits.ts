/** Limits of the API (specification section 8); lengths in characters. */
export const limits = {
  displayName: 32,
  description: 512,
  captureRules: 100,
  callbacks: 20,
  url: 2048,
  intelligenceConfigurations: 5,
  strategies: 1,
  workflows: 5,
  participantsAtCreation: 50,
  metadataEntries: 8,
  metadataKey: 128,
  metadataValue: 512,
  /** Names of conversations and participants (D65), and ids that are others' to give. */
  name: 256,
  foreignId: 512,
  address: 254,
  text: 8_388_608,
  pageSize: 1000,
  defaultPageSize: 50,
  /** Three years, the longest any conversation lives (T17). */
  timeoutMinutes: 1_576_800,
  bodyBytes: 36 * 1024 * 1024,
  /** Objects within objects in a body; the deepest the API knows is 6. */
  bodyDepth: 32,
} as const
