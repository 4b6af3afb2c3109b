/**
 * What a server keeps of a person, over its HTTP door, as learned.js wants it.
 *
 * Somebody nobody knows has an empty memory. It does not know what is drawn of it.
 */

/** `user` gives the name, each time anew. */
export function serverMemory(call, user) {
  const about = (method, ...rest) => call(method, ["/v1/users", ...[user(), ...rest].map(encodeURIComponent)].join("/"));
  const found = (wanted) => call("GET", `/v1/users/${encodeURIComponent(user())}/phrases?${new URLSearchParams(wanted)}`);
  return {
    get user() {
      return user();
    },
    place: "this server",
    lasting: "on this server only",
    summary: () => unlessUnknown(about("GET")),
    phrases: async (wanted) => (await unlessUnknown(found(wanted))) ?? { phrases: [], total: 0 },
    forgetPhrase: (phrase) => about("DELETE", "phrases", phrase),
    forget: () => about("DELETE"),
    exportUser: () => about("GET", "export"),
  };
}

async function unlessUnknown(reply) {
  try {
    return await reply;
  } catch (problem) {
    if (problem.status === 404) return null;
    throw problem;
  }
}
