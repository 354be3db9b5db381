// One more row of the same kind, without loading the page. Without this script each saved page offers one empty row.
"use strict";

for (const part of document.querySelectorAll("[data-rows]")) {
  const total = part.querySelector('[name$="-TOTAL_FORMS"]');
  const button = part.querySelector("[data-add-row]");
  const empty = [...part.querySelectorAll("[data-row]")].pop().cloneNode(true);
  const prefix = part.dataset.rows;
  const last = Number(total.value) - 1;
  button.hidden = false;
  button.addEventListener("click", () => {
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
