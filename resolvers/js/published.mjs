// What AWS's types say a script has: `npm test` holds the list that the engine on localhost is tested with
// (crates/local-appsync-js/tests/appsync_js/published.json) against them; `UPDATE=1 npm test` writes it anew.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import ts from 'typescript';

const LIST = new URL('../../crates/local-appsync-js/tests/appsync_js/published.json', import.meta.url);
const PACKAGE = '@aws-appsync/utils';
const folder = new URL(`./node_modules/${PACKAGE}/`, import.meta.url);
const { version } = createRequire(import.meta.url)(`${PACKAGE}/package.json`);

const modules = {
  [PACKAGE]: 'lib/index.d.ts',
  [`${PACKAGE}/dynamodb`]: 'lib/dynamodb-helpers.d.ts',
  [`${PACKAGE}/rds`]: 'lib/rds-helpers.d.ts',
  [`${PACKAGE}/ai`]: 'lib/bedrock-helpers.d.ts',
};
const files = Object.values(modules).map((file) => new URL(file, folder).pathname);
const program = ts.createProgram(files, { strict: true });
const checker = program.getTypeChecker();

// `util` → `util.time.nowISO8601` and all the others.
const functionsOf = (name, type) =>
  type.getCallSignatures().length > 0
    ? [name]
    : type.getProperties().flatMap((property) => functionsOf(`${name}.${property.name}`, checker.getTypeOfSymbol(property)));

const exported = (file) => {
  const symbols = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)));
  const resolved = symbols.map((symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
  );
  const values = resolved.filter((symbol) => symbol.flags & ts.SymbolFlags.Value);
  return values.flatMap((symbol) => functionsOf(symbol.name, checker.getTypeOfSymbol(symbol))).sort();
};

const published = { version };
Object.keys(modules).forEach((module, index) => {
  published[module] = exported(files[index]);
});
const text = `${JSON.stringify(published, null, 2)}\n`;

if (process.env.UPDATE) {
  writeFileSync(LIST, text);
} else if (readFileSync(LIST, 'utf8') !== text) {
  console.error(`${PACKAGE} ${version} has other functions than the list says: UPDATE=1 npm test, then see what the`);
  console.error('tests of crates/local-appsync-js miss.');
  process.exit(1);
}
