// Query.getTodo on the Todo table: the todo, or null when there is none.
import { util } from '@aws-appsync/utils';

export function request(ctx) {
  return {
    operation: 'GetItem',
    key: util.dynamodb.toMapValues({ list: 'todos', id: ctx.args.id }),
    consistentRead: true,
  };
}

export function response(ctx) {
  if (ctx.error) {
    util.error('The todo could not be read; try again.', 'Internal');
  }
  return ctx.result;
}
