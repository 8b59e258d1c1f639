// Asks a served hub through both gateways, over HTTP, beside another service; prints problems.
import { createServer } from "node:http";
import { isDeepStrictEqual } from "node:util";
import { ApolloGateway, RemoteGraphQLDataSource } from "@apollo/gateway";
import { createGatewayRuntime } from "@graphql-hive/gateway-runtime";
import { buildASTSchema, parse, validate } from "graphql";
import { createHandler } from "graphql-http/lib/use/http";
import { compose, COURSES, problemsOf } from "./graph.mjs";

const [hub, key] = process.argv.slice(2);
const ENTITIES = `
scalar _Any
union _Entity = Course | Mentorship | Organisation | Person | Programme
extend type Query { _entities(representations: [_Any!]!): [_Entity]! }
`;
const KNOWN = `{
  people(first: 100) { nodes { sourceSystem externalId displayName birthDate maskedFields } }
  organisations(first: 1) { nodes { id shortName } }
  mentorships(first: 1) { nodes { id kind } }
  programmes(first: 1) { nodes { id title } }
}`;
const PEOPLE = "people(first: 100) { totalCount pageInfo { hasNextPage } nodes { id sourceSystem externalId";
const ASKED = `{
  courses {
    teacher { displayName birthDate maskedFields courses { id } }
    place { shortName rating }
    mentorship { kind mark }
    programme { title budget }
  }
  ${PEOPLE} courses { id } } }
}`;
const LOST = "{ lost { teacher { displayName } place { shortName } } }";

const listening = (handler) =>
  new Promise((resolve) => {
    const server = createServer(handler).listen(0, "127.0.0.1", () => {
      resolve(`http://127.0.0.1:${server.address().port}/graphql`);
    });
  });

async function ask(url, query) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${key}` },
    body: JSON.stringify({ query }),
  });
  return answer.json();
}

async function known() {
  const { data } = await ask(`${hub}/graphql`, KNOWN);
  return {
    person: data.people.nodes.find((each) => each.externalId),
    organisation: data.organisations.nodes[0],
    mentorship: data.mentorships.nodes[0],
    programme: data.programmes.nodes[0],
  };
}

// The other service: two courses of what the hub shows, and one of what it does not.
function courses({ person, organisation, mentorship, programme }) {
  const nobody = { sourceSystem: "KADRY", externalId: "a-card-of-nobody" };
  const nowhere = { id: "organisation-00000000-0000-4000-8000-000000000000" };
  const rows = [
    { id: "course-1", title: "Первый", teacher: person, place: organisation },
    { id: "course-2", title: "Второй", mentorship, programme },
  ];
  const lost = { id: "course-3", title: "Третий", teacher: nobody, place: nowhere };
  const taughtBy = (one) =>
    rows.filter(({ teacher }) => one.externalId && teacher?.externalId === one.externalId);
  const seen = (one) =>
    one && { ...one, courses: () => taughtBy(one).map(whole), rating: 5, mark: 4, budget: 3 };
  const whole = (row) => ({
    ...row,
    __typename: "Course",
    teacher: seen(row.teacher),
    place: seen(row.place),
    mentorship: seen(row.mentorship),
    programme: seen(row.programme),
  });
  const course = (id) => [...rows, lost].filter((row) => row.id === id).map(whole)[0];
  const rootValue = {
    courses: () => rows.map(whole),
    lost: () => whole(lost),
    node: ({ id }) => course(id),
    _entities: ({ representations }) =>
      representations.map((one) => (one.__typename === "Course" ? course(one.id) : seen(one))),
  };
  const schema = buildASTSchema(parse(COURSES + ENTITIES), { assumeValidSDL: true });
  return listening(createHandler({ schema, rootValue }));
}

async function apollo(supergraphSdl) {
  const willSendRequest = ({ request }) => request.http.headers.set("Authorization", `Bearer ${key}`);
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ url }) => new RemoteGraphQLDataSource({ url, willSendRequest }),
  });
  const { executor, schema } = await gateway.load();
  return listening(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const document = parse(JSON.parse(body).query);
    const errors = validate(schema, document);
    const asked = { document, queryHash: body, request: {}, context: {}, metrics: {} };
    response.end(JSON.stringify(errors.length ? { errors } : await executor(asked)));
  });
}

function hive(supergraph) {
  const fromClientToSubgraphs = ({ request }) => ({
    authorization: request.headers.get("authorization"),
  });
  const propagateHeaders = { fromClientToSubgraphs };
  return listening(createGatewayRuntime({ supergraph, logging: false, propagateHeaders }));
}

// What differs between an answer through a gateway and what it must be.
async function differences(gateway, { person, organisation, mentorship, programme }) {
  const { data, errors } = await ask(gateway, ASKED);
  const lost = (await ask(gateway, LOST)).data?.lost;
  const direct = (await ask(`${hub}/graphql`, `{ ${PEOPLE} } } }`)).data.people;
  const node = await ask(gateway, '{ node(id: "x") { id } }');
  const { displayName, birthDate, maskedFields } = person;
  const [first, second] = data?.courses ?? [];
  const through = data?.people.nodes.map(({ courses: _, ...own }) => own);
  const pairs = {
    "no errors": [undefined, errors],
    "a person named by a card": [
      { displayName, birthDate, maskedFields, courses: [{ id: "course-1" }] },
      first?.teacher,
    ],
    "an organisation": [{ shortName: organisation.shortName, rating: 5 }, first?.place],
    "a mentorship": [{ kind: mentorship.kind, mark: 4 }, second?.mentorship],
    "a programme": [{ title: programme.title, budget: 3 }, second?.programme],
    "nobody's card": [null, lost?.teacher?.displayName ?? null],
    "no organisation": [null, lost?.place?.shortName ?? null],
    "a page of people": [direct, { ...data?.people, nodes: through }],
    "one who teaches": [1, data?.people.nodes.filter((each) => each.courses?.length).length],
    "node is not offered": [true, Boolean(node.errors?.length)],
  };
  return Object.entries(pairs)
    .filter(([, [expected, actual]]) => !isDeepStrictEqual(expected, actual))
    .map(([what, [expected, actual]]) => {
      const said = [expected, actual].map((each) => String(JSON.stringify(each)).slice(0, 300));
      return `${what}: ${said[0]} expected, ${said[1]} answered`;
    });
}

const shown = await known();
const { data } = await ask(`${hub}/graphql`, "{ _service { sdl } }");
const urls = { hub: `${hub}/graphql`, courses: await courses(shown) };
const composed = compose(data._service.sdl, urls);
const problems = problemsOf(composed);
const gateways = {
  "Apollo gateway": await apollo(composed.Apollo.supergraphSdl),
  "Hive gateway": await hive(composed.Guild.supergraphSdl),
};
for (const [name, gateway] of Object.entries(gateways)) {
  problems.push(...(await differences(gateway, shown)).map((each) => `${name}: ${each}`));
}
process.stdout.write(JSON.stringify(problems), () => process.exit(0));
