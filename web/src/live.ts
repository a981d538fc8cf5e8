// Keeps one Amplify subscription alive and says when it is, so that the page can read what it missed.
//
// Amplify reconnects by itself 5 s after a break, but tries for some ten seconds only and then once a minute;
// and a subscription can silently stay lost if another one is started within those 5 s. Hence the watchdog:
// what has not been acknowledged for a while is subscribed anew.
import { CONNECTION_STATE_CHANGE, ConnectionState } from 'aws-amplify/api';
import { Hub } from 'aws-amplify/utils';
import { graphqlClient } from './chat/api';
import { explain, type Problem } from './problems';

const LOST_AFTER_MS = 15_000;

/** Amplify's event in its Hub for a `start_ack`; the constant is not exported. */
const SUBSCRIPTION_ACK = 'Subscription ack';

export interface LiveListener<T> {
  event(value: T): void;
  /** After the start and after every reconnection: events may have been missed before this. */
  connected(): void;
  disconnected(): void;
  /** The server does not allow this subscription; it is over. */
  refused(problem: Problem): void;
}

/** `document` has one root field, whose value is the event. Answers the function that ends it. */
export function listenLive<T>(
  document: string,
  variables: Record<string, string>,
  listener: LiveListener<T>,
) {
  const operation = /subscription (\w+)/.exec(document)?.[1] ?? '';
  let watchdog: ReturnType<typeof setTimeout> | undefined;
  let isConnected = false;
  let end = () => {};

  function start() {
    expectAck();
    const stream = graphqlClient().graphql({ query: document, variables }) as {
      subscribe(observer: {
        next(value: { data: Record<string, T | null> | null }): void;
        error(thrown: unknown): void;
      }): { unsubscribe(): void };
    };
    const subscription = stream.subscribe({
      next({ data }) {
        const [value] = Object.values(data ?? {});
        if (value) listener.event(value);
      },
      error(thrown) {
        const problem = explain(thrown);
        if (problem.kind === 'refused') {
          stop();
          listener.refused(problem);
        } else {
          disconnect(); // the watchdog starts it again
        }
      },
    });
    end = () => subscription.unsubscribe();
  }

  function expectAck() {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => {
      end();
      start();
    }, LOST_AFTER_MS);
  }

  function disconnect() {
    if (!isConnected) return;
    isConnected = false;
    listener.disconnected();
    expectAck();
  }

  const stopHub = Hub.listen('api', ({ payload }) => {
    if (payload.event === SUBSCRIPTION_ACK) {
      const ack = payload.data as { query: string; variables: Record<string, string> };
      const isOurs =
        ack.query.includes(`subscription ${operation}`) && sameVariables(ack.variables, variables);
      if (!isOurs) return;
      clearTimeout(watchdog);
      isConnected = true;
      listener.connected();
    } else if (payload.event === CONNECTION_STATE_CHANGE) {
      const { connectionState } = payload.data as { connectionState: ConnectionState };
      if (LOST.includes(connectionState)) disconnect();
    }
  });

  function stop() {
    clearTimeout(watchdog);
    stopHub();
    end();
  }

  start();
  return stop;
}

// Not `Connecting`: Amplify reports that also while another subscription joins the open connection.
const LOST = [
  ConnectionState.ConnectionDisrupted,
  ConnectionState.ConnectionDisruptedPendingNetwork,
  ConnectionState.Disconnected,
];

function sameVariables(a: Record<string, string>, b: Record<string, string>): boolean {
  return Object.entries(b).every(([name, value]) => a[name] === value);
}
