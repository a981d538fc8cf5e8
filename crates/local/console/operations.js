// Finds the operations of a GraphQL document, so that the one under the cursor can be run.

const DEFINITIONS = ['query', 'mutation', 'subscription', 'fragment'];

/** `{ type, name, at }` of each operation, in order. A selection set without a word before it is a query. */
export function operations(document) {
  // Comments and strings may contain anything: blank them out, keeping every position.
  const bare = document.replace(/"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|#.*/g, (text) => ' '.repeat(text.length));
  const found = [];
  let depth = 0;
  let bodiless = null; // the definition whose selection set has not begun
  const begin = (type, at) => found.push((bodiless = { type, name: null, at }));
  for (const { 0: token, index } of bare.matchAll(/[{}()]|[_A-Za-z]\w*/g)) {
    if (token === '}' || token === ')') {
      depth = Math.max(0, depth - 1);
    } else if (token === '{' || token === '(') {
      if (token === '{' && depth === 0) {
        if (!bodiless) begin('query', index);
        bodiless = null;
      }
      depth += 1;
    } else if (depth === 0) {
      if (bodiless) bodiless.name ??= token;
      else if (DEFINITIONS.includes(token)) begin(token, index);
    }
  }
  return found.filter(({ type }) => type !== 'fragment');
}
