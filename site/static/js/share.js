// The share panel with scripts: a sheet on the page itself, the network's window in one press, the
// phone's own share sheet. Only employees fetch this; everything works without it.
(() => {
  "use strict";

  // -- the sheet ---------------------------------------------------------------------------

  const sheet = () => {
    const made = document.createElement("dialog");
    made.className = "sheet";
    made.setAttribute("aria-labelledby", "share-title");
    made.addEventListener("close", () => made.remove());
    made.addEventListener("click", (event) => {
      if (event.target === made) made.close();
    });
    document.body.append(made);
    return made;
  };

  // The panel at this address, in `dialog`, or in a new one. What cannot be shown here is shown as
  // a page: an ended session asks to sign in, a closed job says so.
  const show = async (address, dialog) => {
    try {
      const answer = await fetch(address, { headers: { "HX-Request": "true" } });
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const into = dialog || sheet();
      into.replaceChildren(...page.body.children);
      into.querySelectorAll("[data-sharing]").forEach(begin);
      if (!into.open) into.showModal();
      else into.querySelector("textarea").focus();
    } catch {
      location.assign(address);
    }
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-share]");
    if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const dialog = link.closest("dialog");
    if (link.closest("[data-sharing]") && !dialog) return;
    event.preventDefault();
    show(link.href, dialog);
  });

  // -- the text ----------------------------------------------------------------------------

  const light = (sign) =>
    sign <= 4351 || (sign >= 8192 && sign <= 8205) || (sign >= 8208 && sign <= 8223) || (sign >= 8242 && sign <= 8247);
  const gsm = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€\f]*$/;
  const parts = (length, alone, together) => (length <= alone ? 1 : Math.ceil(length / together));

  // As `length_on` in referrals/texts.py counts.
  const lengthOn = (network, words, link) => {
    const between = words ? 1 : 0;
    const signs = [...words];
    if (network === "x") {
      return signs.reduce((sum, sign) => sum + (light(sign.codePointAt(0)) ? 1 : 2), 0) + between + 23;
    }
    if (network === "mastodon") return signs.length + between + 23;
    if (network === "bluesky") return signs.length + between + link;
    const length = words.length + between + link;
    if (!gsm.test(words)) return parts(length, 70, 67);
    return parts(length + (words.match(/[\^{}\\[~\]|€\f]/g) || []).length, 160, 153);
  };

  const count = (form) => {
    const text = form.elements.words;
    const words = text.value.trim();
    for (const line of form.querySelectorAll("[data-length]")) {
      const taken = lengthOn(line.dataset.length, words, Number(text.dataset.linkLength));
      line.querySelector("b").textContent = taken;
      line.classList.toggle("over", taken > Number(line.dataset.limit || Infinity));
    }
  };

  // Turning to another text keeps what was written in this one.
  const turn = (form, chosen) => {
    const text = form.elements.words;
    for (const chip of form.querySelectorAll("[data-text]")) {
      if (chip.hasAttribute("aria-current")) chip.dataset.text = text.value;
      chip.classList.toggle("counts", chip === chosen);
      chip.removeAttribute("aria-current");
    }
    chosen.setAttribute("aria-current", "true");
    text.value = chosen.dataset.text;
    form.elements.variant.value = chosen.dataset.variant;
    for (const button of form.querySelectorAll("[data-forgets]")) {
      button.hidden = button.dataset.forgets !== chosen.dataset.variant;
    }
    count(form);
  };

  // -- sharing -----------------------------------------------------------------------------

  const copy = async (words) => {
    // A promise goes to the clipboard while the press still counts as one; some browsers insist.
    const blob = words.then((text) => new Blob([text], { type: "text/plain" }));
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
  };

  const send = async (form, button) => {
    const fields = new FormData(form, button);
    const answer = await fetch(form.action, {
      method: "POST",
      body: fields,
      headers: { Accept: "application/json" },
    });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    return answer.json();
  };

  // As without scripts: the page that comes says what is wrong, or shows the link.
  const submitPlainly = (form, button) => {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name: button.name, value: button.value });
    form.append(field);
    form.submit();
  };

  const link = (words, address, leaves) => {
    const made = document.createElement("a");
    made.href = address;
    made.textContent = words;
    if (leaves) Object.assign(made, { target: "_blank", rel: "noopener noreferrer" });
    return made;
  };

  const say = (form, button, made) => {
    const line = form.querySelector(".sharing-said");
    line.replaceChildren(button.dataset.said, " ");
    if (button.dataset.opens && made.window) {
      line.append(link(line.dataset.open, made.window, button.dataset.opens === "window"), " · ");
    }
    line.append(link(line.dataset.see, made.page));
    line.scrollIntoView({ block: "nearest" });
  };

  const press = async (form, button) => {
    const { opens, copies } = button.dataset;
    const server = form.elements.instance;
    if (button.value === "mastodon" && !server.value.trim()) {
      server.closest(".field").hidden = false;
      server.focus();
      return;
    }
    if (copies === "words") {
      // Before the other window takes the focus: only a page in front may copy.
      await navigator.clipboard?.writeText(form.elements.words.value.trim()).catch(() => {});
    }
    // The window opens with the press, or it would be taken for a pop-up; its address comes later.
    const opened = opens === "window" ? window.open("", "_blank") : null;
    if (opened) opened.opener = null;
    const sent = send(form, button);
    const copied = copies === "text" && navigator.clipboard ? copy(sent.then((made) => made.text)) : null;
    copied?.catch(() => {});
    let made;
    try {
      made = await sent;
      if (opens && !made.window) throw new Error("the server is not known");
    } catch {
      opened?.close();
      submitPlainly(form, button);
      return;
    }
    if (opened) opened.location.replace(made.window);
    if (opens === "app") location.assign(made.window);
    try {
      if (button.hasAttribute("data-sheet")) {
        await navigator.share({ text: made.words, url: made.address });
      }
      if (copies === "text") await (copied || Promise.reject(new Error("no clipboard")));
      say(form, button, made);
    } catch (error) {
      // Who closes the phone's sheet has changed their mind; else the link's page has the text.
      if (error.name !== "AbortError") location.assign(made.page);
    }
  };

  const begin = (form) => {
    count(form);
    form.elements.words.addEventListener("input", () => count(form));
    form.querySelector(".sharing-server").hidden = true;
    if (navigator.share) form.querySelector(".sheet-of-phone").hidden = false;
    form.addEventListener("click", (event) => {
      const chip = event.target.closest("a[data-text]");
      if (!chip) return;
      event.preventDefault();
      turn(form, chip);
    });
    form.addEventListener("submit", async (event) => {
      const button = event.submitter;
      const { opens, copies, sheet } = button?.dataset ?? {};
      if (opens === undefined && copies === undefined && sheet === undefined) return;
      event.preventDefault();
      if (form.hasAttribute("aria-busy")) return;
      form.setAttribute("aria-busy", "true");
      await press(form, button);
      form.removeAttribute("aria-busy");
    });
  };

  document.querySelectorAll("[data-sharing]").forEach(begin);
})();
