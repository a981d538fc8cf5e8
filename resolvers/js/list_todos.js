// Query.listTodos on the Todo table: one page, ordered by id. A Query, so its cost is that of the page.
import { util } from '@aws-appsync/utils';

export function request(ctx) {
  const limit = ctx.args.limit ?? 20;
  if (limit < 1 || limit > 100) {
    util.error('limit must be from 1 to 100.', 'InvalidInput');
  }
  return {
    operation: 'Query',
    query: {
      expression: '#list = :list',
      expressionNames: { '#list': 'list' },
      expressionValues: util.dynamodb.toMapValues({ ':list': 'todos' }),
    },
    limit,
    nextToken: ctx.args.nextToken,
  };
}

export function response(ctx) {
  if (ctx.error) {
    // DynamoDB's own errors have types that begin with its name; the other thing to go wrong is the token.
    if (ctx.args.nextToken && !ctx.error.type.startsWith('DynamoDB:')) {
      util.error('This nextToken is not one that listTodos gave out; begin without one.', 'InvalidInput');
    }
    util.error('The todos could not be read; try again.', 'Internal');
  }
  const { items, nextToken } = ctx.result;
  return { items, nextToken };
}
