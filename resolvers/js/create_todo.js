// Mutation.createTodo on the Todo table: the id and the times are the server's.
import { util } from '@aws-appsync/utils';

export function request(ctx) {
  const { name, description } = ctx.args.input;
  if (name.trim() === '' || name.length > 200) {
    util.error('A todo needs a name of 1 to 200 characters.', 'InvalidInput');
  }
  if (description && description.length > 2000) {
    util.error('The description may have at most 2000 characters.', 'InvalidInput');
  }

  const now = util.time.nowISO8601();
  const todo = { name, createdAt: now, updatedAt: now };
  if (description) {
    todo.description = description;
  }
  return {
    operation: 'PutItem',
    key: util.dynamodb.toMapValues({ list: 'todos', id: util.autoId() }),
    attributeValues: util.dynamodb.toMapValues(todo),
    condition: { expression: 'attribute_not_exists(id)' },
  };
}

export function response(ctx) {
  if (ctx.error) {
    util.error('The todo could not be stored; try again.', 'Internal');
  }
  return ctx.result;
}
