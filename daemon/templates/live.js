// Keeps a page as it is now: asks for it again when the daemon says that something has changed, and every ten seconds for the
// numbers. Without this script the page does the latter by itself.
"use strict";
(() => {
  const paused = document.documentElement.dataset.paused === "yes";
  if (paused) return;
  const PATIENCE = 10000;
  let asked = Date.now();
  let asking = false;

  // What a reader is doing stays as it is: a form that is filled in, a part that is unfolded, where the focus is.
  const isBusy = () => document.hidden || Boolean(document.activeElement?.closest("form"));
  const focused = () => {
    const active = document.activeElement;
    const address = active?.getAttribute?.("href");
    return active?.id ? `#${CSS.escape(active.id)}` : address ? `[href="${CSS.escape(address)}"]` : null;
  };

  async function look() {
    if (asking || isBusy()) return;
    asking = true;
    asked = Date.now();
    try {
      const response = await fetch(location.href, { cache: "no-store" });
      // The session has ended: better a form than numbers that look new and are not.
      if (response.redirected && new URL(response.url).pathname === "/login") location.reload();
      if (!response.ok || response.redirected) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const [now, before] = [page.getElementById("main"), document.getElementById("main")];
      if (!now || !before) return;
      for (const unfolded of before.querySelectorAll("details[open][id]")) {
        page.getElementById(unfolded.id)?.setAttribute("open", "");
      }
      const selector = focused();
      before.replaceWith(document.adoptNode(now));
      if (selector) document.getElementById("main").querySelector(selector)?.focus({ preventScroll: true });
      document.title = page.title;
      const icon = page.querySelector("link[rel=icon]");
      if (icon) document.querySelector("link[rel=icon]").href = icon.href;
      const made = page.getElementById("made");
      if (made) document.getElementById("made").replaceWith(document.adoptNode(made));
    } catch {
      // The daemon is being restarted, or the network is away: the next time will tell.
    } finally {
      asking = false;
    }
  }

  new EventSource("/events").onmessage = look;
  setInterval(() => { if (Date.now() - asked >= PATIENCE) look(); }, 1000);
})();
