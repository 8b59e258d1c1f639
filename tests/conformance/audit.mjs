// Asks a served hub what the GraphQL-over-HTTP working group asks every server; prints JSON.
import { auditServer } from "graphql-http";

const [url, key] = process.argv.slice(2);
const results = await auditServer({
  url,
  fetchFn: (address, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set("GraphQL-Require-Preflight", "1");
    headers.set("Authorization", `Bearer ${key}`);
    return fetch(address, { ...init, headers });
  },
});
process.stdout.write(
  JSON.stringify(
    results.map(({ id, name, status, reason, response }) => ({
      id,
      name,
      status,
      reason: reason ? `${reason} (HTTP ${response?.status})` : null,
    })),
  ),
);
