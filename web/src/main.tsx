// Starts the page: reads the configuration, hands it to Amplify unchanged, shows the app.
import { Amplify } from 'aws-amplify';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { fetchConfig, hasSignInPage, outboxPage } from './config';
import './styles.css';
import { App } from './views/app';

const root = createRoot(document.getElementById('root')!);

async function start(): Promise<void> {
  try {
    const config = await fetchConfig();
    Amplify.configure(config.amplify);
    root.render(
      <StrictMode>
        <App outbox={outboxPage(config)} hasSignInPage={hasSignInPage(config)} />
      </StrictMode>,
    );
  } catch (thrown) {
    console.error(thrown);
    root.render(<NoConfiguration />);
  }
}

function NoConfiguration() {
  return (
    <main className="centre card">
      <h1>Parlor is not there yet</h1>
      <p>
        This page reads <code>/config.json</code> first, and that did not work. On your own machine, start the
        server with <code>cargo run -p local</code>.
      </p>
      <button className="primary" onClick={() => void start()}>
        Try again
      </button>
    </main>
  );
}

void start();
