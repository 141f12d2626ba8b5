/* What is written and not yet at the site, kept in this browser: one drawer for each form and person,
   a key in it for each tab. Signing out empties all of it. */

const spoken = { en: "en-GB" }[document.documentElement.lang] || document.documentElement.lang; // as the site

export function stored(key, value) {
  try {
    if (value === undefined) return JSON.parse(localStorage.getItem(key));
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    return null; // storage is off or full
  }
}

function keys() {
  try {
    return Object.keys(localStorage);
  } catch {
    return [];
  }
}

/* What other tabs left in `drawer`, oldest first, as [key, left]. */
export function found(drawer, mine) {
  return keys()
    .filter((key) => key.startsWith(drawer) && key !== mine)
    .map((key) => [key, stored(key)])
    .filter(([key, left]) => left?.at || stored(key, null))
    .sort((one, other) => one[1].at - other[1].at);
}

/* Offer in `box` what was found. `describe` gives the title and the beginning of one; `take` puts it
   into the form. */
export function offer(box, found, describe, take) {
  const list = box.querySelector("[data-found-list]");
  const hide = () => (box.hidden = !list.children.length);
  for (const [key, left] of found) {
    const item = box.querySelector("template").content.cloneNode(true).firstElementChild;
    const [title, start] = describe(left);
    item.querySelector("[data-title]").textContent = title;
    item.querySelector("[data-when]").textContent = new Date(left.at).toLocaleString(spoken, { dateStyle: "long", timeStyle: "short" });
    item.querySelector("[data-start]").textContent = start.slice(0, 240);
    const gone = () => {
      stored(key, null);
      item.remove();
      hide();
    };
    item.querySelector("[data-drop]").onclick = gone;
    item.querySelector("[data-take]").onclick = () => {
      take(left);
      gone();
    };
    list.append(item);
  }
  hide();
}
