// The mails that Cognito would have sent; looked at again while the page is in view.
import { clock, copyButton, el } from './dom.js';

const EVERY_MS = 3000;

export function showOutbox(section) {
  const list = el('ul', { class: 'mails', ariaLive: 'polite' });
  let shown = '';

  async function look() {
    if (document.visibilityState !== 'visible') return;
    try {
      const mails = await fetch('/_local/outbox').then((answer) => answer.json());
      const news = JSON.stringify(mails);
      if (news !== shown) draw(mails);
      shown = news;
    } catch {
      // The server is being restarted: the next look will do.
    }
  }

  function draw(mails) {
    const none = el(
      'li',
      { class: 'quiet' },
      'No mail yet. Codes for new accounts and passwords arrive here.',
    );
    const rows = mails
      .slice(0, 50)
      .map(({ to, kind, code, text, sentAt }) =>
        el(
          'li',
          { title: text },
          el(
            'span',
            { class: 'to' },
            to,
            ' ',
            el('small', { class: 'quiet' }, kind.replaceAll('_', ' '), ' · ', clock(sentAt)),
          ),
          el('code', {}, code),
          copyButton(code, 'Copy'),
        ),
      );
    list.replaceChildren(...(rows.length ? rows : [none]));
  }

  section.append(list);
  look();
  setInterval(look, EVERY_MS);
  addEventListener('focus', look);
  document.addEventListener('visibilitychange', look);
  addEventListener('parlor:caller', look);
}
