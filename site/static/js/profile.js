/* Writing one's own page: topics one by one, rows added when they are needed. Without this script
   topics are words with commas, and a kept form has spare rows. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-profile]");
  if (!form) return;
  const changed = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));

  // Whoever leaves without keeping is asked first.
  let isUnkept = form.hasAttribute("data-unkept");
  form.addEventListener("input", () => (isUnkept = true));
  form.addEventListener("submit", () => (isUnkept = false));
  addEventListener("beforeunload", (event) => {
    if (isUnkept) event.preventDefault();
  });

  // The page as it would look is there already: “Preview” leads to it, and is not needed beside it.
  form.classList.add("seen-while-typing");
  const look = form.elements.namedItem("preview");
  look.type = "button";
  look.removeAttribute("formaction"); // or what is drawn next, once it was pressed, comes from there
  look.addEventListener("click", () => document.getElementById("look").scrollIntoView());

  // What a page cannot be shown without is asked for here, before the way to the server and back.
  form.noValidate = true; // the rest may be kept, and is previewed, while it is missing
  const needed = ["headline", "charter"].map((name) => form.elements.namedItem(name)).filter(Boolean);
  for (const one of needed) one.required = true;
  form.elements.namedItem("show")?.addEventListener("click", (event) => {
    if (!needed.every((one) => one.reportValidity())) event.preventDefault();
  });

  // Topics: the field keeps the words, with commas; what is seen are chips and a line for another.
  const field = form.querySelector("[data-words]");
  const words = () => field.value.split(",").map((word) => word.trim()).filter(Boolean);
  const chips = document.createElement("ul");
  chips.className = "chips";
  const line = document.createElement("div");
  line.className = "searching";
  const another = document.createElement("input");
  another.type = "text";
  another.maxLength = 60;
  another.setAttribute("list", field.dataset.words);
  another.autocomplete = "off";
  const add = document.createElement("button");
  add.type = "button";
  add.className = "button quiet";
  add.textContent = field.dataset.add;
  const wide = document.createElement("div");
  wide.className = "field wide";
  wide.append(another);
  line.append(wide, add);

  const show = () => {
    chips.replaceChildren(
      ...words().map((word) => {
        const chip = document.createElement("li");
        const away = document.createElement("button");
        away.type = "button";
        away.className = "chip";
        away.dataset.word = word;
        away.append(word);
        const cross = document.createElement("span");
        cross.className = "about";
        cross.setAttribute("aria-hidden", "true");
        cross.textContent = "×";
        const says = document.createElement("span");
        says.className = "aloud";
        says.textContent = ` (${field.dataset.takeAway})`;
        away.append(says, cross);
        chip.append(away);
        return chip;
      }),
    );
    chips.hidden = !chips.children.length;
  };
  const keep = (list) => {
    field.value = list.join(", ");
    changed(field);
  };
  const take = () => {
    const known = words().map((word) => word.toLowerCase());
    const fresh = another.value.split(",").map((word) => word.trim().replace(/\s+/g, " "));
    another.value = "";
    const list = fresh.filter((word) => word && !known.includes(word.toLowerCase()));
    if (list.length) keep([...words(), ...list]);
  };
  field.addEventListener("input", show);
  field.hidden = true;
  field.after(chips, line);
  another.id = `${field.id}-another`;
  form.querySelector(`label[for="${field.id}"]`).htmlFor = another.id;
  if (field.hasAttribute("aria-describedby")) {
    another.setAttribute("aria-describedby", field.getAttribute("aria-describedby"));
  }
  show();
  add.addEventListener("click", () => {
    take();
    another.focus();
  });
  another.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== ",") return;
    if (event.key === "Enter" && !another.value.trim()) return;
    event.preventDefault();
    take();
  });
  another.addEventListener("change", take); // one of the list was chosen, or the line was left
  chips.addEventListener("click", (event) => {
    const away = event.target.closest("button");
    if (!away) return;
    keep(words().filter((word) => word !== away.dataset.word));
    another.focus();
  });

  // Rows: when something is written in the last one, another follows.
  const renumber = (row, number) => {
    for (const one of row.querySelectorAll("[id], [name], [for], [aria-describedby]")) {
      for (const name of ["id", "name", "for", "aria-describedby"]) {
        const value = one.getAttribute(name);
        if (value) one.setAttribute(name, value.replace(/-\d+-/, `-${number}-`));
      }
    }
  };
  for (const rows of form.querySelectorAll("[data-rows]")) {
    const all = () => rows.querySelectorAll("[data-row]");
    for (const note of rows.querySelectorAll("[data-without-scripts]")) note.hidden = true;
    const isBlank = (row) => [...row.querySelectorAll("input, textarea")].every((one) => !one.value);
    while (all().length > 1 && [...all()].slice(-2).every(isBlank)) all()[all().length - 1].remove();
    const last = all()[all().length - 1];
    if (!last) continue;
    const blank = last.cloneNode(true);
    blank.removeAttribute("open");
    for (const one of blank.querySelectorAll(".field-error")) one.remove();
    for (const one of blank.querySelectorAll("input, textarea")) one.value = "";
    rows.addEventListener("input", (event) => {
      const row = event.target.closest("[data-row]");
      const present = all();
      if (!row || row !== present[present.length - 1] || !event.target.value) return;
      if (present.length >= Number(rows.dataset.most)) return;
      const next = blank.cloneNode(true);
      renumber(next, present.length);
      row.after(next);
    });
  }

  // What is only looked at leads nowhere from here: what is typed would be lost.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#preview a");
    if (link) link.target = "_blank";
  });

  // A talk is named by its title.
  form.addEventListener("input", (event) => {
    const row = event.target.closest("details.talk");
    if (row && event.target.name.endsWith("-title") && event.target.value) {
      row.querySelector("summary").textContent = event.target.value;
    }
  });
})();
