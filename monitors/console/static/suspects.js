// 疑似账号 by keyboard: j and k go from one account to the next, 1, 2 and 3 open its forms. The page works without it.
"use strict";
(() => {
  const cards = [...document.querySelectorAll(".suspect")];
  let at = -1;
  const typing = (node) => node.closest("input:not([type=checkbox]):not([type=radio]), textarea, select") !== null;
  const go = (step) => {
    at = Math.min(Math.max(at + step, 0), cards.length - 1);
    cards[at].focus();
  };
  const open = (number) => {
    const forms = [...cards[at].querySelectorAll("details.verdict")];
    forms.forEach((form, index) => { form.open = index === number; });
    const field = forms[number] && forms[number].querySelector("select, textarea");
    if (field) field.focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !cards.length || typing(event.target)) return;
    if (event.key === "j" || event.key === "k") go(event.key === "j" ? 1 : -1);
    else if ("123".includes(event.key) && at >= 0) open(Number(event.key) - 1);
    else if (event.key === "x" && at >= 0) {
      const box = cards[at].querySelector("input[name=chosen]");
      if (box) box.checked = !box.checked;
    } else return;
    event.preventDefault();
  });
  cards.forEach((card, index) => card.addEventListener("focusin", () => { at = index; }));
})();
