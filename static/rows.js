// One more row of the same kind, without loading the page. Without this script each saved page offers one empty row.
"use strict";

for (const part of document.querySelectorAll("[data-rows]")) {
  const total = part.querySelector('[name$="-TOTAL_FORMS"]');
  const button = part.querySelector("[data-add-row]");
  const rows = part.querySelectorAll("[data-row]");
  const waiting = rows[rows.length - 1];
  const empty = document.createElement("template");
  empty.innerHTML = waiting.outerHTML; // as it came: what has been written in it meanwhile is not in its markup
  const prefix = part.dataset.rows;
  const last = Number(total.value) - 1;
  // The empty row at the end waits behind the button; a first decision is what everybody is about to write.
  const first = rows.length === 1 && prefix === "decisions";
  if (!first && !waiting.querySelector(".field-error") && !window.samarkiv.written(waiting)) waiting.hidden = true;
  button.hidden = false;
  button.addEventListener("click", () => {
    if (waiting.hidden) {
      waiting.hidden = false;
      waiting.querySelector("select, input:not([type=hidden]), textarea").focus();
      return;
    }
    const row = empty.content.firstElementChild.cloneNode(true);
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
