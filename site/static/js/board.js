// The board: cards are dragged where there is a pointer, and moved by Shift with an arrow key. Both
// press the button of the card's own form, so that the server decides and the page is always true.
(() => {
  "use strict";

  const board = document.querySelector("[data-board]");
  if (!board) return;
  const columns = [...board.querySelectorAll("[data-stage]")];
  const movesOf = (card) => card.dataset.moves.split(" ").filter(Boolean);

  const move = (card, stage) => {
    if (stage === "rejected") {
      location.assign(card.dataset.decline);
      return;
    }
    const button = card.querySelector(`button[name="to"][value="${stage}"]`);
    if (button) button.form.requestSubmit(button);
  };

  const hasPointer = matchMedia("(hover: hover) and (pointer: fine)").matches;
  document.querySelector("[data-board-hint]").hidden = !hasPointer;

  board.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const card = event.target.closest("[data-card]");
    if (!step || !event.shiftKey || !card) return;
    const stages = columns.map((column) => column.dataset.stage);
    let at = stages.indexOf(card.dataset.from) + step;
    while (stages[at] && !movesOf(card).includes(stages[at])) at += step;
    if (!stages[at]) return;
    event.preventDefault();
    move(card, stages[at]);
  });

  let dragged = null;
  for (const card of board.querySelectorAll("[data-card]")) {
    if (!movesOf(card).length) continue;
    card.draggable = true;
    card.addEventListener("dragstart", (event) => {
      dragged = card;
      card.classList.add("moving");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
    });
    card.addEventListener("dragend", () => {
      dragged = null;
      card.classList.remove("moving");
      for (const column of columns) column.classList.remove("takes");
    });
  }
  for (const column of columns) {
    const takes = () => dragged && movesOf(dragged).includes(column.dataset.stage);
    column.addEventListener("dragover", (event) => {
      if (!takes()) return;
      event.preventDefault();
      column.classList.add("takes");
    });
    column.addEventListener("dragleave", (event) => {
      if (!column.contains(event.relatedTarget)) column.classList.remove("takes");
    });
    column.addEventListener("drop", (event) => {
      if (!takes()) return;
      event.preventDefault();
      move(dragged, column.dataset.stage);
    });
  }
})();
