/**
 * What a server keeps of a person, over its HTTP door, as learned.js wants it.
 *
 * Somebody nobody knows has an empty memory. It does not know what is drawn of it.
 */

import { Problem } from "./http.js";

/** @import { Call } from "./http.js" */
/** @import { Memory } from "./learned.js" */

/**
 * `user` gives the name, each time anew.
 * @param {Call} call
 * @param {() => string} user
 * @returns {Memory}
 */
export function serverMemory(call, user) {
  const pathTo = (/** @type {string[]} */ ...rest) => ["/v1/users", ...[user(), ...rest].map(encodeURIComponent)].join("/");
  return {
    get user() {
      return user();
    },
    place: "this server",
    lasting: "on this server only",
    summary: () => unlessUnknown(call("GET", pathTo())),
    phrases: async ({ query, limit }) => {
      const wanted = new URLSearchParams({ query, limit: String(limit) });
      return (await unlessUnknown(call("GET", `${pathTo("phrases")}?${wanted}`))) ?? { phrases: [], total: 0 };
    },
    forgetPhrase: (phrase) => call("DELETE", pathTo("phrases", phrase)),
    forget: () => call("DELETE", pathTo()),
    exportUser: () => call("GET", pathTo("export")),
  };
}

/**
 * @template Reply
 * @param {Promise<Reply>} reply
 * @returns {Promise<Reply | null>}
 */
async function unlessUnknown(reply) {
  try {
    return await reply;
  } catch (problem) {
    if (problem instanceof Problem && problem.status === 404) return null;
    throw problem;
  }
}
