// Composes the hub's schema with that of another service, as both composers do; prints problems.
import { readFileSync } from "node:fs";
import { compose, problemsOf } from "./graph.mjs";

const hub = readFileSync(process.argv[2], "utf8");
process.stdout.write(JSON.stringify(problemsOf(compose(hub))));
