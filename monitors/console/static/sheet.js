// A unit's sheet that saves itself while it is filled in. The page works without it: “先保存” does the same by hand.
// What could not be saved stays in this window (sessionStorage) and is offered again when the page is opened anew.
"use strict";
(() => {
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const told = form.querySelector("[data-saved]");
  const key = form.dataset.autosave;
  const PAUSE = Number(form.dataset.pause) * 1000, AGAIN = 20000;
  const OURS = ["csrf", "stamp"];
  let timer = 0, busy = false, stopped = false, renewed = 0;

  const pairs = () => [...new FormData(form)].filter(([name]) => !OURS.includes(name));
  const text = () => JSON.stringify(pairs());
  let sent = text();
  const say = (words, bad) => { told.textContent = words; told.className = bad ? "said bad" : "said"; };
  const keep = () => { try { sessionStorage.setItem(key, text()); } catch { /* a window that keeps nothing */ } };
  const forget = () => sessionStorage.removeItem(key);
  const later = (wait) => { clearTimeout(timer); timer = setTimeout(save, wait); };

  async function save() {
    const now = text();
    if (stopped || busy || now === sent) return;
    busy = true;
    keep();
    try {
      const body = new URLSearchParams(new FormData(form));
      body.set("act", "autosave");
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
      if (answer.status === 401 || answer.status === 403 || answer.type === "opaqueredirect") await signedOut();
      else await heard(answer, now);
    } catch {
      say("暂时连不上服务器。您填的内容留在这个窗口里，会自动再试。", true);
      later(AGAIN);
    } finally { busy = false; }
  }

  async function heard(answer, now) {
    const said = await answer.json();
    if (answer.status === 200) {
      form.elements.stamp.value = said.stamp;
      sent = now;
      renewed = 0;
      if (text() === now) forget(); else later(PAUSE);
      const at = new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
      say(`已自动保存（${at}），还没有报送。${said.left ? "新增账号里没有选平台或没有写名称的行，补齐后才会保存。" : ""}`, false);
      return;
    }
    stopped = answer.status === 409;
    say(stopped ? "另一个窗口或另一位同事保存过这份表，自动保存已停止。您填的内容都在，点“先保存”可以对照两边的不同。" : said.error, true);
  }

  // The session ended, or somebody signed in anew elsewhere: the forms of this page then need the new session's token.
  async function signedOut() {
    const page = await fetch(location.href);
    const fresh = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("form[data-autosave] input[name=csrf]");
    if (fresh) {
      document.querySelectorAll("input[name=csrf]").forEach((field) => { field.value = fresh.value; });
      later(renewed++ ? AGAIN : 0);
    } else {
      say("登录已失效。您填的内容留在这个窗口里，没有丢；请在新窗口登录，这里会自动接着保存。", true);
      later(AGAIN);
    }
  }

  // Accounts may stand in another order when the page is opened anew: fields are found by their account, not by their place.
  function restore(kept) {
    const filings = (all) => all.filter(([name]) => name === "filing").map(([, value]) => value);
    const before = filings(kept), after = filings(pairs());
    const values = new Map();
    for (const [name, value] of kept) {
      const placed = /^(.+)-(\d+)$/.exec(name);
      const here = placed ? `${placed[1]}-${after.indexOf(before[Number(placed[2])])}` : name;
      values.set(here, [...(values.get(here) || []), value]);
    }
    for (const field of form.elements) {
      if (!field.name || field.type === "hidden" || field.tagName === "BUTTON") continue;
      const own = values.get(field.name) || [];
      if (field.type === "radio" || field.type === "checkbox") field.checked = own.includes(field.value);
      else field.value = own.length ? own.shift() : "";
      if (field.value && field.closest("details")) field.closest("details").open = true;
    }
  }

  function offer(kept) {
    const box = document.createElement("p");
    const button = (words, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = words;
      made.addEventListener("click", () => { act(); box.remove(); });
      return made;
    };
    box.className = "said";
    box.setAttribute("role", "status");
    box.append("这个窗口里还有上次没有保存成功的内容。 ",
      button("恢复", () => { restore(kept); later(0); }), " ", button("放弃", forget));
    form.prepend(box);
  }

  const kept = sessionStorage.getItem(key);
  if (new URLSearchParams(location.search).has("done")) forget();
  else if (kept && kept !== text()) offer(JSON.parse(kept));
  form.addEventListener("input", () => later(PAUSE));
  form.addEventListener("submit", keep);
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  window.addEventListener("focus", () => { if (text() !== sent) later(0); });
})();
