// What a page gains when scripts run. Everything works without it.
(() => {
  "use strict";

  // Copy: the button is hidden until there is a clipboard to copy to.
  if (navigator.clipboard) {
    const offer = (root) => {
      for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
    };
    offer(document);
    document.addEventListener("htmx:load", (event) => offer(event.target));
    document.addEventListener("click", async (event) => {
      const button = event.target.closest("[data-copy]");
      if (!button) return;
      const words = button.dataset.words || button.textContent;
      button.dataset.words = words;
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.copied;
      setTimeout(() => (button.textContent = words), 2500);
    });
  }

  // Send: the phone's own share sheet, where there is one. Whoever closes it has changed their mind.
  if (navigator.share) {
    for (const button of document.querySelectorAll("[data-sheet-url]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        navigator.share({ text: button.dataset.sheetText, url: button.dataset.sheetUrl }).catch(() => {});
      });
    }
  }

  // A landing page that somebody really sees confirms the click that led there. It says nothing
  // about who they are, and keeps nothing.
  const seen = document.body.dataset.seen;
  const confirmSeen = () => {
    if (document.visibilityState !== "visible") return;
    document.removeEventListener("visibilitychange", confirmSeen);
    navigator.sendBeacon(seen);
  };
  if (seen) {
    document.addEventListener("visibilitychange", confirmSeen);
    confirmSeen();
  }

  // That somebody follows a link to a post is counted: which one, and nothing of who they are.
  const opens = (event) => {
    const link = event.target.closest("a[data-post]");
    if (link && event.button < 2) navigator.sendBeacon(`/posts/${link.dataset.post}/opened`);
  };
  document.addEventListener("click", opens);
  document.addEventListener("auxclick", opens);

  // Without a network a form is not sent: what is written stays on the page.
  for (const note of document.querySelectorAll("[data-no-network]")) {
    note.closest("form").addEventListener("submit", (event) => {
      note.hidden = navigator.onLine;
      if (!navigator.onLine) event.preventDefault();
    });
  }

  // What htmx notes of the way back is not kept: nothing is stored in a visitor's browser.
  const forget = () => sessionStorage.removeItem("htmx-current-path-for-history");
  for (const moment of ["htmx:load", "htmx:afterSettle", "htmx:pushedIntoHistory", "pagehide"]) {
    addEventListener(moment, forget);
  }

  // Whoever doesn't want to be remembered isn't asked on.
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-no-thanks]")) event.target.closest("aside").remove();
  });

  // An open menu closes on Escape, and on a click elsewhere.
  const close = (menu) => menu.removeAttribute("open");
  const openMenus = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) close(menu);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      close(menu);
      menu.querySelector("summary").focus();
    }
  });
})();
