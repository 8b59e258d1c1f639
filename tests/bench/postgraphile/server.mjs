// PostGraphile 5 over the bench's database: as its documentation says, row scope in pgSettings.
// node server.mjs PORT KEYS: keys is a JSON object from a key to its settings; the database is where
// the variables PGHOST, PGPORT, PGUSER and PGDATABASE lead.
import { createServer } from "node:http";
import pg from "pg";
import { grafserv } from "postgraphile/grafserv/node";
import { postgraphile } from "postgraphile";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { makePgService } from "postgraphile/adaptors/pg";

const [port, keys] = process.argv.slice(2);
const viewers = JSON.parse(keys);
const preset = {
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({ schemas: ["public"], pool: new pg.Pool({ max: 4 }) }),
  ],
  grafast: {
    explain: false,
    context: (request) => {
      const key = request.node?.req.headers.authorization?.slice("Bearer ".length);
      if (!(key in viewers)) throw new Error("unknown key");
      return { pgSettings: viewers[key] };
    },
  },
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false },
};
const server = createServer();
const served = postgraphile(preset).createServ(grafserv);
await served.addTo(server);
server.listen(Number(port), "127.0.0.1", () => process.stdout.write("ready\n"));
