/* Forms of those who work here outlive a lost network, an ended session and a closed tab: what is
   written stays in this browser until the site says that it has it. Articles do more: writing.js. */

import { found, offer, stored } from "./drafts.js";

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/* The same words may lie here twice: another tab had them, or an earlier visit. */
for (const { dataset: { taken } } of document.querySelectorAll("[data-taken]")) {
  const words = stored(taken)?.fields;
  for (const [key, left] of found(taken.slice(0, taken.lastIndexOf(":") + 1), taken)) {
    if (same(left.fields, words)) stored(key, null);
  }
  stored(taken, null);
}
for (const form of document.querySelectorAll("form[data-unsent]")) outlive(form);

function outlive(form) {
  const { lang } = document.documentElement; // the same form has an address in each language
  const path = new URL(form.action).pathname.replace(new RegExp(`^/${lang}(?=/)`), "");
  const drawer = `unsent:${form.dataset.unsent}:${path}:`;
  const isAgain = "again" in form.dataset; // the site shows what it has not taken
  const ticks = (field) => ["checkbox", "radio"].includes(field.type);
  let mine = drawer + Math.random().toString(36).slice(2);

  const fields = () =>
    [...form.elements].filter(
      (field) => field.name && !["hidden", "file", "submit", "button"].includes(field.type),
    );
  const isWritten = (field) => (ticks(field) ? field.checked : field.value !== "");
  const text = () => fields().filter(isWritten).map((field) => [field.name, field.value]);

  const here = found(drawer, mine).filter(([key, left]) => {
    if (!same(left.fields, text())) return true;
    if (isAgain) mine = key;
    else stored(key, null);
    return false;
  });
  const first = isAgain ? [] : text();
  const keep = () => stored(mine, same(text(), first) ? null : { fields: text(), at: Date.now() });
  if (isAgain) keep();

  function fill({ fields: left }) {
    for (const [name, value] of left) {
      const field = fields().find((one) => one.name === name && (!ticks(one) || one.value === value));
      if (!field) continue;
      if (ticks(field)) field.checked = true;
      else field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true })); // rows follow when one is filled
    }
    for (const field of fields()) {
      if (ticks(field)) field.checked = left.some((one) => same(one, [field.name, field.value]));
      else if (!left.some((one) => one[0] === field.name)) field.value = "";
    }
    keep();
    fields()[0].focus();
  }

  const words = ({ fields: left }) => left.map((one) => one[1]).filter((value) => /\s/.test(value.trim()));
  offer(
    form.querySelector("[data-found]"), here,
    (left) => ["", (words(left).join(" · ") || left.fields.map((one) => one[1]).join(" ")).trim()],
    fill,
  );
  if (here.length) for (let at = form; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;

  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  form.addEventListener("submit", () => {
    const key = form.elements.draft || document.createElement("input");
    Object.assign(key, { type: "hidden", name: "draft", value: mine });
    form.append(key);
  });
}
