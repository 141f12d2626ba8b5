// Whoever came by a share link and begins to fill in the form counts once as having begun. What they
// type isn't told.
{
  const form = document.querySelector("form[data-begun]");
  const tell = (event) => {
    if (!event.isTrusted) return;
    form.removeEventListener("input", tell);
    const said = new FormData();
    for (const name of ["form_token", "via"]) {
      const field = form.elements[name];
      if (field) said.set(name, field.value);
    }
    navigator.sendBeacon(form.dataset.begun, said);
  };
  form?.addEventListener("input", tell);
}
