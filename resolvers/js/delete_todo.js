// Mutation.deleteTodo on the Todo table: answers the todo that is gone.
import { util } from '@aws-appsync/utils';

export function request(ctx) {
  return {
    operation: 'DeleteItem',
    key: util.dynamodb.toMapValues({ list: 'todos', id: ctx.args.input.id }),
  };
}

export function response(ctx) {
  if (ctx.error) {
    util.error('The todo could not be deleted; try again.', 'Internal');
  }
  // DeleteItem answers what it deleted. No condition asks for it beforehand: AppSync regards the deletion
  // of an absent item as done, whatever the condition says.
  if (!ctx.result) {
    util.error('There is no todo with this id.', 'NotFound');
  }
  return ctx.result;
}
