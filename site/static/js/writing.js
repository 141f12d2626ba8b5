/* Writing an article: what is typed is kept here at once and at the site a moment later, and shown
   beside the form as it will be read. What the site could not keep (no network, a session that has
   ended, another tab) stays in this browser and is said. Without this script there are the buttons. */

import { found, offer, stored } from "./drafts.js";

const form = document.querySelector("form[data-writing]");
const FIELDS = ["title", "summary", "language", "body", "cover", "topics", "translation", "canonical"];
const PAUSE = 1200; // ms without typing, after which it is kept
const AGAIN = 5000; // ms after which what could not be kept is tried again
const LEAVING_LARGEST = 60_000; // what browsers still send for a page that is left

function write(form) {
  const says = form.dataset;
  const drawer = `article:${says.writing}:`; // of this person, in this browser
  const mine = `${drawer}${says.code}:${form.elements.tab.value}`;
  const status = form.querySelector("[data-saved]");
  const conflict = form.querySelector("[data-conflict]");
  let kept = text(); // what the site has
  let address = form.action;
  let busy = false, halted = false, waits = 0, turn = 0;

  function text() {
    return Object.fromEntries(FIELDS.map((name) => [name, form.elements[name]?.value || ""]));
  }
  const plain = (value) => (value || "").trim();
  const same = (one, other) => FIELDS.every((name) => plain(one[name]) === plain(other[name]));
  const empty = (one) => !(one.title + one.summary + one.body).trim();
  const unkept = () => !same(text(), kept);

  function say(words, alert = false) {
    if (status.textContent !== words) status.textContent = words;
    status.classList.toggle("alert", alert);
  }

  function fill(values) {
    for (const name of FIELDS) {
      if (form.elements[name] && values[name] !== undefined) form.elements[name].value = values[name];
    }
    changed();
  }

  // -- keeping ---------------------------------------------------------------------------

  function changed() {
    if (unkept()) stored(mine, { ...text(), at: Date.now() });
    else stored(mine, null);
    soon(PAUSE);
    show();
  }

  function soon(delay) {
    clearTimeout(waits);
    waits = setTimeout(keep, delay);
  }

  function sent(values) {
    const body = new URLSearchParams(values);
    for (const name of ["form_token", "version", "tab", "code"]) {
      if (form.elements[name]) body.set(name, form.elements[name].value);
    }
    body.set("turn", (turn += 1));
    return body;
  }

  async function keep(leaving = false) {
    const now = text();
    if (halted || busy || !unkept() || (empty(now) && form.elements.code)) return;
    if (!navigator.onLine) return say(says.saysOffline, true);
    busy = true;
    if (!leaving) say(says.saysWriting);
    try {
      const body = sent(now);
      const answer = await fetch(address, {
        method: "POST", body, headers: { Accept: "application/json" },
        keepalive: leaving && body.toString().length < LEAVING_LARGEST,
      });
      await settle(answer, now);
    } catch {
      say(says.saysOffline, true);
      soon(AGAIN);
    }
    busy = false;
    if (unkept() && !halted && status.classList.contains("alert") === false) soon(PAUSE);
  }

  async function settle(answer, now) {
    const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
    if (answer.ok && told.version) return done(told, now);
    if (answer.status === 400 && told.form_token) {
      form.elements.form_token.value = told.form_token; // signed in again: send it once more
      return soon(0);
    }
    if (answer.status === 409) return differs(told);
    if (answer.status === 422) return say(told.errors?.join(" ") || "", true);
    if (answer.status === 404) {
      halted = true;
      return say(says.saysGone, true);
    }
    if ([400, 401].includes(answer.status)) ended();
    else say(says.saysLimit, true);
    soon(AGAIN);
  }

  function done(told, now) {
    kept = now;
    form.elements.version.value = told.version;
    if (form.elements.code) {
      form.elements.code.remove();
      address = form.action = told.address;
      history.replaceState(history.state, "", told.address);
    }
    if (!unkept()) stored(mine, null);
    if (now.title.trim()) document.querySelector("h1").textContent = now.title.trim();
    say(told.said);
  }

  function ended() {
    if (status.querySelector("a")) return;
    say(says.saysEnded, true);
    const link = document.createElement("a");
    link.href = says.signIn;
    link.target = "_blank";
    link.textContent = says.saysSignIn;
    status.append(" ", link);
  }

  // -- two tabs --------------------------------------------------------------------------

  function differs(told) {
    halted = true;
    if (!told.editable) return say(says.saysGone, true);
    say("");
    conflict.hidden = false;
    conflict.querySelector("[data-kept-title]").textContent = told.kept.title;
    conflict.querySelector("[data-kept-body]").textContent = told.kept.body;
    const go = (theirs) => {
      form.elements.version.value = told.version;
      conflict.hidden = true;
      halted = false;
      if (theirs) {
        const gone = { ...text(), at: Date.now() };
        kept = { ...text(), ...told.kept };
        fill(told.kept);
        stored(`${mine}-given-up`, gone); // whoever changes their mind finds it on the next visit
      }
      form.elements.body.focus();
      keep();
    };
    conflict.querySelector("[data-mine]").onclick = () => go(false);
    conflict.querySelector("[data-theirs]").onclick = () => go(true);
  }

  // -- what an earlier visit left here -----------------------------------------------------

  function offerFound() {
    const isNew = Boolean(form.elements.code);
    const here = found(isNew ? drawer : `${drawer}${says.code}:`, mine).filter(([key, left]) => {
      const isDull = left.body === undefined || same(left, kept) || empty(left);
      if (isDull) stored(key, null);
      return !isDull;
    });
    offer(document.querySelector("[data-found]"), here, (left) => [left.title, left.body], (left) => {
      fill(left);
      form.elements.body.focus();
    });
  }

  // -- beside the form -------------------------------------------------------------------

  const seen = form.querySelector(".seen");
  const page = form.querySelector("[data-seen-body]");
  let shown = null, asks = false, later = 0;

  async function show() {
    clearTimeout(later);
    later = setTimeout(draw, 250);
  }

  async function draw() {
    const body = form.elements.body.value;
    if (asks || body === shown || !navigator.onLine) return;
    asks = true;
    try {
      const answer = await fetch(says.preview, {
        method: "POST",
        body: new URLSearchParams({ body, code: says.code, form_token: form.elements.form_token.value }),
        headers: { Accept: "application/json" },
      });
      if (answer.ok) page.innerHTML = (await answer.json()).html; // made safe by the site
      else if (answer.status === 422) page.textContent = says.saysNested;
      if (answer.ok || answer.status === 422) shown = body;
      page.lang = form.elements.language.value;
    } catch {
      /* the last one stays: what is said about the network is said below the form */
    }
    asks = false;
    if (form.elements.body.value !== body) show();
  }

  // What is being written stays in sight: the page beside scrolls as far as the form does.
  form.elements.body.addEventListener("scroll", ({ target }) => {
    const share = target.scrollTop / Math.max(target.scrollHeight - target.clientHeight, 1);
    page.scrollTop = share * (page.scrollHeight - page.clientHeight);
  });

  // -- pictures ------------------------------------------------------------------------------

  const adds = form.querySelector("[name=add_picture]");
  adds?.addEventListener("click", async (event) => {
    event.preventDefault();
    const wrong = form.querySelector("[data-picture-wrong]");
    wrong.hidden = true;
    if (!navigator.onLine) return say(says.saysOffline, true);
    if (busy || halted) return;
    clearTimeout(waits);
    busy = adds.disabled = true;
    say(says.saysPicture);
    const now = text();
    const body = new FormData(form);
    body.set("add_picture", "1");
    body.set("turn", (turn += 1));
    try {
      const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
      const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
      if (answer.ok && told.picture) {
        done(told, now);
        form.elements.cover.add(new Option(told.picture.alt, told.picture.code));
        form.elements.picture.value = form.elements.alt.value = "";
        insert(`\n\n${told.picture.text}\n\n`);
      } else if (answer.status === 422) {
        say("");
        wrong.textContent = told.errors.join(" ");
        wrong.hidden = false;
      } else if (answer.status === 409) differs(told);
      else if (answer.status === 400 && told.form_token) {
        form.elements.form_token.value = told.form_token;
        say(says.saysLimit, true);
      } else if ([400, 401].includes(answer.status)) ended();
      else say(says.saysLimit, true);
    } catch {
      say(says.saysOffline, true);
    }
    busy = adds.disabled = false;
  });

  function insert(words) {
    const field = form.elements.body;
    field.focus();
    // The browser's own insertion keeps its undo; it is the only one that does.
    if (!document.execCommand("insertText", false, words)) {
      field.setRangeText(words, field.selectionStart, field.selectionEnd, "end");
    }
    changed();
  }

  // -- marks, by button and by key -------------------------------------------------------

  const MARKS = {
    bold: ["**", "**"], italic: ["*", "*"], code: ["`", "`"], link: ["[", "](https://)"],
    heading: ["## ", "", true], list: ["- ", "", true], quote: ["> ", "", true],
  };

  function mark(kind) {
    const field = form.elements.body;
    const [before, after, wholeLines] = MARKS[kind];
    let { selectionStart: from, selectionEnd: to } = field;
    if (wholeLines) from = field.value.lastIndexOf("\n", from - 1) + 1;
    const chosen = field.value.slice(from, to);
    const made = wholeLines ? chosen.split("\n").map((line) => before + line).join("\n") : before + chosen + after;
    field.setSelectionRange(from, to);
    insert(made);
    if (kind === "link") {
      const start = from + (chosen ? made.length - 9 : 1);
      field.setSelectionRange(start, chosen ? start + 8 : start);
    } else if (!wholeLines) {
      field.setSelectionRange(from + before.length, from + before.length + chosen.length);
    }
  }

  for (const button of form.querySelectorAll("[data-mark]")) {
    button.addEventListener("click", () => mark(button.dataset.mark));
  }
  form.elements.body.addEventListener("keydown", (event) => {
    const kind = { b: "bold", i: "italic", k: "link" }[event.key.toLowerCase()];
    if (!kind || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    mark(kind);
  });

  // -- beginning, coming back, leaving -----------------------------------------------------

  for (const part of form.querySelectorAll("[data-scripted]")) part.hidden = false;
  document.documentElement.classList.add("scripted");
  seen.hidden = false;
  form.addEventListener("input", changed);
  addEventListener("online", () => soon(0));
  addEventListener("offline", () => say(says.saysOffline, true));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keep(true);
    else soon(0);
  });
  let leavesBySending = false;
  form.addEventListener("submit", (event) => {
    if (!navigator.onLine) {
      event.preventDefault();
      say(says.saysOffline, true);
      return;
    }
    clearTimeout(waits);
    halted = leavesBySending = true;
    form.elements.turn.value = turn += 1;
  });
  addEventListener("beforeunload", (event) => {
    if (leavesBySending || !unkept() || empty(text())) return;
    keep(true);
    event.preventDefault();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) halted = leavesBySending = false;
  });
  offerFound();
  draw();
}

if (form) write(form);
