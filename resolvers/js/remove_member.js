// Mutation.removeMember on the resolvers' function: once the member is out, what they listened to in that room
// ends at once, with the connection; their client comes back and is refused there.
import { extensions, util } from '@aws-appsync/utils';

export function request(ctx) {
  const { arguments: args, identity, info } = ctx;
  return { operation: 'Invoke', payload: { arguments: args, identity, info, wrapped: true } };
}

export function response(ctx) {
  if (ctx.error) {
    util.error(ctx.error.message, ctx.error.type);
  }
  const { data, errorMessage, errorType } = ctx.result;
  if (errorType) {
    util.error(errorMessage, errorType);
  }
  const { roomId, userId } = ctx.args.input;
  extensions.invalidateSubscriptions({ subscriptionField: 'onMessage', payload: { roomId, userId } });
  return data;
}
