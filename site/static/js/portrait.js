/* Where a photograph is cut: seen while one chooses, and chosen by a click on the face. Without this
   script the three sliders do the same, and what came of them is seen once it is kept. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-focus]");
  if (!form) return;
  const picture = form.querySelector("img");
  const { x, y, closer } = form.elements;
  for (const note of form.querySelectorAll("[data-with-scripts]")) note.hidden = false;
  const frame = document.createElement("span");
  frame.className = "focus-frame";
  const holder = picture.parentElement;
  holder.classList.add("focus-picture");
  holder.append(frame);

  const show = () => {
    const [wide, high] = [picture.clientWidth, picture.clientHeight];
    const side = (Math.min(wide, high) * 100) / closer.value;
    const place = (part, whole) => Math.min(Math.max((whole * part) / 100 - side / 2, 0), whole - side);
    frame.style.width = frame.style.height = `${side}px`;
    frame.style.left = `${place(x.value, wide)}px`;
    frame.style.top = `${place(y.value, high)}px`;
  };
  picture.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect();
    x.value = Math.round(((event.clientX - box.left) / box.width) * 100);
    y.value = Math.round(((event.clientY - box.top) / box.height) * 100);
    show();
  });
  form.addEventListener("input", show);
  addEventListener("resize", show);
  picture.addEventListener("load", show);
  show();
})();
