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

// One live region for the page: whatever carries data-say is read out when its words have changed.
let lastSaid = "";
function say(text) {
  if (!text || text === lastSaid) return;
  lastSaid = text;
  document.getElementById("live").textContent = text;
}
document.addEventListener("htmx:afterSettle", () => {
  const parts = document.querySelectorAll("[data-say]");
  if (parts.length) say(parts[parts.length - 1].dataset.say || parts[parts.length - 1].textContent.trim());
});

// Whether anybody has changed a field in there since the page came.
function written(part) {
  return [...part.querySelectorAll("input[name], select[name], textarea[name]")].some((field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (!field.options) return field.value !== field.defaultValue;
    const sent = [...field.options].filter((option) => option.defaultSelected);
    return field.type === "select-one" && field.selectedIndex !== (sent.length ? sent.pop().index : 0);
  });
}

// What was written while the scripts were still on their way is saved and answered like the rest.
document.body.addEventListener("htmx:load", ({ target }) => {
  if (target !== document.body) return;
  for (const form of document.querySelectorAll("form[hx-trigger]")) {
    if (written(form)) form.dispatchEvent(new Event("input"));
  }
});

// For scripts that measure progress themselves, such as the upload.
window.samarkiv = {
  say,
  written,
  progress(block, { percent, label, detail, said }) {
    const part = (name) => block.querySelector(`[data-part="${name}"]`);
    const tenth = Math.floor(percent / 10);
    part("bar").value = percent;
    part("percent").textContent = `${Math.floor(percent)} %`;
    if (label !== undefined) part("label").textContent = label;
    if (detail !== undefined) part("detail").textContent = detail;
    if (said !== undefined && block.dataset.tenth !== String(tenth)) {
      block.dataset.tenth = String(tenth);
      say(said);
    }
  },
};
