// Subscription.onCreateRoom on a NONE data source: runs once, when somebody subscribes, and decides
// which rooms that subscriber hears of: the public ones, and those that are the subscriber's own.
import { extensions, util } from '@aws-appsync/utils';

export function request(ctx) {
  if (!ctx.identity?.sub) {
    util.error('Sign in to hear of new rooms.', 'Forbidden');
  }
  return { payload: null };
}

export function response(ctx) {
  // Groups are alternatives.
  extensions.setSubscriptionFilter({
    filterGroup: [
      { filters: [{ fieldName: 'visibility', operator: 'eq', value: 'PUBLIC' }] },
      { filters: [{ fieldName: 'ownerId', operator: 'eq', value: ctx.identity.sub }] },
    ],
  });
  // A value other than null would be delivered as a first, invented event.
  return null;
}
