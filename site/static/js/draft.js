/* The form of an application: what is written outlives a lost connection, an expired page and a
   reload, in this tab only; two tabs of one browser send one application. Without this script the
   form works just the same, and the browser keeps what it can. */

const form = document.querySelector("form[data-draft]");
const sent = document.querySelector("[data-draft-sent]");

function written(field) {
  return field.name && !["hidden", "file", "submit"].includes(field.type) && field.name !== "website";
}

function keep(name) {
  const values = [];
  for (const field of form.elements) {
    if (!written(field)) continue;
    if (["radio", "checkbox"].includes(field.type)) {
      if (field.checked) values.push([field.name, field.value]);
    } else if (field.value) {
      values.push([field.name, field.value]);
    }
  }
  sessionStorage.setItem(name, JSON.stringify(values));
}

function restore(name) {
  for (const [key, value] of JSON.parse(sessionStorage.getItem(name) || "[]")) {
    for (const field of form.elements) {
      if (field.name !== key || !written(field)) continue;
      if (["radio", "checkbox"].includes(field.type)) {
        if (field.value === value) field.checked = true;
      } else if (!field.value) {
        field.value = value;
      }
    }
  }
}

/* Whoever comes back to this page of the tab's history finds the key that it had, and a tab that
   opens the same form takes the key of one that has it open. */
function shareKey(name) {
  const key = form.elements.submission;
  const hold = (value) => {
    key.value = value;
    history.replaceState({ ...history.state, submission: value }, "");
  };
  hold(history.state?.submission || key.value);
  if (!("BroadcastChannel" in window)) return;
  const open = () => {
    const tabs = new BroadcastChannel(name);
    tabs.onmessage = ({ data }) => {
      if (data.asks) tabs.postMessage({ key: key.value });
      else if (data.key && form.dataset.fresh) hold(data.key);
    };
    window.addEventListener("pagehide", () => tabs.close(), { once: true });
    return tabs;
  };
  const tabs = open();
  if (form.dataset.fresh) tabs.postMessage({ asks: true });
  window.addEventListener("pageshow", (event) => event.persisted && open());
}

if (form) {
  const name = `apply:${form.dataset.draft}`;
  try {
    if (form.dataset.fresh) restore(name);
    form.addEventListener("input", () => keep(name));
    form.addEventListener("change", () => keep(name));
  } catch {
    /* storage is off: the form works without it */
  }
  shareKey(name);
  form.addEventListener("submit", (event) => {
    const note = form.querySelector("[data-offline]");
    note.hidden = navigator.onLine;
    if (!navigator.onLine) event.preventDefault();
  });
}
if (sent) {
  try {
    sessionStorage.removeItem(`apply:${sent.dataset.draftSent}`);
  } catch {
    /* as above */
  }
}
