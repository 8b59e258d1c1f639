// Every rule that graphql-eslint recommends for a schema, and those of Relay.
import { readFileSync } from "node:fs";
import graphql from "@graphql-eslint/eslint-plugin";
import { buildSchema, isObjectType } from "graphql";

const { rules: recommended } = graphql.configs["flat/schema-recommended"];
const { rules: relay } = graphql.configs["flat/schema-relay"];
const types = Object.values(buildSchema(readFileSync("schema.graphql", "utf8")).getTypeMap());
const values = types.filter((type) => isObjectType(type) && type.getInterfaces().length === 0);

export default [
  {
    files: ["schema.graphql"],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: "schema.graphql" } },
    },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      ...recommended,
      ...relay,
      // Nodes have ids. The other types are values: a count, a name, a line of a list, a page.
      "@graphql-eslint/strict-id-in-types": [
        "error",
        { exceptions: { types: values.map(({ name }) => name) } },
      ],
      // A connection may be of values as well, and what the domain keeps short is a plain list.
      "@graphql-eslint/relay-edge-types": [
        "error",
        { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
      // What is listened to goes forward alone; every other connection is walked both ways in tests.
      "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
    },
  },
];
