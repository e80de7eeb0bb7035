// A page that follows something which runs: marks how far it is, and loads itself anew when it has ended.
// Without this script the page reloads itself every three seconds.
"use strict";
const followed = document.querySelector("[data-follow]");
if (followed && window.EventSource) {
  const stages = Array.from(followed.querySelectorAll("[data-stage]"));
  const events = new EventSource(followed.dataset.follow);
  events.addEventListener("stage", (event) => {
    const now = stages.findIndex((stage) => stage.dataset.stage === event.data);
    stages.forEach((stage, n) => {
      stage.className = n < now ? "done" : n === now ? "now" : "";
      if (n === now) stage.setAttribute("aria-current", "step"); else stage.removeAttribute("aria-current");
    });
  });
  events.addEventListener("done", () => { events.close(); location.reload(); });
}
