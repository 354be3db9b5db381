// Small things that HTML cannot do by itself. Every page works without them.
"use strict";

const summary = document.querySelector(".error-summary");
if (summary) summary.focus();

// A group of checkboxes or radios takes the focus when the error summary links to it.
document.addEventListener("click", (event) => {
  const link = event.target.closest('.error-summary a[href^="#"]');
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  field.scrollIntoView();
  (field.matches("fieldset") ? field.querySelector("input") : field).focus();
});

// The same button must not send the same form twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent && form.method === "post") event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 4000);
});

// Screen readers hear progress at most every tenth percent; the script that polls calls this.
window.samarkiv = {
  progress(block, { percent, label, detail, said }) {
    const part = (name) => block.querySelector(`[data-part="${name}"]`);
    const tenth = Math.floor(percent / 10);
    part("bar").value = percent;
    part("percent").textContent = `${Math.floor(percent)} %`;
    if (label !== undefined) part("label").textContent = label;
    if (detail !== undefined) part("detail").textContent = detail;
    if (said !== undefined && block.dataset.tenth !== String(tenth)) {
      block.dataset.tenth = String(tenth);
      part("said").textContent = said;
    }
  },
};
