/** What the document says of a schema, in place of what is read: everything in a query is text. For `meta`. */
export function shownAs(schema: object) {
  return {
    override: ({ jsonSchema }: { jsonSchema: object }): void => {
      for (const key of Object.keys(jsonSchema)) delete (jsonSchema as Record<string, unknown>)[key]
      Object.assign(jsonSchema, schema)
    },
  }
}
