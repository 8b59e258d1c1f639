// TypeScript as a client of the hub generates it: the types of the schema, and ready queries.
export default {
  schema: "schema.graphql",
  documents: "documents/*.graphql",
  generates: {
    "generated/schema.ts": { plugins: ["typescript"] },
    "generated/queries.ts": { plugins: ["typescript-operations", "typed-document-node"] },
  },
};
