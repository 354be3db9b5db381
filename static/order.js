// Alt with an arrow key moves the row that has the focus: the same buttons as the mouse presses.
"use strict";

document.addEventListener("keydown", (event) => {
  if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const row = event.target.closest("[data-movable]");
  const button = row && row.querySelector(`button[value="${event.key === "ArrowUp" ? "up" : "down"}"]`);
  if (!button) return;
  event.preventDefault();
  if (button.getAttribute("aria-disabled") === "true") return;
  button.focus();
  button.click();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest('[data-movable] button[aria-disabled="true"]');
  if (button) event.preventDefault();
});
