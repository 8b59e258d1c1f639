// A federated graph of two services: the hub, and an invented service of courses beside it.
import { composeServices as composeAsApollo } from "@apollo/composition";
import { composeServices as composeAsGuild } from "@theguild/federation-composition";
import { parse } from "graphql";

// It names people by their cards, everything else by the hub's ids, and follows Relay too.
export const COURSES = `
type Query { courses: [Course!]! lost: Course! node(id: ID!): Node @shareable }
interface Node { id: ID! }
type PageInfo @shareable {
  hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String
}
type Course implements Node @key(fields: "id") {
  id: ID! title: String! teacher: Person place: Organisation mentorship: Mentorship programme: Programme
}
type Person @key(fields: "sourceSystem externalId") {
  sourceSystem: String externalId: String courses: [Course!]
}
type Organisation @key(fields: "id") { id: ID! rating: Int }
type Mentorship @key(fields: "id") { id: ID! mark: Int }
type Programme @key(fields: "id") { id: ID! budget: Int }
`;
const LINK = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
`;

export function compose(hub, urls = {}) {
  const services = [
    { name: "hub", url: urls.hub ?? "http://hub.invalid", typeDefs: parse(hub) },
    { name: "courses", url: urls.courses ?? "http://courses.invalid", typeDefs: parse(LINK + COURSES) },
  ];
  return { Apollo: composeAsApollo(services), Guild: composeAsGuild(services) };
}

export const problemsOf = (composed) =>
  Object.entries(composed).flatMap(([composer, { errors, hints, supergraphSdl }]) => [
    ...[...(errors ?? []), ...(hints ?? [])].map((each) => `${composer}: ${each.message}`),
    ...(supergraphSdl ? [] : [`${composer} composed nothing`]),
  ]);
