// Mutation.updateTodo on the Todo table: what the input leaves out stays; a null description is removed.
import { util } from '@aws-appsync/utils';

export function request(ctx) {
  const { input } = ctx.args;
  const changes = ['#updatedAt = :updatedAt'];
  const names = { '#updatedAt': 'updatedAt' };
  const values = { ':updatedAt': util.time.nowISO8601() };
  let removal = '';

  if (Object.hasOwn(input, 'name')) {
    if (!input.name || input.name.trim() === '' || input.name.length > 200) {
      util.error('A todo needs a name of 1 to 200 characters.', 'InvalidInput');
    }
    changes.push('#name = :name');
    names['#name'] = 'name';
    values[':name'] = input.name;
  }
  if (Object.hasOwn(input, 'description')) {
    names['#description'] = 'description';
    if (!input.description) {
      removal = ' REMOVE #description';
    } else {
      if (input.description.length > 2000) {
        util.error('The description may have at most 2000 characters.', 'InvalidInput');
      }
      changes.push('#description = :description');
      values[':description'] = input.description;
    }
  }

  return {
    operation: 'UpdateItem',
    key: util.dynamodb.toMapValues({ list: 'todos', id: input.id }),
    update: {
      expression: `SET ${changes.join(', ')}${removal}`,
      expressionNames: names,
      expressionValues: util.dynamodb.toMapValues(values),
    },
    condition: { expression: 'attribute_exists(id)' },
  };
}

export function response(ctx) {
  if (ctx.error) {
    if (ctx.error.type === 'DynamoDB:ConditionalCheckFailedException') {
      util.error('There is no todo with this id.', 'NotFound');
    }
    util.error('The todo could not be stored; try again.', 'Internal');
  }
  return ctx.result;
}
