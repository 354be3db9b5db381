// Suggests titles while one types, in the browser's own list. Without this the form works just the same.
"use strict";

for (const form of document.querySelectorAll("form[data-suggest]")) {
  const field = form.querySelector('input[type="search"]');
  const list = document.createElement("datalist");
  list.id = `${field.id}-titles`;
  form.append(list);
  field.setAttribute("list", list.id);
  let asked = "";
  let timer = 0;
  let waiting = null;

  async function suggest() {
    const typed = field.value.trim();
    if (typed.length < 2 || typed === asked || typed.length > 100) return;
    asked = typed;
    if (waiting) waiting.abort();
    waiting = new AbortController();
    try {
      const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(typed)}`, { signal: waiting.signal });
      if (!answer.ok) return;
      const { titles } = await answer.json();
      list.replaceChildren(...titles.map((title) => new Option(title, title)));
    } catch {
      // Away or overtaken by the next letter: the field still searches.
    }
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(suggest, 250);
  });
}
