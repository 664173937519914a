"use strict";
// The server draws every part of the page; this puts new ones in the place of old ones
const events = new EventSource(document.body.dataset.events);
events.onopen = () => { document.body.dataset.live = "on"; };
events.onerror = () => { document.body.dataset.live = "off"; };
events.onmessage = (event) => {
  for (const [id, html] of Object.entries(JSON.parse(event.data))) {
    const old = document.getElementById(id);
    if (!old) continue; // not among those that are shown
    const held = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    old.outerHTML = html;
    const made = document.getElementById(id);
    made.classList.add("fresh");
    if (held) made.querySelector(`a[href="${held}"]`)?.focus();
  }
};
events.addEventListener("layout", async () => {
  const answer = await fetch(location.href);
  const loaded = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.getElementById("fleet").replaceWith(loaded.getElementById("fleet"));
});
