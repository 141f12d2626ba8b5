// Acts on many: how many are picked, and all of a page at once.
(() => {
  "use strict";

  const all = document.querySelector("[data-pick-all]");
  if (!all) return;
  const tick = all.querySelector("input");
  const picks = [...document.querySelectorAll('input[name="pick"]')];
  const said = document.querySelector("[data-picked]");

  const tell = () => {
    const count = picks.filter((one) => one.checked).length;
    said.textContent = count || "";
    said.closest("form").classList.toggle("picking", count > 0);
    tick.checked = count > 0 && count === picks.length;
    tick.indeterminate = count > 0 && count < picks.length;
  };

  all.hidden = !picks.length;
  tick.addEventListener("change", () => {
    for (const one of picks) one.checked = tick.checked;
    tell();
  });
  document.addEventListener("change", tell);
  window.addEventListener("pageshow", tell); // what was ticked before is ticked when one comes back
})();
