/* Commenting on a passage: what is selected in the article stands in the form at once. Without this
   script one chooses a paragraph, or copies the words. */

const form = document.querySelector("form[data-commenting]");
const chosenHere = document.querySelector("[data-chosen]");
const article = document.querySelector("[data-passages]");

document.addEventListener("selectionchange", () => {
  const chosen = document.getSelection();
  if (!chosen.rangeCount || chosen.isCollapsed || !article.contains(chosen.getRangeAt(0).commonAncestorContainer)) return;
  const part = chosen.getRangeAt(0).cloneContents();
  for (const sign of part.querySelectorAll(".passage-number")) sign.remove();
  // Elements that stand below one another have a space between their words.
  for (const block of part.querySelectorAll("p, li, h2, h3, h4, h5, h6, blockquote, pre, td, th, tr, br")) block.before(" "), block.after(" ");
  const words = part.textContent.replace(/[ \t\r\n\f]+/g, " ").trim();
  if (words) {
    form.elements.about.value = words;
    form.elements.block.value = "";
    chosenHere.hidden = false; // the form may be far from where one reads
  }
});
