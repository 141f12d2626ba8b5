// Suggestions while one types (the ARIA practice for a combobox with a list), and filters that stay
// open while the list behind them changes. Without it the form is sent as it is.
(() => {
  "use strict";

  const input = document.querySelector("[data-suggestions]");
  const list = document.getElementById("q-suggestions");
  const told = input && input.parentElement.querySelector("[data-told]");
  if (!input || !list) return;
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  let chosen = -1;
  let typed = input.value;
  let asking = null;
  let waiting = 0;

  const close = () => {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const choose = (number) => {
    const options = list.children;
    if (chosen >= 0) options[chosen].setAttribute("aria-selected", "false");
    chosen = number;
    if (chosen < 0) {
      input.value = typed;
      input.removeAttribute("aria-activedescendant");
      return;
    }
    options[chosen].setAttribute("aria-selected", "true");
    options[chosen].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[chosen].id);
    input.value = options[chosen].textContent;
  };

  const take = (words) => {
    input.value = typed = words;
    close();
    input.form.requestSubmit();
  };

  const show = (found) => {
    list.replaceChildren(
      ...found.map((words, number) => {
        const option = document.createElement("li");
        option.id = `q-suggestion-${number}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.textContent = words;
        return option;
      }),
    );
    chosen = -1;
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    if (found.length === 1) told.textContent = input.dataset.one;
    else told.textContent = found.length ? input.dataset.many.replace("{count}", found.length) : "";
  };

  const ask = async () => {
    if (asking) asking.abort();
    const words = typed.trim();
    if (words.length < 2) return close();
    asking = new AbortController();
    try {
      const address = `${input.dataset.suggestions}?${new URLSearchParams({ q: words })}`;
      const answer = await fetch(address, { signal: asking.signal });
      if (!answer.ok) return;
      const found = await answer.json();
      if (document.activeElement === input && typed.trim() === words) show(found);
    } catch (error) {
      if (error.name !== "AbortError") close(); // a lost connection costs suggestions, no more
    }
  };

  input.addEventListener("input", () => {
    typed = input.value;
    clearTimeout(waiting);
    waiting = setTimeout(ask, 120);
  });

  input.addEventListener("keydown", (event) => {
    const count = list.children.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) {
        if (event.key === "ArrowDown") ask();
        return;
      }
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(((chosen + 1 + step + count + 1) % (count + 1)) - 1);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      choose(-1);
      close();
    } else if (event.key === "Enter") {
      clearTimeout(waiting);
      if (asking) asking.abort();
      typed = input.value;
      close();
    } else if (event.key === "Tab") {
      close();
    }
  });

  // Pressed, not clicked: the field would lose its focus before.
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option && event.button === 0) take(option.textContent);
  });

  input.addEventListener("blur", close);

  const found = document.getElementById("found");
  if (!found) return;
  let open = [];
  let focused = "";
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target !== found) return;
    open = [...found.querySelectorAll("details[open]")].map((one) => one.id);
    focused = found.contains(document.activeElement) ? document.activeElement.value : "";
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== found) return;
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (!focused) return;
    const again = [...found.querySelectorAll("details[open] input")].find((one) => one.value === focused);
    if (again) again.focus({ preventScroll: true });
  });
})();
