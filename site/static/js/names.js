// "Who told you about us?": names of colleagues who show themselves, as one types. The field works
// without it.
(() => {
  "use strict";
  const list = document.querySelector("datalist[data-names]");
  const field = list && document.querySelector(`input[list="${list.id}"]`);
  if (!field) return;
  let waiting = 0;
  let asked = "";

  const complete = async () => {
    const words = field.value.trim();
    if (words.length < 2 || words === asked) return;
    asked = words;
    const answer = await fetch(`${list.dataset.names}?q=${encodeURIComponent(words)}`);
    if (!answer.ok || words !== asked) return;
    const options = (await answer.json()).map((name) => {
      const option = document.createElement("option");
      option.value = name;
      return option;
    });
    list.replaceChildren(...options);
  };

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => complete().catch(() => {}), 200);
  });
})();
