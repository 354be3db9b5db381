// One more row of the same kind, without loading the page. Without this script each saved page offers one empty row.
"use strict";

for (const part of document.querySelectorAll("[data-rows]")) {
  const total = part.querySelector('[name$="-TOTAL_FORMS"]');
  const button = part.querySelector("[data-add-row]");
  const empty = [...part.querySelectorAll("[data-row]")].pop().cloneNode(true);
  const prefix = part.dataset.rows;
  const last = Number(total.value) - 1;
  // The empty row at the end waits behind the button; a first decision is what everybody is about to write.
  const waiting = part.querySelector("[data-row]:last-of-type");
  const only = part.querySelectorAll("[data-row]").length === 1;
  if (!(only && prefix === "decisions") && !waiting.querySelector(".field-error")) waiting.hidden = true;
  button.hidden = false;
  button.addEventListener("click", () => {
    if (waiting.hidden) {
      waiting.hidden = false;
      waiting.querySelector("select, input:not([type=hidden]), textarea").focus();
      return;
    }
    const row = empty.cloneNode(true);
    const number = total.value;
    for (const element of row.querySelectorAll("[id], [name], [for], [aria-describedby]")) {
      for (const name of ["id", "name", "for", "aria-describedby"]) {
        const value = element.getAttribute(name);
        if (value) element.setAttribute(name, value.replace(`${prefix}-${last}-`, `${prefix}-${number}-`));
      }
    }
    total.value = Number(number) + 1;
    button.before(row);
    row.querySelector("select, input:not([type=hidden]), textarea").focus();
  });
}
