// What changes in a list: told by the server as it happens, else asked for every few seconds.

const EVERY = 5000;

/**
 * Follow a list. `shown(ref)` gives the row on screen, `refresh(refs)` puts rows in place anew; what is new and
 * not on screen waits behind the button.
 */
export function follow(list, button, shown, refresh) {
  const waiting = new Set();
  const seen = new Map();
  let after = list.dataset.after;
  let source = null;
  let asking = 0;

  function announce() {
    button.hidden = waiting.size === 0;
    button.textContent = waiting.size === 1 ? button.dataset.one : button.dataset.many.replace("{n}", waiting.size);
  }

  function take(news) {
    if (news.ended) { location.reload(); return; }
    after = news.after;
    const fresh = news.changed.filter(({ ref, at }) => seen.get(ref) !== at);
    for (const { ref, at } of fresh) seen.set(ref, at);
    for (const one of fresh) if (one.new && !shown(one.ref)) waiting.add(one.ref);
    refresh(fresh.map(({ ref }) => ref).filter(shown));
    announce();
  }

  function question() {
    const query = new URLSearchParams(location.search);
    query.delete("before");
    query.set("after", after);
    return query;
  }

  async function ask() {
    const answer = await fetch(`${list.dataset.events}?${question()}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.status === 401) location.reload();
    if (answer?.ok) take(await answer.json());
  }

  function poll() {
    asking ||= setInterval(() => { if (!document.hidden) ask(); }, EVERY);
  }

  function listen() {
    if (source || asking || document.hidden) return;
    source = new EventSource(`${list.dataset.stream}?${question()}`);
    source.addEventListener("message", (event) => take(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      if (source?.readyState !== EventSource.CLOSED) return;
      source = null;
      poll();
    });
  }

  function hush() {
    source?.close();
    source = null;
  }

  button.addEventListener("click", () => location.reload());
  document.addEventListener("visibilitychange", () => { if (document.hidden) hush(); else { ask(); listen(); } });
  addEventListener("pagehide", hush);
  addEventListener("pageshow", listen);
  listen();
}
