// Subscription.onMessage on the resolvers' function: runs once, when somebody subscribes. The function refuses
// whoever is not a member; the filter set here lets removeMember end the subscription later.
import { extensions, util } from '@aws-appsync/utils';

export function request(ctx) {
  const { arguments: args, identity, info } = ctx;
  return { operation: 'Invoke', payload: { arguments: args, identity, info, wrapped: true } };
}

export function response(ctx) {
  if (ctx.error) {
    util.error(ctx.error.message, ctx.error.type);
  }
  const { errorMessage, errorType } = ctx.result;
  if (errorType) {
    util.error(errorMessage, errorType);
  }
  extensions.setSubscriptionInvalidationFilter({
    filterGroup: [
      {
        filters: [
          { fieldName: 'roomId', operator: 'eq', value: ctx.args.roomId },
          { fieldName: 'userId', operator: 'eq', value: ctx.identity.sub },
        ],
      },
    ],
  });
  // A value other than null would be checked against the selection set, and refused.
  return null;
}
